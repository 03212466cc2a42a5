"""What changed in a knowledge base since its index was built, on disk: all or nothing of each change.

SQLite's write-ahead log makes a change atomic: a process killed at any moment leaves it whole or not made.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from encoders.errors import ArtifactError
from knowledge.documents import Passage
from knowledge.encode import EncodedDocument
from knowledge.vectors import Vectors

LAYOUT = 1
WAIT_S = 10.0
"""How long a change waits for another process to finish its own."""
RETRY_S = 0.01
_TABLES = f"""
PRAGMA user_version = {LAYOUT};
CREATE TABLE IF NOT EXISTS document (
    id TEXT PRIMARY KEY, content INTEGER NOT NULL, record TEXT, vectors BLOB, questions BLOB
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS seen (id TEXT PRIMARY KEY, content INTEGER NOT NULL) WITHOUT ROWID;
"""
DELETED = 0
"""The content of a document that is not there any more."""


class LiveStore:
    """Changed documents with their vectors, and what the project's files held when they were last read."""

    def __init__(self, path: Path, *, dimension: int) -> None:
        """Open or make the file.

        Raises:
            ArtifactError: when it is no such store, or of another version.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        self._dimension = dimension
        try:
            self._database = sqlite3.connect(
                path, timeout=WAIT_S, isolation_level=None, check_same_thread=False
            )
            self._turn_on_log()
            self._database.execute("PRAGMA synchronous = FULL")
            version = self._database.execute("PRAGMA user_version").fetchone()[0]
            if version not in (0, LAYOUT):
                raise ArtifactError(f"{path} is of another version. Remove it: it is made again.")
            if version == 0:
                with self._change():
                    for statement in filter(str.strip, _TABLES.split(";")):
                        self._database.execute(statement)
        except sqlite3.Error as error:
            raise ArtifactError(f"{path} cannot be used ({error}). Remove it: it is made again.") from error

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def version(self) -> int:
        """Another number after each change that another connection made."""
        return int(self._rows("PRAGMA data_version")[0][0])

    def documents(self) -> dict[str, EncodedDocument | None]:
        """What changed, by id; None for what was deleted."""
        rows = self._rows("SELECT id, content, record, vectors, questions FROM document")
        return {
            row[0]: None if row[1] == DELETED else unpacked(row, dimension=self._dimension) for row in rows
        }

    def contents(self) -> dict[str, int]:
        """The content of each document that changed, `DELETED` for what was deleted."""
        return dict(self._rows("SELECT id, content FROM document"))

    def seen(self) -> dict[str, int]:
        """The content of the documents in the project's files when these were last read."""
        return dict(self._rows("SELECT id, content FROM seen"))

    def write(
        self,
        put: Sequence[EncodedDocument] = (),
        delete: Sequence[str] = (),
        *,
        seen: Mapping[str, int] | None = None,
    ) -> None:
        """One change, made whole or not at all.

        Args:
            seen: what the project's files hold now; left as it is where None.

        Raises:
            ArtifactError: when the disk is full or another process does not finish its change.
        """
        try:
            with self._change():
                self._database.executemany(
                    "INSERT OR REPLACE INTO document VALUES (?, ?, ?, ?, ?)", map(packed, put)
                )
                self._database.executemany(
                    "INSERT OR REPLACE INTO document VALUES (?, ?, NULL, NULL, NULL)",
                    [(one, DELETED) for one in delete],
                )
                if seen is not None:
                    self._database.execute("DELETE FROM seen")
                    self._database.executemany("INSERT INTO seen VALUES (?, ?)", seen.items())
        except sqlite3.Error as error:
            raise ArtifactError(f"{self._path} cannot be written ({error}).") from error

    def _turn_on_log(self) -> None:
        """SQLite does not wait when two processes turn the log of a new file on at once; so we do."""
        until = time.monotonic() + WAIT_S
        while True:
            try:
                self._database.execute("PRAGMA journal_mode = WAL")
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                    raise
                time.sleep(RETRY_S)
            else:
                return

    def _rows(self, query: str) -> list[Any]:
        """What a query gives.

        Raises:
            ArtifactError: when the file cannot be read, or was closed.
        """
        try:
            return self._database.execute(query).fetchall()
        except sqlite3.Error as error:
            raise ArtifactError(f"{self._path} cannot be read ({error}).") from error

    @contextmanager
    def _change(self) -> Iterator[None]:
        self._database.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._database.execute("ROLLBACK")
            raise
        self._database.execute("COMMIT")


def unpacked(row: Sequence[Any], *, dimension: int) -> EncodedDocument:
    """The inverse of `packed`."""
    identity, content, record, vectors, questions = row
    fields = json.loads(record)
    return EncodedDocument(
        id=identity,
        content=content,
        names=tuple(fields["names"]),
        metadata=fields.get("metadata", {}),
        passages=tuple(Passage(**one) for one in fields["passages"]),
        vectors=_vectors(vectors, dimension),
        questions=_vectors(questions, dimension),
        question_languages=tuple(fields["question_languages"]),
    )


def packed(document: EncodedDocument) -> tuple[str, int, str, bytes, bytes]:
    """A document as a row: id, content, record, vectors, vectors of its questions."""
    record = {
        "names": document.names,
        "metadata": document.metadata,
        "passages": [asdict(one) for one in document.passages],
        "question_languages": document.question_languages,
    }
    return (
        document.id,
        document.content,
        json.dumps(record, ensure_ascii=False),
        document.vectors.astype(np.float16).tobytes(),
        document.questions.astype(np.float16).tobytes(),
    )


def _vectors(data: bytes, dimension: int) -> Vectors:
    return np.frombuffer(data, np.float16).reshape(-1, dimension).astype(np.float32)
