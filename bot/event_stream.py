"""Every stored event to a destination, at least once and in order per conversation, also over restarts."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Sequence

from bot.errors import StoreError
from bot.event_sinks import NotTaken, Sink
from bot.lull import Lull, at_once
from bot.store.cursors import Cursors, StoredEvent

log = logging.getLogger("kefu.events")

PAUSE_S = 0.5
"""Between looks for new events."""
LONGEST_PAUSE_S = 60.0
BATCH_WITHIN_S = 30.0
LEASE_S = 2 * BATCH_WITHIN_S
"""A process that dies holds the others up no longer than this."""


class EventStream:
    """Follows the events for one destination."""

    def __init__(
        self, cursors: Cursors, sink: Sink, *, alone: bool, pause_s: float = PAUSE_S, lull: Lull = at_once
    ) -> None:
        """`alone`: no other process serves this database, so a claim that is left is a dead one's.

        `lull` is waited for before each batch, where the destination can wait.
        """
        self._lull = lull
        self._cursors = cursors
        self._sink = sink
        self._alone = alone
        self._pause_s = pause_s
        self._position = -1

    async def run(self) -> None:
        """Give what is there and what comes, until cancelled."""
        failures = 0
        if self._alone:
            await self._cursors.release(self._sink.name)
        while True:
            try:
                given = await self.give()
            except (NotTaken, StoreError) as error:
                failures += 1
                log.warning(
                    "events do not reach the %s: %s",
                    self._sink.name,
                    error,
                    extra={"action": "events_not_taken"},
                )
                await asyncio.sleep(self._after(failures))
            else:
                failures = 0
                if not given:
                    await asyncio.sleep(self._pause_s)

    async def give(self) -> int:
        """Give what is there; how many events, 0 where another process is at it.

        Raises:
            NotTaken: when a batch did not arrive; all of it comes again.
        """
        if self._position >= await self._cursors.newest():
            return 0
        await self._lull()
        position = await self._cursors.claim(self._sink.name, lease_s=LEASE_S)
        if position is None:
            return 0
        given = 0
        try:
            while batch := await self._cursors.read(position, limit=self._sink.most):
                await self._put(batch)
                position = self._position = batch[-1].id
                await self._cursors.advance(self._sink.name, position, lease_s=LEASE_S)
                given += len(batch)
                await self._lull()
        finally:
            await asyncio.shield(self._cursors.release(self._sink.name))
        self._position = position
        return given

    async def _put(self, batch: Sequence[StoredEvent]) -> None:
        try:
            async with asyncio.timeout(BATCH_WITHIN_S):
                await self._sink.put(batch)
        except TimeoutError:
            raise NotTaken("it took too long") from None

    def _after(self, failures: int) -> float:
        longest = min(self._pause_s * 2.0 ** min(failures, 20), LONGEST_PAUSE_S)
        return longest * random.uniform(0.5, 1.0)  # noqa: S311 - spreads load, keeps no secret
