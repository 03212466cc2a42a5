"""What processes that share a PostgreSQL tell each other: who has a conversation in hand, and what was written.

One connection of its own per process: advisory locks belong to a connection, and so does listening.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import URL

from bot.errors import StoreError

log = logging.getLogger("kefu.store")

CHANNEL = "kefu_turns"
FIRST_PAUSE_S = 0.002
LONGEST_PAUSE_S = 0.05
WAIT_S = 45.0
"""How long a turn waits for another process's turn of the same conversation; longer than one may take."""
LOOK_EVERY_S = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """Another process has written events, by their numbers; `conversation_id` is None after a gap in listening."""

    conversation_id: str | None = None
    first: int = 0
    last: int = 0


class Shared:
    """Locks and news of one process; `Store.open` makes it where the database is PostgreSQL."""

    def __init__(self, url: URL, process: str) -> None:
        """`process` names this process in what it announces, so that it does not hear itself."""
        self._dsn = url.set(drivername="postgresql").render_as_string(hide_password=False)
        self._process = process
        self._connection: Any = None
        self._using = asyncio.Lock()
        self._news: asyncio.Queue[Written] = asyncio.Queue()

    async def close(self) -> None:
        """Let go of the connection and with it of every lock."""
        if self._connection is not None and not self._connection.is_closed():
            self._connection.terminate()

    @asynccontextmanager
    async def hold(self, conversation_id: str, *, wait_s: float = WAIT_S) -> AsyncIterator[None]:
        """Hold the conversation among all processes inside the block.

        Who waited for `wait_s` goes on without: the holder hangs, and the numbers of the events still let only
        one of the two write.
        """
        key = _key(conversation_id)
        taken = await self._take(key, wait_s)
        try:
            yield
        finally:
            if taken:
                await asyncio.shield(self._ask("SELECT pg_advisory_unlock($1)", key))

    async def news(self) -> AsyncIterator[Written]:
        """What other processes write from now on, until cancelled."""
        while True:
            await self._connected()
            try:
                async with asyncio.timeout(LOOK_EVERY_S):
                    written = await self._news.get()
            except TimeoutError:
                continue
            yield written

    async def _take(self, key: int, wait_s: float) -> bool:
        loop = asyncio.get_running_loop()
        until, pause = loop.time() + wait_s, FIRST_PAUSE_S
        while not await self._ask("SELECT pg_try_advisory_lock($1)", key):
            if loop.time() > until:
                log.warning("a conversation's lock was not free in time", extra={"action": "lock_timeout"})
                return False
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE_S)
        return True

    async def _ask(self, statement: str, key: int) -> bool:
        async with self._using:
            connection = await self._opened()
            try:
                return bool(await connection.fetchval(statement, key))
            except Exception as error:
                connection.terminate()
                raise StoreError(f"The database failed while locking: {error}") from error

    async def _connected(self) -> None:
        """Listen, also when the database was away; wait until it is back."""
        while True:
            try:
                async with self._using:
                    await self._opened()
                return
            except StoreError as error:
                log.warning("%s", error, extra={"action": "database_away"})
                await asyncio.sleep(1.0)

    async def _opened(self) -> Any:
        """The connection, opened again where it was lost. Call it with `_using` held."""
        import asyncpg

        if self._connection is None or self._connection.is_closed():
            again = self._connection is not None
            try:
                self._connection = await asyncpg.connect(self._dsn, timeout=10, command_timeout=10)
                await self._connection.add_listener(CHANNEL, self._told)
            except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                raise StoreError(f"The database cannot be reached: {error}") from error
            if again:
                self._news.put_nowait(Written())
        return self._connection

    def _told(self, _connection: Any, _pid: int, _channel: str, payload: str) -> None:
        conversation_id, first, last, process = json.loads(payload)
        if process != self._process:
            self._news.put_nowait(Written(conversation_id=conversation_id, first=first, last=last))


def announcement(conversation_id: str, first: int, last: int, process: str) -> str:
    """What is told about a turn: ids only, since everybody with the database can hear it."""
    return json.dumps([conversation_id, first, last, process])


def _key(conversation_id: str) -> int:
    """A conversation's number among the advisory locks; two of the same only wait for each other."""
    digest = hashlib.blake2b(conversation_id.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)
