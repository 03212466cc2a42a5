"""One turn at a time per conversation, within a process and among those that share a database."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from weakref import WeakValueDictionary

from bot.store.shared import Shared


class ConversationLocks:
    """A lock per conversation that exists only while somebody holds it or waits for it.

    Waiters get it in the order they came. Among processes that share a database the conversation is held in
    the database too; the event log's expected sequence is the guard beneath both.
    """

    def __init__(self, shared: Shared | None = None) -> None:
        self._shared = shared
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    @asynccontextmanager
    async def hold(self, conversation_id: str, *, timeout_s: float | None = None) -> AsyncIterator[None]:
        """Hold the conversation's lock inside the block.

        Raises:
            TimeoutError: when it was not free within `timeout_s`.
        """
        # The local name keeps the lock alive; the dictionary does not.
        lock = self._locks.setdefault(conversation_id, asyncio.Lock())
        async with asyncio.timeout(timeout_s):
            await lock.acquire()
        try:
            if self._shared is None:
                yield
            else:
                async with self._shared.hold(conversation_id):
                    yield
        finally:
            lock.release()

    def __len__(self) -> int:
        """How many conversations are in hand or waited for."""
        return len(self._locks)
