"""PDF files: the text of their pages."""

from __future__ import annotations

import logging
import re
from pathlib import Path
from typing import Any

from encoders.errors import InputError
from encoders.text import HAN
from knowledge.documents import Document
from knowledge.ingest.fields import document_language
from knowledge.ingest.limits import MOST_CHARACTERS, check_size, needs

MOST_PAGES = 2000
_HYPHEN = re.compile(r"(?<=[a-zà-ÿ])-\n(?=[a-zà-ÿ])")
_ENDS = tuple(".!?…:;。！？：；")
_ITEM = re.compile(r"\s*(?:[-•*–]|\d{1,2}[.)])\s")


def read_pdf(path: Path, *, default_id: str) -> Document:
    """The pages' text as an article; words that a line break cut are put together.

    Raises:
        InputError: for a damaged or locked file, one of too many pages, and one without text, as scans are.
        KefuError: where pypdf is not installed.
    """
    try:
        from pypdf import PdfReader
        from pypdf.errors import PyPdfError
    except ImportError:
        raise needs("pypdf", path) from None
    check_size(path)
    logging.getLogger("pypdf").setLevel(logging.ERROR)
    try:
        reader = PdfReader(path)
        if reader.is_encrypted and not reader.decrypt(""):
            raise InputError(path, "is locked with a password.")
        if len(reader.pages) > MOST_PAGES:
            raise InputError(path, f"has more than {MOST_PAGES} pages.", remedy="Split it.")
        text = _text(reader)
        title = str((reader.metadata.title if reader.metadata else "") or "").strip()
    except (PyPdfError, OSError, ValueError, KeyError, TypeError, RecursionError, AttributeError) as error:
        raise InputError(path, f"is damaged ({type(error).__name__}: {error}).") from error
    if not text.strip():
        raise InputError(path, "has no text.", remedy="If it is a scan, run text recognition over it first.")
    return Document(
        id=default_id,
        title=title or text.strip().splitlines()[0].strip()[:80],
        text=text,
        language=document_language("", text),
    )


def _text(reader: Any) -> str:
    """All pages, cut where a document becomes too long."""
    pages: list[str] = []
    length = 0
    for page in reader.pages:
        pages.append(_paragraphs(page.extract_text() or ""))
        length += len(pages[-1])
        if length > MOST_CHARACTERS:
            break
    return "\n\n".join(filter(None, pages))[:MOST_CHARACTERS]


def _paragraphs(page: str) -> str:
    """Lines joined to paragraphs: one ends where a short line, a sentence's end or an item says so."""
    lines = [line.strip() for line in _HYPHEN.sub("", page).splitlines()]
    longest = max(map(len, lines), default=0)
    text = ""
    for line in lines:
        if not line:
            text += "\n\n"
        elif not text or text.endswith("\n"):
            text += line
        elif _ITEM.match(line) or (text.endswith(_ENDS) and len(text.rsplit("\n", 1)[-1]) < 0.8 * longest):
            text += "\n\n" + line
        else:
            text += ("" if HAN.match(text[-1]) and HAN.match(line) else " ") + line
    return text.strip()
