"""Keeps the open live messages in clusters, each under the name of an intent that it might become."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from bot.errors import StoreError
from bot.lull import Lull, at_once
from bot.review.aid import Aid, AidFailed
from bot.review.clusters import Vectors, clusters
from bot.store.reviews import Item, Reviews
from encoders.workers import WorkersBusy

log = logging.getLogger("kefu.review")

MOST = 2000
"""The newest open messages are clustered; older ones stay where they are."""
AT_ONCE = 32
"""Texts in one call of a model worker: customers' messages come in between."""
PAUSE_S = 2.0
"""Messages that arrive close together are arranged together."""
AGAIN_S = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Space:
    """How a release sees texts.

    Attributes:
        key: of the model; vectors of different models are not compared.
        encode: unit vectors (n, d), centred as the model's training data is.
        threshold: the similarity from which on clusters are one.
    """

    key: str
    encode: Callable[[Sequence[str]], Awaitable[Vectors]]
    threshold: float


class Arranging:
    """Arranges the queue whenever something was added to it."""

    def __init__(
        self,
        reviews: Reviews,
        aid: Aid,
        space: Callable[[], Awaitable[Space | None]],
        *,
        arranged: Callable[[], None],
        pause_s: float = PAUSE_S,
        lull: Lull = at_once,
    ) -> None:
        """`space`: of the release that serves, None while no model is loaded; `arranged` is told when it is done."""
        self._lull = lull
        self._reviews = reviews
        self._aid = aid
        self._space = space
        self._arranged = arranged
        self._pause_s = pause_s
        self._wanted = asyncio.Event()
        self._vectors: dict[int, Vectors] = {}
        self._key = ""

    def wake(self) -> None:
        """Something was added."""
        self._wanted.set()

    async def run(self) -> None:
        """Arrange when woken, until cancelled."""
        while True:
            await self._wanted.wait()
            await asyncio.sleep(self._pause_s)
            await self._lull()
            self._wanted.clear()
            try:
                await self.arrange()
            except (AidFailed, StoreError, WorkersBusy) as error:
                log.warning("the review queue is not arranged yet: %s", error)
                await asyncio.sleep(AGAIN_S)
                self._wanted.set()

    async def arrange(self) -> None:
        """Put all open live messages into clusters; what was sorted stays where it is while somebody is at it.

        Raises:
            AidFailed, StoreError, WorkersBusy: when it cannot be done now.
        """
        items = await self._reviews.open_items(live=True, limit=MOST)
        space = await self._space() if items else None
        if space is None:
            return
        vectors = await self._encoded(items, space)
        found = await asyncio.to_thread(clusters, vectors, space.threshold)
        names = await self._aid.named(
            [[(items[row].text, items[row].language) for row in rows] for rows in found], ()
        )
        places = {
            items[row].id: (f"live#{name}", position)
            for name, rows in zip(names, found, strict=True)
            for position, row in enumerate(rows)
        }
        now = datetime.now(UTC)
        free = [item for item in items if not item.cluster or not item.holder(now)]
        before = {item.id: (item.cluster, item.position) for item in free}
        changed = {key: places[key] for key, place in before.items() if places[key] != place}
        await self._reviews.arrange(changed)
        if changed:
            self._arranged()

    async def _encoded(self, items: Sequence[Item], space: Space) -> Vectors:
        if space.key != self._key:
            self._vectors, self._key = {}, space.key
        missing = [item for item in items if item.id not in self._vectors]
        for start in range(0, len(missing), AT_ONCE):
            some = missing[start : start + AT_ONCE]
            rows = await space.encode([item.text for item in some])
            self._vectors.update(zip((item.id for item in some), rows, strict=True))
        self._vectors = {item.id: self._vectors[item.id] for item in items}
        return np.stack([self._vectors[item.id] for item in items])
