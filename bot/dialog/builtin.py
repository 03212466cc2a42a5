"""What actions do: responses, forms, Rasa's built-in actions, and calls of the project's own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from .calls import ActionCall, Context, Steps, events_of
from .definitions import REQUESTED_SLOT
from .events import (
    ActionExecuted,
    ActionExecutionRejected,
    BotUttered,
    Event,
    Restarted,
    SessionStarted,
    SlotSet,
    UserUtteranceReverted,
    UserUttered,
)
from .forms import deactivation, run_form
from .responses import has_response, uttered
from .state import ACTION_LISTEN, ACTION_SESSION_START
from .tracker import Tracker
from .twostage import ASK_AFFIRMATION, ASK_REPHRASE, TWO_STAGE, ask_affirmation, ask_rephrase, run_two_stage


def run_action(name: str, tracker: Tracker, context: Context) -> Steps:
    """Whatever an action of that name does; the project's own code comes before a built-in of the same name.

    Returns:
        the events that follow its `action` event; only an `ActionExecutionRejected` when it declined.
    """
    domain = tracker.domain
    if name in domain.forms:
        return (yield from run_form(tracker, domain.forms[name], context))
    if response := _response(name, tracker):
        return _said(response, tracker, context)
    if name == TWO_STAGE and not domain.has_action(name):
        return (yield from run_two_stage(tracker, context))
    if name in _BUILT_IN and not domain.has_action(name):
        return _BUILT_IN[name](tracker, context)
    result = yield ActionCall(name=name, tracker=tracker)
    if result.rejected:
        return (ActionExecutionRejected(timestamp=context.now(), name=name),)
    return events_of(result, tracker, context)


def _response(name: str, tracker: Tracker) -> str | None:
    """The response an action utters: that of its name, or the one chosen for a retrieval intent."""
    if has_response(tracker, name):
        return name
    user = tracker.state.now.user
    chosen = f"utter_{user.full_intent}" if user and user.full_intent else ""
    return chosen if chosen.startswith(f"{name}/") and has_response(tracker, chosen) else None


def _said(response: str, tracker: Tracker, context: Context) -> tuple[Event, ...]:
    event = uttered(tracker, response, pick=context.pick, now=context.now())
    return (event,) if event else ()


def _nothing(_tracker: Tracker, _context: Context) -> tuple[Event, ...]:
    return ()


def _restart(tracker: Tracker, context: Context) -> tuple[Event, ...]:
    return (*_said("utter_restart", tracker, context), Restarted(timestamp=context.now()))


def _back(tracker: Tracker, context: Context) -> tuple[Event, ...]:
    """Takes back the wish to go back and the message before it."""
    now = context.now()
    return (
        *_said("utter_back", tracker, context),
        UserUtteranceReverted(timestamp=now),
        UserUtteranceReverted(timestamp=now),
    )


def session_start(tracker: Tracker, context: Context) -> tuple[Event, ...]:
    """A new session, with the slots of the last one where the domain wants them carried over."""
    now = context.now()
    kept = tracker.slots.items() if tracker.domain.session.carry_over_slots else ()
    return (
        SessionStarted(timestamp=now),
        *(
            SlotSet(timestamp=now, name=name, value=value)
            for name, value in kept
            if name != REQUESTED_SLOT and value != tracker.domain.initial_slots.get(name)
        ),
        ActionExecuted(timestamp=now, name=ACTION_LISTEN),
    )


def _fallback(tracker: Tracker, context: Context) -> tuple[Event, ...]:
    return (*_said("utter_default", tracker, context), UserUtteranceReverted(timestamp=context.now()))


def _repeat(tracker: Tracker, context: Context) -> tuple[Event, ...]:
    """What the bot said last, once more; an active form asks again by itself."""
    if tracker.active_loop is not None:
        return ()
    said: list[Event] = []
    asked = 0
    for event in reversed(tracker.applied):
        asked += isinstance(event, UserUttered)
        if asked > 1:
            break
        if asked and isinstance(event, BotUttered):
            said.append(replace(event, timestamp=context.now()))
    return tuple(reversed(said)) or _said("utter_ask_rephrase", tracker, context)


_BUILT_IN: Final[Mapping[str, Callable[[Tracker, Context], tuple[Event, ...]]]] = {
    ACTION_LISTEN: _nothing,
    ACTION_SESSION_START: session_start,
    "action_restart": _restart,
    "action_back": _back,
    "action_deactivate_loop": lambda _tracker, context: deactivation(context),
    "action_default_fallback": _fallback,
    ASK_REPHRASE: ask_rephrase,
    ASK_AFFIRMATION: ask_affirmation,
    "action_repeat": _repeat,
    "action_switch_language": lambda tracker, context: _said("utter_language", tracker, context),
    "action_extract_slots": _nothing,
    "action_unlikely_intent": _nothing,
    "action_revert_fallback_events": _nothing,
}
BUILT_IN_ACTIONS: Final = frozenset({*_BUILT_IN, TWO_STAGE})
"""Rasa's own actions and ours; a project's action of the same name comes before."""
