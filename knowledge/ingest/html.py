"""Web pages: the main text alone, without menus, notices and footers."""

from __future__ import annotations

import re
from configparser import ConfigParser
from pathlib import Path

from encoders.errors import InputError
from knowledge.documents import Document
from knowledge.ingest.fields import document_language
from knowledge.ingest.limits import MOST_CHARACTERS, check_size, needs

_LANGUAGE = re.compile(rb"""<html[^>]*\blang\s*=\s*["']?([A-Za-z-]{2,12})""", re.IGNORECASE)
_SPACES = re.compile(r"[ \t]+\n")
_SPACE = re.compile(r"\s+")
_TAG = re.compile(r"<(script|style)\b.*?</\1\s*>|<[^>]*>", re.DOTALL | re.IGNORECASE)
_SHORTEST = "MIN_EXTRACTED_SIZE"


def read_html(path: Path, *, default_id: str) -> Document:
    """A saved page as an article.

    Raises:
        InputError: for a page without a main text. KefuError: where trafilatura is not installed.
    """
    check_size(path)
    return html_document(path.read_bytes(), where=str(path), default_id=default_id)


def html_document(page: bytes, *, where: str, default_id: str, url: str = "") -> Document:
    """The main text of a page as Markdown; title, canonical address and language are the page's own.

    Raises:
        InputError: for a page without a main text. KefuError: where trafilatura is not installed.
    """
    try:
        import trafilatura
    except ImportError:
        raise needs("trafilatura", where) from None
    text = trafilatura.extract(
        page,
        url=url or None,
        output_format="markdown",
        include_tables=True,
        include_formatting=True,
        include_comments=False,
        favor_recall=True,
        config=_config(page),
    )
    if not text or not text.strip():
        raise InputError(where, "has no main text.")
    about = trafilatura.extract_metadata(page, default_url=url or None)
    lang = _LANGUAGE.search(page[:4096])
    title = (about.title if about else "") or text.strip().splitlines()[0].lstrip("# ")[:80]
    return Document(
        id=default_id,
        title=title.strip(),
        text=_SPACES.sub("\n", text)[:MOST_CHARACTERS],
        url=(about.url if about else "") or url,
        language=document_language(lang.group(1).decode() if lang else "", text),
    )


def _config(page: bytes) -> ConfigParser:
    """trafilatura's, but for how long a main text has to be to be taken for one: a help page may be a few lines."""
    from trafilatura.settings import DEFAULT_CONFIG

    config = ConfigParser()
    config.read_dict({"DEFAULT": dict(DEFAULT_CONFIG.items("DEFAULT"))})
    text = _SPACE.sub("", _TAG.sub("", page.decode("utf-8", "replace")))
    usual = DEFAULT_CONFIG.getint("DEFAULT", _SHORTEST)
    config.set("DEFAULT", _SHORTEST, str(min(usual, len(text) // 4)))
    return config
