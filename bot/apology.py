"""What a customer is told when a turn cannot be worked out: sorry, and a person."""

from __future__ import annotations

import random
import time

from bot.dialog.events import Event, OwnerSet, UserUttered
from bot.dialog.responses import uttered
from bot.dialog.tracker import Tracker
from bot.messages import Message
from bot.respond import Response


def apology(tracker: Tracker, message: Message, release: str) -> Response:
    """The message, an apology and a person: what is left when a turn cannot be worked out."""
    now = time.time()
    said = UserUttered(
        timestamp=now,
        text=message.text,
        parse_data={"release": release},
        input_channel=message.channel,
        message_id=message.id,
    )
    tracker = tracker.update(said)
    sorry = uttered(tracker, "utter_action_failed", pick=random.randrange, now=now)
    events: tuple[Event, ...] = (*((sorry,) if sorry else ()), _to_person(now))
    return Response(events=(said, *events), tracker=tracker.extended(events), reason="failed", failed=True)


def _to_person(now: float) -> OwnerSet:
    return OwnerSet(timestamp=now, owner="waiting", reason="failed")
