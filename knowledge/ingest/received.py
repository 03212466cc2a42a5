"""A file that came over the network, read as one of a folder is."""

from __future__ import annotations

import tempfile
from pathlib import Path

from encoders.errors import InputError
from knowledge.documents import Document
from knowledge.ingest.sources import is_questions_file, is_readable, read_documents

LONGEST_NAME = 120


def read_received(name: str, content: bytes) -> list[Document]:
    """The documents in a file of this name, whose ids are those that it would have in a project's folder.

    Raises:
        InputError: for a name that is none or of an unknown kind, and for what cannot be read.
        KefuError: where what reads a kind of file is not installed.
    """
    path = Path(name)
    if (
        path.name != name
        or not name.isprintable()
        or len(name) > LONGEST_NAME
        or name.startswith((".", "~$"))
    ):
        raise InputError("the name", "is not that of a file.", remedy="Give one like returns.md.")
    if not is_readable(path) or is_questions_file(path):
        raise InputError(
            name, "is no kind of article.", remedy="Its ending says the kind: .md, .html, .pdf, …"
        )
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, name).write_bytes(content)
        try:
            return read_documents([Path(folder)])
        except InputError as error:
            where = error.where.replace(f"{folder}/", "").replace(folder, name)
            raise InputError(where, error.problem, remedy=error.remedy) from error
