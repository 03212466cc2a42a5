"""The analytics page's figures, brought up to date before they are computed."""

from __future__ import annotations

from typing import Any

from bot.insight.figures import (
    DIMENSIONS,
    Each,
    Selection,
    by,
    choices,
    over_time,
    ratings,
    top_intents,
    totals,
    unanswered,
)
from bot.insight.follow import Follower
from bot.lull import Lull, at_once
from bot.store.store import Store

Json = dict[str, Any]
TABLES = ("over_time", "channel", "language", "release", "intents", "unanswered", "ratings")
WITHIN_S = 2.0
"""How long a page waits for events that were not taken in yet."""


class Insight:
    """Answers what the analytics page asks."""

    def __init__(self, store: Store, *, lull: Lull = at_once) -> None:
        """See `Follower` for `lull`."""
        self._table = store.figures
        self.follower = Follower(store, lull=lull)

    async def report(self, selection: Selection, each: Each) -> Json:
        """Every figure of a period, of the one before it, over time and by dimension.

        `complete` is false while events of long ago are still being taken in.
        """
        complete = await self.follower.catch_up(within_s=WITHIN_S)
        table = self._table
        return {
            "complete": complete,
            "totals": await totals(table, selection),
            "before": await totals(table, selection.before),
            "over_time": await over_time(table, selection, each),
            "by": {one: await by(table, selection, one) for one in DIMENSIONS},
            "intents": await top_intents(table, selection),
            "unanswered": await unanswered(table, selection),
            "ratings": await ratings(table, selection),
            "choices": await choices(table, selection),
        }

    async def rows(self, name: str, selection: Selection, each: Each) -> list[Json]:
        """One of the `TABLES`, whole, for a file."""
        await self.follower.catch_up(within_s=WITHIN_S)
        if name == "over_time":
            return await over_time(self._table, selection, each)
        if name == "intents":
            return await top_intents(self._table, selection, limit=1000)
        if name == "unanswered":
            return await unanswered(self._table, selection, limit=1000)
        if name == "ratings":
            return await ratings(self._table, selection)
        rows = await by(self._table, selection, name)  # type: ignore[arg-type]
        return [{name: row["key"], **{k: v for k, v in row.items() if k != "key"}} for row in rows]

    async def by_release(self, selection: Selection) -> list[Json]:
        """The figures of each release."""
        await self.follower.catch_up(within_s=WITHIN_S)
        return await by(self._table, selection, "release")
