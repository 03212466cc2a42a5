"""A conversation's fold as JSON, so that a long conversation need not be folded from its first event.

A snapshot has the state some events ago and those events that were not taken back since: `undo` and `rewind`
need them. How many are kept bounds how far these two reach back over a snapshot.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import reduce
from typing import Any, Final

from .domain import Domain
from .events import Event, Shown, event_from_dict, event_to_dict
from .state import Loop, Moment, State, UserTurn, fresh_state, step
from .tracker import Tracker

REACH: Final = 120
"""Events that are kept as they are."""
_PLAIN: Final = (
    "latest_message", "latest_input_channel", "latest_action", "latest_event_time", "followup_action", "paused",
    "owner", "agent", "clarification_passed", "from_start",
)  # fmt: skip

Json = Mapping[str, Any]


def snapshot(tracker: Tracker, *, reach: int = REACH) -> dict[str, Any]:
    """The fold without the events that nothing looks back to."""
    old, kept = tracker.applied[:-reach], tracker.applied[-reach:]
    return {
        "base": _state_as_json(reduce(step, old, tracker.base)),
        "applied": [event_to_dict(event) for event in kept],
        "now": {name: getattr(tracker.state, name) for name in ("latest_event_time", "owner", "agent")},
        "length": tracker.length,
    }


def restored(
    conversation_id: str, domain: Domain, data: Json, *, before: Iterable[Event], after: Iterable[Event]
) -> Tracker:
    """The fold that a snapshot was taken of, brought up to now.

    Args:
        before: the last events that the snapshot knows, for those who look at events.
        after: the events behind it.

    Raises:
        KeyError, TypeError, ValueError: when `data` is no snapshot; fold from the first event then.
    """
    base = _state_from_json(data["base"], domain)
    applied = tuple(event_from_dict(one) for one in data["applied"])
    tracker = Tracker(
        conversation_id=conversation_id,
        domain=domain,
        state=replace(reduce(step, applied, base), **data["now"]),
        base=base,
        events=tuple(before),
        applied=applied,
        length=int(data["length"]),
    )
    return tracker.extended(after)


def _state_as_json(state: State) -> dict[str, Any]:
    return {
        **{name: getattr(state, name) for name in _PLAIN},
        "slots": dict(state.slots),
        "active_loop": state.active_loop.as_dict() if state.active_loop else None,
        "clarification": event_to_dict(state.clarification) if state.clarification else None,
        "moments": [_moment_as_json(moment) for moment in state.moments],
    }


def _moment_as_json(moment: Moment) -> dict[str, Any]:
    user = moment.user
    said = user and {"intent": user.intent, "full_intent": user.full_intent, "text": user.text,
                     "entities": [list(one) for one in user.entities]}  # fmt: skip
    return {
        "prev_action": moment.prev_action,
        "user": said,
        "slots": dict(moment.slots),
        "loop": moment.loop,
        "rejected": list(moment.rejected),
    }


def _state_from_json(data: Json, domain: Domain) -> State:
    """The state under a domain: slots that are new begin afresh, lost ones go."""
    start = fresh_state(domain.initial_slots)
    loop, shown = data["active_loop"], data["clarification"]
    clarification = event_from_dict(shown) if shown else None
    if clarification is not None and not isinstance(clarification, Shown):
        raise ValueError("a clarification is something shown")
    return replace(
        start,
        **{name: data[name] for name in _PLAIN},
        slots={name: data["slots"].get(name, value) for name, value in start.slots.items()},
        active_loop=Loop(**loop) if loop else None,
        clarification=clarification,
        moments=tuple(_moment(one) for one in data["moments"]),
    )


def _moment(data: Json) -> Moment:
    user = data["user"]
    if user is not None:
        found = tuple(tuple(one) for one in user["entities"])
        user = UserTurn(**{**user, "entities": found})
    return Moment(**{**data, "user": user, "rejected": tuple(data["rejected"])})
