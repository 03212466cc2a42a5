"""PDF files: the text of their pages, as Markdown."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

from encoders.errors import InputError
from knowledge.documents import Document
from knowledge.ingest.fields import document_language
from knowledge.ingest.limits import MOST_CHARACTERS, check_size, needs
from knowledge.ingest.pdf_lines import Line, markdown, page_lines, without_margins

MOST_PAGES = 2000


def read_pdf(path: Path, *, default_id: str) -> Document:
    """The pages' text as an article: headings by their size, tables by their columns, broken words put together.

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
        title=title or text.strip().splitlines()[0].lstrip("# ").strip()[:80],
        text=text,
        language=document_language("", text),
    )


def _text(reader: Any) -> str:
    """All pages, cut where a document becomes too long."""
    pages: list[list[Line]] = []
    length = 0
    for page in reader.pages:
        pages.append(page_lines(page))
        length += sum(len(line.text) for line in pages[-1])
        if length > MOST_CHARACTERS:
            break
    return markdown(without_margins(pages))[:MOST_CHARACTERS]
