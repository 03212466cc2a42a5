"""Word files: paragraphs, headings, lists and tables."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from encoders.errors import InputError
from knowledge.documents import Document
from knowledge.ingest.fields import document_language
from knowledge.ingest.limits import MOST_CHARACTERS, check_packed, check_size, needs


def read_docx(path: Path, *, default_id: str) -> Document:
    """A .docx file as an article in Markdown.

    Raises:
        InputError: for a damaged file, one that unpacks to too much, and one without text.
        KefuError: where python-docx is not installed.
    """
    try:
        import docx
        from docx.opc.exceptions import OpcError
    except ImportError:
        raise needs("python-docx", path) from None
    check_size(path)
    check_packed(path)
    try:
        opened = docx.Document(str(path))
        text = "\n".join(_lines(opened))[:MOST_CHARACTERS].strip()
        title = str(opened.core_properties.title or "").strip()
    except (OpcError, KeyError, ValueError, OSError, SyntaxError) as error:  # lxml's errors are SyntaxErrors
        raise InputError(path, f"is damaged ({type(error).__name__}: {error}).") from error
    if not text:
        raise InputError(path, "has no text.")
    return Document(
        id=default_id,
        title=title or text.splitlines()[0].lstrip("# ").strip()[:80],
        text=text,
        language=document_language("", text),
    )


def _lines(opened: Any) -> Iterator[str]:
    from docx.table import Table

    for part in opened.iter_inner_content():
        if isinstance(part, Table):
            yield from _table(part)
        elif text := part.text.strip():
            yield from _paragraph(text, str(part.style.name or "") if part.style else "")


def _paragraph(text: str, style: str) -> Iterator[str]:
    """A paragraph as Markdown; items of a list follow each other without a space between."""
    text = " ".join(text.split())
    if style == "Title":
        yield f"# {text}\n"
    elif style.startswith("Heading"):
        level = style.removeprefix("Heading").strip()
        yield f"\n{'#' * min(6, int(level) if level.isdigit() else 2)} {text}\n"
    elif style.startswith("List Number"):
        yield f"1. {text}"
    elif style.startswith("List"):
        yield f"- {text}"
    else:
        yield f"\n{text}\n"


def _table(table: Any) -> Iterator[str]:
    rows = [[" ".join(cell.text.split()).replace("|", "\\|") for cell in row.cells] for row in table.rows]
    for number, cells in enumerate(rows):
        yield ("\n" if number == 0 else "") + f"| {' | '.join(cells)} |"
        if number == 0:
            yield f"|{'---|' * len(cells)}"
    yield ""
