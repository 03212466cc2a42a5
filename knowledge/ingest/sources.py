"""Files, folders and web addresses → documents."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from encoders.errors import InputError
from knowledge.documents import Document
from knowledge.ingest.docx import read_docx
from knowledge.ingest.duplicates import folded
from knowledge.ingest.faq import is_faq, read_faq
from knowledge.ingest.html import read_html
from knowledge.ingest.lines import read_document_lines
from knowledge.ingest.markdown import read_markdown
from knowledge.ingest.pdf import read_pdf
from knowledge.ingest.plain import listed_addresses, read_plain

_MARKDOWN = {".md", ".markdown"}
_TABLES = {".csv", ".tsv"}
_ARTICLES: dict[str, Callable[..., Document]] = {
    ".md": read_markdown,
    ".markdown": read_markdown,
    ".html": read_html,
    ".htm": read_html,
    ".pdf": read_pdf,
    ".docx": read_docx,
    ".txt": read_plain,
}
"""What reads a file that is one article."""
_KNOWN = {*_ARTICLES, *_TABLES, ".jsonl"}

Damaged = Callable[[InputError], None]
Found = Iterator[tuple[str, Document]]


def read_documents(
    sources: Sequence[Path | str], *, damaged: Damaged | None = None, allowed: frozenset[str] = frozenset()
) -> list[Document]:
    """All documents in the files, at the web addresses and, recursively, in the folders, in the order of names.

    Markdown, HTML, PDF, Word, plain text, FAQ tables (CSV) and JSONL are read; a .txt file that holds nothing but
    web addresses, and an address, stand for these pages, a sitemap for the pages it lists. A folder's hidden files,
    its `questions*.jsonl` and what is of another kind are passed over; a file that is named itself must be of a
    known kind. Documents that say the same under the same title become one.

    Args:
        damaged: is told of a file or page that cannot be read, which is then left out.
        allowed: hosts that pages are fetched from although they are not on the public internet.

    Raises:
        InputError: for a file that cannot be read (where `damaged` is not given), two documents of one id, and when
            there are none.
        KefuError: where what reads a kind of file is not installed.
    """
    documents: dict[str, tuple[str, Document]] = {}
    for source in sources:
        for place, document in _read(source, damaged, allowed):
            if document.id in documents:
                problem = f"the id {document.id!r} is taken by {documents[document.id][0]}."
                raise InputError(place, problem, remedy="Give one of them another id.")
            documents[document.id] = place, document
    if not documents:
        raise InputError(", ".join(map(str, sources)) or "sources", "there are no documents here.")
    return folded([document for _, document in documents.values()])


def is_questions_file(path: Path) -> bool:
    """Whether the name says that the file holds questions (`questions*.jsonl`), not documents."""
    return path.name.startswith("questions") and path.suffix == ".jsonl"


def is_readable(path: Path) -> bool:
    """Whether a file of this name is of a kind that is read."""
    return path.suffix.lower() in _KNOWN


def question_files(sources: Sequence[Path | str]) -> list[Path]:
    """The `questions*.jsonl` among the sources and in their folders."""
    paths = [Path(source) for source in sources if not is_address(source)]
    files = (file for path in paths for file in ([path] if path.is_file() else _files(path)))
    return [path for path in files if is_questions_file(path)]


def document_files(folder: Path) -> list[Path]:
    """The files of a folder that may hold documents; none where there is no such folder."""
    return [path for path in _files(folder) if not is_questions_file(path)]


def is_address(source: Path | str) -> bool:
    """Whether a source is on the web."""
    return isinstance(source, str) and source.startswith(("http://", "https://"))


def _read(source: Path | str, damaged: Damaged | None, allowed: frozenset[str]) -> Found:
    if is_address(source):
        yield from _fetched([str(source)], damaged, allowed)
        return
    path = Path(source)
    if path.is_dir():
        for file in document_files(path):
            yield from _spared(_from_folder(file, path), damaged)
    elif not path.exists():
        raise InputError(path, "there is no such file or folder.")
    elif is_questions_file(path):
        return
    elif path.suffix.lower() == ".txt" and (addresses := listed_addresses(path)):
        yield from _fetched(addresses, damaged, allowed)
    else:
        yield from _spared(_read_file(path, root=path.parent), damaged)


def _fetched(addresses: Sequence[str], damaged: Damaged | None, allowed: frozenset[str]) -> Found:
    from knowledge.ingest.web import fetch_documents

    for document in fetch_documents(addresses, damaged=damaged, allowed=allowed):
        yield document.url or document.id, document


def _spared(found: Found, damaged: Damaged | None) -> Found:
    """What is found until something is damaged, of which `damaged` is told."""
    try:
        yield from found
    except InputError as error:
        if damaged is None:
            raise
        damaged(error)


def _from_folder(path: Path, root: Path) -> Found:
    if path.suffix.lower() in _TABLES and not is_faq(path):
        return
    if path.suffix.lower() == ".txt" and listed_addresses(path):
        raise InputError(
            path,
            "lists web addresses.",
            remedy="Name the file itself to `kefu knowledge build`, which fetches them.",
        )
    yield from _read_file(path, root=root)


def _files(folder: Path) -> list[Path]:
    return [
        path
        for path in sorted(folder.rglob("*"))
        if is_readable(path)
        and path.is_file()
        and not any(part.startswith((".", "~$")) for part in path.relative_to(folder).parts)
    ]


def _read_file(path: Path, *, root: Path) -> Found:
    kind = path.suffix.lower()
    if kind in _ARTICLES:
        name = path.relative_to(root)
        default = (name.with_suffix("") if kind in _MARKDOWN else name).as_posix()
        yield str(path), _ARTICLES[kind](path, default_id=default)
    elif kind in _TABLES:
        yield from _placed(path, read_faq(path))
    elif kind == ".jsonl":
        yield from _placed(path, read_document_lines(path))
    else:
        known = ", ".join(sorted(_KNOWN))
        raise InputError(path, f"is of an unknown kind (known: {known}).")


def _placed(path: Path, lines: Iterator[tuple[int, Any]]) -> Found:
    return ((f"{path}:{line}", document) for line, document in lines)
