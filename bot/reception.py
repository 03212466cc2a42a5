"""What a customer is told who waits for a person: whether anybody is there, and how many wait before them."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from bot.dialog.events import BotUttered
from bot.dialog.responses import uttered
from bot.dialog.tracker import Tracker
from bot.opening_hours import worded
from bot.settings import HandoverSettings

OUT_OF_HOURS = "utter_out_of_hours"
QUEUE_POSITION = "utter_queue_position"

Waiting = Callable[[str], Awaitable[int]]
"""How many conversations wait besides the one named."""


async def welcome(
    tracker: Tracker, settings: HandoverSettings, waiting: Waiting, *, now: datetime | None = None
) -> tuple[BotUttered, ...]:
    """What is said to a customer who has just begun to wait; nothing where they are next and people are there."""
    now = now or datetime.now(UTC)
    if settings.hours is not None and not settings.hours.is_open(now):
        opens = settings.hours.opens(now)
        when = worded(opens, tracker.language or "en") if opens else "…"
        return _said(tracker, OUT_OF_HOURS, now, opens=when)
    before = await waiting(tracker.conversation_id) if settings.position else 0
    return _said(tracker, QUEUE_POSITION, now, position=str(before + 1), before=str(before)) if before else ()


def _said(tracker: Tracker, name: str, now: datetime, **variables: str) -> tuple[BotUttered, ...]:
    said = uttered(tracker, name, pick=random.randrange, now=now.timestamp(), variables=variables)
    return (said,) if said else ()
