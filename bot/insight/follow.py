"""Keeps the tables of the figures in step with the events."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from bot.errors import StoreError
from bot.insight.facts import Asked, Chat, Fold
from bot.lull import Lull, at_once
from bot.store.cursors import StoredEvent
from bot.store.figures import CURSOR, Standing, Step
from bot.store.store import Store

log = logging.getLogger("kefu.insight")

BATCH = 500
PAUSE_S = 2.0


class Follower:
    """Reads what was stored since it last did; any process may, and only one of them writes each step."""

    def __init__(self, store: Store, *, lull: Lull = at_once) -> None:
        """`lull` is waited for before what is there is taken in unasked."""
        self._store = store
        self._lull = lull
        self._reading = asyncio.Lock()

    async def run(self, *, pause_s: float = PAUSE_S) -> None:
        """Follow until cancelled."""
        while True:
            await self._lull()
            try:
                await self.catch_up()
            except StoreError as error:
                log.warning("the figures are not brought up to date: %s", error)
            await asyncio.sleep(pause_s)

    async def catch_up(self, *, within_s: float | None = None) -> bool:
        """Take in what is there; False where that would take longer than `within_s`."""
        loop = asyncio.get_running_loop()
        until = None if within_s is None else loop.time() + within_s
        while True:
            async with self._reading:
                if not await self._step():
                    return True
            if until is not None and loop.time() > until:
                return False

    async def _step(self) -> bool:
        """One batch; False where there is nothing more."""
        cursors = self._store.cursors
        position = await cursors.position(CURSOR)
        if await cursors.newest() <= position:
            return False
        batch = await cursors.read(position, limit=BATCH)
        if not batch:
            return False
        standing = await self._store.figures.standing(sorted({one.conversation_id for one in batch}))
        folds = folded(batch, standing)
        step = Step(
            after=position,
            upto=batch[-1].id,
            chats=tuple(asdict(chat) for fold in folds for chat in fold.chats.values()),
            asked=tuple(asdict(one) for fold in folds for one in fold.asked.values()),
        )
        await self._store.figures.write(step)
        return True


def folded(batch: Sequence[StoredEvent], standing: dict[str, Standing]) -> list[Fold]:
    """The conversations of a batch, with its events taken in."""
    folds: dict[str, Fold] = {}
    for event in batch:
        where = standing.get(event.conversation_id)
        if where is None:  # erased
            continue
        fold = folds.get(event.conversation_id)
        if fold is None:
            fold = folds[event.conversation_id] = _taken_up(event.conversation_id, where)
        fold.take(event.seq, event.data)
    return list(folds.values())


def _taken_up(conversation_id: str, where: Standing) -> Fold:
    chat: dict[str, Any] | None = dict(where.chat) if where.chat else None
    asked: dict[str, Any] | None = dict(where.asked) if where.asked else None
    return Fold(
        conversation_id,
        channel=where.channel,
        chat=Chat(**chat) if chat else None,
        asked=Asked(**asked) if asked else None,
    )
