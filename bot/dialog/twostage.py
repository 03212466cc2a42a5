"""Rasa's two-stage fallback: "did you mean …?", then "say it in other words", then the default fallback."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from .calls import ActionCall, Context, Steps, events_of
from .definitions import NLU_FALLBACK, OUT_OF_SCOPE
from .events import (
    ActionExecuted,
    ActiveLoop,
    BotUttered,
    Event,
    UserUtteranceReverted,
    UserUttered,
)
from .responses import uttered
from .state import ACTION_LISTEN
from .tracker import Tracker

TWO_STAGE: Final = "action_two_stage_fallback"
ASK_AFFIRMATION: Final = "action_default_ask_affirmation"
ASK_REPHRASE: Final = "action_default_ask_rephrase"
FALLBACK: Final = "action_default_fallback"
_REPHRASE: Final = "utter_ask_rephrase"


def run_two_stage(tracker: Tracker, context: Context) -> Steps:
    """One step of the fallback: it begins, goes on to the next question, gives up, or has been understood.

    Once the customer is understood, by the button or in other words, what they said counts as their answer
    and the fallback never happened, as in Rasa.
    """
    loop = tracker.active_loop
    if loop is None or loop.name != TWO_STAGE:
        begun = (ActiveLoop(timestamp=context.now(), name=TWO_STAGE),)
        return (*begun, *(yield from _asked(ASK_AFFIRMATION, tracker.extended(begun), context)))
    if tracker.latest_intent not in {None, NLU_FALLBACK, OUT_OF_SCOPE}:
        return _understood(tracker, context)
    if not _has_asked_to_rephrase(tracker):
        return (yield from _asked(ASK_REPHRASE, tracker, context))
    return (yield from _given_up(tracker, context))


def ask_affirmation(tracker: Tracker, context: Context) -> tuple[Event, ...]:
    """Whether the best guess is meant, with buttons; to say it in other words where there is no guess."""
    guess = _best_guess(tracker)
    if guess is None:
        return ask_rephrase(tracker, context)
    variables = {"intent": guess, "guess": guess.replace("_", " ").replace("/", ": ")}
    said = uttered(
        tracker, "utter_ask_affirmation", pick=context.pick, now=context.now(), variables=variables
    )
    return (said,) if said else ()


def ask_rephrase(tracker: Tracker, context: Context) -> tuple[Event, ...]:
    said = uttered(tracker, _REPHRASE, pick=context.pick, now=context.now())
    return (said,) if said else ()


def _asked(action: str, tracker: Tracker, context: Context) -> Steps:
    """The question, by the project's own action where it has one."""
    if tracker.domain.has_action(action):
        result = yield ActionCall(name=action, tracker=tracker)
        return events_of(result, tracker, context)
    return ask_affirmation(tracker, context) if action == ASK_AFFIRMATION else ask_rephrase(tracker, context)


def _best_guess(tracker: Tracker) -> str | None:
    ranking = tracker.latest_message.get("intent_ranking")
    for item in ranking if isinstance(ranking, list | tuple) else ():
        name = item.get("name") if isinstance(item, Mapping) else None
        if isinstance(name, str) and name not in {NLU_FALLBACK, OUT_OF_SCOPE}:
            return name
    return None


def _given_up(tracker: Tracker, context: Context) -> Steps:
    """The default fallback: the project's own, else `utter_default` and as if nothing had been said."""
    ended = ActiveLoop(timestamp=context.now(), name=None)
    if tracker.domain.has_action(FALLBACK):
        result = yield ActionCall(name=FALLBACK, tracker=tracker)
        return (*events_of(result, tracker, context), ended)
    said = uttered(tracker, "utter_default", pick=context.pick, now=context.now())
    return (*((said,) if said else ()), *_taken_back(tracker, context))


def _taken_back(tracker: Tracker, context: Context) -> tuple[Event, ...]:
    """What takes back every message from the one on that was not understood."""
    count = 1
    for event in reversed(tracker.applied):
        if isinstance(event, ActiveLoop) and event.name == TWO_STAGE:
            break
        count += isinstance(event, UserUttered)
    return tuple(UserUtteranceReverted(timestamp=context.now()) for _ in range(count))


def _understood(tracker: Tracker, context: Context) -> tuple[Event, ...]:
    """Everything from the message that was not understood on is taken back, and the last one said again."""
    now = context.now()
    said = next((event for event in reversed(tracker.applied) if isinstance(event, UserUttered)), None)
    if said is None:
        return (ActiveLoop(timestamp=now, name=None),)
    parse_data = {**said.parse_data, "intent": tracker.latest_message.get("intent") or {}}
    again = UserUttered(
        timestamp=now,
        text=said.text,
        parse_data=parse_data,
        input_channel=said.input_channel,
        message_id=said.message_id,
        metadata=said.metadata,
    )
    listened = ActionExecuted(timestamp=now, name=ACTION_LISTEN)
    return (*_taken_back(tracker, context), listened, again)


def _has_asked_to_rephrase(tracker: Tracker) -> bool:
    """Whether anything was asked since the first question: a second message has been answered already."""
    answered = 0
    for event in reversed(tracker.applied):
        if isinstance(event, ActiveLoop) and event.name == TWO_STAGE:
            return answered > 1
        if isinstance(event, BotUttered) and event.metadata.get("utter_action") == _REPHRASE:
            return True
        answered += isinstance(event, UserUttered)
    return True
