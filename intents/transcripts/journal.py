"""What an import has done so far, kept beside what it writes, so that it goes on where it was interrupted."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any

from encoders.errors import KefuError

_DIALOGS, _QUARANTINE, _DATABASE = "dialogs.jsonl", "quarantine.jsonl", "journal.sqlite"


@dataclass(slots=True)
class Counts:
    """How far an import is, and what it found."""

    file: int = 0
    items: int = 0
    conversations: int = 0
    turns: int = 0
    known: int = 0
    quarantined: int = 0
    mended: int = 0
    speakers_filled: int = 0
    without_time: int = 0


@dataclass(slots=True)
class Journal:
    """An unfinished import: its two files, the conversations it has seen, and where it stands.

    `checkpoint` makes all of it durable at once; what came after the last one is done again.
    """

    folder: Path
    dialogs: IO[str]
    quarantine: IO[str]
    database: sqlite3.Connection
    counts: Counts = field(default_factory=Counts)

    def seen(self, key: bytes) -> bytes | None:
        """The content hash of a conversation that was met before."""
        row = self.database.execute("SELECT content FROM seen WHERE key = ?", (key,)).fetchone()
        return None if row is None else row[0]

    def remember(self, key: bytes, content: bytes) -> None:
        """A conversation is there now; the first one of a key counts."""
        self.database.execute("INSERT OR IGNORE INTO seen VALUES (?, ?)", (key, content))

    def checkpoint(self) -> None:
        """Both files to disk, then the position that belongs to them, in one transaction."""
        sizes = {}
        for name, file in (("dialogs", self.dialogs), ("quarantine", self.quarantine)):
            file.flush()
            os.fsync(file.fileno())
            sizes[name] = file.tell()
        state = json.dumps({"sizes": sizes, "counts": asdict(self.counts)})
        self.database.execute("UPDATE state SET state = ?", (state,))
        self.database.execute("COMMIT")
        self.database.execute("BEGIN")


@contextmanager
def journal_of(folder: Path, files: Sequence[Path]) -> Iterator[Journal]:
    """The journal in `folder`: where an earlier import of the same, unchanged files stopped, or a new one.

    The folder stays when the block ends with an exception.

    Raises:
        KefuError: when another process is importing the same files.
    """
    folder.mkdir(parents=True, exist_ok=True)
    database = sqlite3.connect(folder / _DATABASE, isolation_level=None, timeout=0.5)
    try:
        state = _opened(database, _fingerprint(files))
        sizes = state.get("sizes", {})
        with (
            _at(folder / _DIALOGS, sizes.get("dialogs", 0)) as dialogs,
            _at(folder / _QUARANTINE, sizes.get("quarantine", 0)) as quarantine,
        ):
            counts = Counts(**state.get("counts", {}))
            yield Journal(
                folder=folder, dialogs=dialogs, quarantine=quarantine, database=database, counts=counts
            )
    except KefuError:
        written = (folder / name for name in (_DIALOGS, _QUARANTINE))
        if not any(path.exists() and path.stat().st_size for path in written):
            shutil.rmtree(folder, ignore_errors=True)
        raise
    finally:
        database.close()


def publish(journal: Journal, dialogs: Path, quarantine: Path) -> tuple[Path | None, Path | None]:
    """Move the finished files to their names (the dialogs' next free one) and forget the journal.

    None stands for a file that has nothing in it. The quarantine of the same sources is replaced by its equal.
    """
    journal.checkpoint()
    places: list[Path | None] = []
    for file, final in ((journal.dialogs, _free(dialogs)), (journal.quarantine, quarantine)):
        if file.tell():
            final.parent.mkdir(parents=True, exist_ok=True)
            Path(file.name).replace(final)
            places.append(final)
        else:
            places.append(None)
    shutil.rmtree(journal.folder, ignore_errors=True)
    return places[0], places[1]


def _opened(database: sqlite3.Connection, fingerprint: str) -> dict[str, Any]:
    """The state of the journal in this database; an empty one where it is new or of other files."""
    try:
        database.executescript(
            "PRAGMA locking_mode=EXCLUSIVE; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-16000;"
        )
        database.execute("CREATE TABLE IF NOT EXISTS seen (key BLOB PRIMARY KEY, content BLOB) WITHOUT ROWID")
        database.execute("CREATE TABLE IF NOT EXISTS state (fingerprint TEXT, state TEXT)")
        row = database.execute("SELECT fingerprint, state FROM state").fetchone()
        database.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError as error:
        raise KefuError("The same files are being imported already; wait for it or stop it.") from error
    if row is not None and row[0] == fingerprint:
        return dict(json.loads(row[1]))
    database.execute("DELETE FROM seen")
    database.execute("DELETE FROM state")
    database.execute("INSERT INTO state VALUES (?, '{}')", (fingerprint,))
    return {}


@contextmanager
def _at(path: Path, size: int) -> Iterator[IO[str]]:
    """The file, cut to what a checkpoint has made durable, to be written on."""
    with path.open("a+", encoding="utf-8", errors="surrogatepass") as file:
        file.truncate(size)
        file.seek(0, os.SEEK_END)
        yield file


def _fingerprint(files: Sequence[Path]) -> str:
    """Changes when one of the files does."""
    return json.dumps([(str(path), path.stat().st_size, path.stat().st_mtime_ns) for path in files])


def _free(path: Path) -> Path:
    number = 2
    free = path
    while free.exists():
        free = path.with_stem(f"{path.stem}-{number}")
        number += 1
    return free
