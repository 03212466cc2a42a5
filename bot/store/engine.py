"""Opening a database: which driver, how SQLite is set up, and what a failure is called."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, Table, create_engine, event, make_url
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from bot.errors import StoreError

_DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "postgresql": "postgresql+asyncpg",
    "postgres": "postgresql+asyncpg",
}

PROCESS = "kefu_process"
"""The execution option that has a process's name."""

_PRAGMAS = (
    "PRAGMA busy_timeout = 5000",
    "PRAGMA journal_mode = WAL",
    # FULL flushes every commit to disk. With NORMAL a power cut could take back a message that its platform
    # has been told we have; with group commit the flush costs about a tenth (bench/store.py).
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    # What is erased is overwritten, not only unlinked.
    "PRAGMA secure_delete = ON",
)


def database_url(text: str) -> URL:
    """The URL with the asynchronous driver that we use for it.

    Raises:
        StoreError: when it is no URL, names a database without a driver here, or SQLite in memory.
    """
    try:
        url = make_url(text)
    except ArgumentError:
        raise StoreError("The database URL cannot be read. Write it as sqlite:///path/to/kefu.db.") from None
    kind = url.get_backend_name()
    if kind not in _DRIVERS:
        raise StoreError(f"There is no driver for {kind} databases. Use SQLite: sqlite:///path/to/kefu.db.")
    if kind == "sqlite" and url.database in (None, "", ":memory:"):
        raise StoreError("Conversations must outlive the process. Name a file: sqlite:///path/to/kefu.db.")
    return url.set(drivername=_DRIVERS[kind])


def sqlite_file(url: URL) -> Path | None:
    """The file of an SQLite database, None for a database server."""
    return Path(url.database or "") if url.get_backend_name() == "sqlite" else None


def require_usable(file: Path) -> None:
    """Refuse a path that SQLite could not open, before its driver starts a thread for it.

    Only looks: opening and closing the file here would drop the locks that SQLite has on it in this process.

    Raises:
        StoreError: when the folder is missing, the path is no file, or we may not read and write it.
    """
    folder = file.absolute().parent
    if not folder.is_dir():
        raise StoreError(f"The folder of the database {file} does not exist. Create it or name another.")
    if file.exists() and not file.is_file():
        raise StoreError(f"{file} is not a file. Give the path of a database file with --database.")
    if not os.access(file if file.exists() else folder, os.R_OK | os.W_OK):
        raise StoreError(f"The database {file} may not be read and written here. Change its permissions.")


def make_engine(url: URL, process: str = "") -> AsyncEngine:
    """An engine for the URL; nothing is opened yet. `process` names us to others at the same database."""
    options = _options()
    if sqlite_file(url) is None:
        return create_async_engine(url, pool_pre_ping=True, execution_options={PROCESS: process}, **options)
    # Each transaction here ends itself, so that a connection is given back clean.
    engine = create_async_engine(url, pool_reset_on_return=None, **options)
    event.listen(engine.sync_engine, "connect", _prepare_sqlite)
    return engine


def make_thread_engine(url: URL) -> Engine:
    """The engine of an SQLite file for one of our own threads (`bot.store.thread`)."""
    engine = create_engine(url.set(drivername="sqlite+pysqlite"), pool_reset_on_return=None, **_options())
    event.listen(engine, "connect", _prepare_sqlite)
    return engine


def _options() -> dict[str, Any]:
    return {
        # A customer's words are among the parameters and must not get into error messages.
        "hide_parameters": True,
        # ASCII escapes keep halves of surrogate pairs, which UTF-8 could not.
        "json_serializer": json.JSONEncoder(separators=(",", ":"), allow_nan=False).encode,
    }


@contextmanager
def store_errors(doing: str) -> Iterator[None]:
    """Turn the driver's errors into a StoreError; an IntegrityError is the caller's to understand."""
    try:
        yield
    except IntegrityError:
        raise
    except (DBAPIError, OSError) as error:
        raise StoreError(f"The database failed while {doing}: {_cause(error)}") from error


def write_begins(connection: Connection) -> None:
    """Begin SQLite's transaction as a writing one: it waits for its turn now and never fails later."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def insert(connection: AsyncConnection, table: Table) -> Any:
    """INSERT that can resolve conflicts; both databases spell it alike, SQLAlchemy has it per dialect."""
    return insert_for(connection.dialect.name, table)


def insert_for(dialect: str, table: Table) -> Any:
    """The same for a dialect's name."""
    return (postgresql if dialect == "postgresql" else sqlite).insert(table)


def lock_database(file: Path) -> int:
    """Take the lock beside an SQLite file until the descriptor given back is closed or the process ends.

    Raises:
        StoreError: when another process has it.
    """
    try:
        import fcntl
    except ImportError:  # Windows has no advisory locks; there it is on the operator.
        return os.open(os.devnull, os.O_RDONLY)
    descriptor = os.open(file.with_name(file.name + ".lock"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = os.pread(descriptor, 20, 0).decode("ascii", "replace").strip() or "unknown"
        os.close(descriptor)
        raise StoreError(
            f"The database {file} is in use by another kefu (process {holder}). "
            "Stop that one, or give this one its own with --database."
        ) from None
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, str(os.getpid()).encode("ascii"), 0)
    return descriptor


def _prepare_sqlite(connection: Any, _record: object) -> None:
    # Python's driver would begin transactions by its own rules; we do it in `write_begins`.
    connection.isolation_level = None
    try:
        cursor = connection.cursor()
        for pragma in _PRAGMAS:
            cursor.execute(pragma)
        cursor.close()
    except Exception:
        connection.close()  # the pool does not know it yet, and its thread would stay
        raise


def _cause(error: Exception) -> str:
    """The driver's own words, without the statement that SQLAlchemy adds."""
    return str(error.orig) if isinstance(error, DBAPIError) else str(error)
