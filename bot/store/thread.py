"""SQLite on threads of our own, one that writes and one that reads: a transaction is one way there and back.

aiosqlite hands each cursor, statement and fetch to its thread and back; for the some thirty of them that a turn
writes, and the six of one read, that cost more than SQLite itself.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from sqlalchemy import URL, Connection, Dialect, Engine, Row

from bot.store.engine import make_thread_engine, sqlite_file

R = TypeVar("R")


class ThreadConnection:
    """The part of SQLAlchemy's AsyncConnection that operations use; nothing in it waits for the event loop."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @property
    def dialect(self) -> Dialect:
        return self._connection.dialect

    async def execute(self, statement: Any, parameters: Any = None) -> Any:
        return self._connection.execute(statement, parameters)

    async def scalar(self, statement: Any) -> Any:
        return self._connection.scalar(statement)

    async def scalars(self, statement: Any) -> Any:
        return self._connection.scalars(statement)


class StoreThread:
    """One thread with one connection."""

    def __init__(self, engine: Engine, name: str) -> None:
        """Take over `engine`; `close` disposes of it."""
        self._engine = engine
        self._executor = ThreadPoolExecutor(1, thread_name_prefix=name)

    async def run(self, work: Callable[[Engine], R]) -> R:
        """The result of `work`, on the thread."""
        return await asyncio.get_running_loop().run_in_executor(self._executor, work, self._engine)

    async def close(self) -> None:
        """Let go of the database; call it when nothing is in hand."""
        await self.run(Engine.dispose)
        self._executor.shutdown()


def threads_of(url: URL) -> tuple[StoreThread | None, StoreThread | None]:
    """The writing and the reading thread of an SQLite file; a database server needs none."""
    if sqlite_file(url) is None:
        return None, None
    return (
        StoreThread(make_thread_engine(url), "store-writer"),
        StoreThread(make_thread_engine(url), "store-reader"),
    )


def rows_on(statement: Any, parameters: Any, engine: Engine) -> Sequence[Row[Any]]:
    """What a statement finds, in the thread that calls it."""
    with engine.connect() as connection:
        return connection.execute(statement, parameters).all()


def driven(coroutine: Coroutine[Any, Any, R]) -> R:
    """The result of a coroutine that never waits.

    Raises:
        RuntimeError: when it waits after all.
    """
    try:
        coroutine.send(None)
    except StopIteration as done:
        result: R = done.value
        return result
    coroutine.close()
    raise RuntimeError("an operation on SQLite waited for the event loop")
