"""The action server protocol: what a call holds and what its answer means."""

from __future__ import annotations

import json
import logging
from typing import Any, Final

from bot.dialog.calls import ActionResult
from bot.dialog.events import Event, event_from_dict
from bot.dialog.tracker import Tracker

log = logging.getLogger(__name__)
KEY: Final = "idempotency_key"
VERSION: Final = "3.6.21"
"""What Rasa's last open release says; action code may look at it."""


def action_call(name: str, tracker: Tracker, key: str) -> dict[str, Any]:
    """A call without its domain, in objects that share nothing with the conversation."""
    state = tracker.current_state()
    metadata = state["latest_message"].get("metadata")
    state["latest_message"]["metadata"] = {**(metadata if isinstance(metadata, dict) else {}), KEY: key}
    return {
        "next_action": name,
        "sender_id": tracker.conversation_id,
        "tracker": json.loads(json.dumps(state, default=str)),
        "version": VERSION,
    }


def action_result(name: str, answer: Any, *, now: float) -> ActionResult:
    """What an answer's events and responses amount to; parts that are none are left out and logged.

    Args:
        now: seconds since the epoch, for events that come without a time.
    """
    shape = answer if isinstance(answer, dict) else {}
    events, responses = shape.get("events"), shape.get("responses")
    return ActionResult(
        events=tuple(read_events(name, events if isinstance(events, list) else [], now=now)),
        responses=tuple(
            item for item in (responses if isinstance(responses, list) else []) if isinstance(item, dict)
        ),
    )


def read_events(action: str, shapes: list[Any], *, now: float) -> list[Event]:
    """The events an action gave, without those that are none; each of these is logged."""
    events: list[Event] = []
    for shape in shapes:
        try:
            events.append(event_from_dict(shape, timestamp=now))
        except ValueError as error:
            log.warning("an event of %s is left out: %s", action, error, extra={"action": "event_left_out"})
    return events
