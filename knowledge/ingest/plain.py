"""Plain text: its first line is the title, its paragraphs are kept."""

from __future__ import annotations

from pathlib import Path

from encoders.errors import InputError
from encoders.records import read_text
from knowledge.documents import Document
from knowledge.ingest.fields import document_language
from knowledge.ingest.limits import MOST_CHARACTERS, check_size

LONGEST_TITLE = 80


def read_plain(path: Path, *, default_id: str) -> Document:
    """One article; a first line that is long or goes on is text, and the file's name the title.

    Raises:
        InputError: when it is not UTF-8 or holds nothing.
    """
    check_size(path)
    text = read_text(path).replace("\r\n", "\n").strip()[:MOST_CHARACTERS]
    if not text:
        raise InputError(path, "has no text.")
    first, _, rest = text.partition("\n")
    titled = len(first) <= LONGEST_TITLE and not rest[:1].strip() and bool(rest.strip())
    return Document(
        id=default_id,
        title=first.strip() if titled else path.stem.replace("_", " ").replace("-", " "),
        text=rest.strip() if titled else text,
        language=document_language("", text),
    )


def listed_addresses(path: Path) -> list[str]:
    """The web addresses that a file lists, one a line; none where it holds anything else."""
    lines = [line.strip() for line in read_text(path).splitlines()]
    lines = [line for line in lines if line and not line.startswith("#")]
    return lines if all(line.startswith(("http://", "https://")) for line in lines) else []
