"""Files and folders → documents."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from encoders.errors import InputError
from knowledge.documents import Document
from knowledge.ingest.faq import is_faq, read_faq
from knowledge.ingest.lines import read_document_lines
from knowledge.ingest.markdown import read_markdown

_MARKDOWN = {".md", ".markdown"}
_TABLES = {".csv", ".tsv"}


def read_documents(sources: Sequence[Path]) -> list[Document]:
    """All documents in the files and, recursively, the folders; folders are read in the order of names.

    Markdown, FAQ tables (CSV) and JSONL are read. A folder's hidden files, its `questions*.jsonl` and
    what is of another kind are passed over; a file that is named itself must be of a known kind.

    Raises:
        InputError: for a file that cannot be read, two documents of one id, and when there are none.
    """
    documents: dict[str, tuple[str, Document]] = {}
    for source in sources:
        for place, document in _read(source):
            if document.id in documents:
                problem = f"the id {document.id!r} is taken by {documents[document.id][0]}."
                raise InputError(place, problem, remedy="Give one of them another id.")
            documents[document.id] = place, document
    if not documents:
        raise InputError(", ".join(map(str, sources)) or "sources", "there are no documents here.")
    return [document for _, document in documents.values()]


def is_questions_file(path: Path) -> bool:
    """Whether the name says that the file holds questions (`questions*.jsonl`), not documents."""
    return path.name.startswith("questions") and path.suffix == ".jsonl"


def question_files(sources: Sequence[Path]) -> list[Path]:
    """The `questions*.jsonl` among the sources and in their folders."""
    files = (path for source in sources for path in ([source] if source.is_file() else _files(source)))
    return [path for path in files if is_questions_file(path)]


def document_files(folder: Path) -> list[Path]:
    """The files of a folder that may hold documents; none where there is no such folder."""
    return [path for path in _files(folder) if not is_questions_file(path)]


def _read(source: Path) -> Iterator[tuple[str, Document]]:
    if source.is_dir():
        for path in _files(source):
            if not is_questions_file(path) and (path.suffix not in _TABLES or is_faq(path)):
                yield from _read_file(path, root=source)
    elif not source.exists():
        raise InputError(source, "there is no such file or folder.")
    elif not is_questions_file(source):
        yield from _read_file(source, root=source.parent)


def _files(folder: Path) -> list[Path]:
    known = _MARKDOWN | _TABLES | {".jsonl"}
    return [
        path
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        and path.suffix in known
        and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    ]


def _read_file(path: Path, *, root: Path) -> Iterator[tuple[str, Document]]:
    if path.suffix in _MARKDOWN:
        default = path.relative_to(root).with_suffix("").as_posix()
        yield str(path), read_markdown(path, default_id=default)
    elif path.suffix in _TABLES:
        yield from ((f"{path}:{line}", document) for line, document in read_faq(path))
    elif path.suffix == ".jsonl":
        yield from ((f"{path}:{line}", document) for line, document in read_document_lines(path))
    else:
        raise InputError(path, "is no Markdown, CSV or JSONL file.")
