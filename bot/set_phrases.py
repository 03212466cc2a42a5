"""What the bot says without working a turn out: a program's words, and an apology where a turn cannot be worked out."""

from __future__ import annotations

import random
import time

from bot.actions.message import metadata_of
from bot.dialog.events import BotUttered, Event, OwnerSet, UserUttered
from bot.dialog.responses import uttered
from bot.dialog.tracker import Tracker
from bot.messages import Message
from bot.respond import Response


def said(tracker: Tracker, message: Message) -> Response:
    """The bot saying what a program wants said; nothing where a person has taken the conversation meanwhile."""
    if tracker.is_with_people:
        return Response(events=(), tracker=tracker)
    event = BotUttered(timestamp=time.time(), text=message.text, metadata=message.metadata)
    return Response(events=(event,), tracker=tracker.update(event))


def apology(tracker: Tracker, message: Message, release: str, *, people: bool = False) -> Response:
    """The message, an apology and a person: what is left when a turn cannot be worked out.

    Where `people` answer it is the message alone, unread by any model: they lose nothing by it.
    """
    now = time.time()
    heard = _heard(message, release, now)
    tracker = tracker.update(heard)
    if people:
        return Response(events=(heard,), tracker=tracker)
    sorry = uttered(tracker, "utter_action_failed", pick=random.randrange, now=now)
    events: tuple[Event, ...] = (*((sorry,) if sorry else ()), _to_person(now))
    return Response(events=(heard, *events), tracker=tracker.extended(events), reason="failed", failed=True)


def _heard(message: Message, release: str, now: float) -> UserUttered:
    return UserUttered(
        timestamp=now,
        text=message.text,
        parse_data={"release": release},
        input_channel=message.channel,
        message_id=message.id,
        metadata=metadata_of(message),
    )


def _to_person(now: float) -> OwnerSet:
    return OwnerSet(timestamp=now, owner="waiting", reason="failed")
