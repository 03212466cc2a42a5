"""The assistant's own responses that may answer a message, filled with the conversation's slots."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from bot.assist.suggestion import Suggestion
from bot.dialog.assistant import Assistant
from bot.dialog.responses import uttered
from bot.dialog.tracker import Tracker
from intents.understanding import Understanding

MOST_INTENTS = 5
_UNFILLED = re.compile(r"\{[\w.]+\}|\bNone\b")


def templates(
    tracker: Tracker, assistant: Assistant, understanding: Understanding, also: Iterable[str] = ()
) -> list[Suggestion]:
    """The responses of the likeliest intents, each once, and those named in `also`.

    What the conversation cannot fill is left out: a gap would reach the customer.
    """
    found: dict[str, Suggestion] = {}
    actions = _actions(assistant)
    for one in understanding.ranking[:MOST_INTENTS]:
        for name in _responses(one.intent, actions.get(one.intent, ()), tracker):
            score = understanding.in_scope * one.confidence
            if name not in found and (text := wording(name, tracker)):
                found[name] = Suggestion(
                    source="template", key=name, text=text, score=score, title=one.intent
                )
    for name in also:
        if name not in found and (text := wording(name, tracker)):
            found[name] = Suggestion(source="template", key=name, text=text, score=0.0)
    return list(found.values())


def _responses(intent: str, actions: Iterable[str], tracker: Tracker) -> Iterator[str]:
    """What answers an intent: its own response, those its rules say, and what its form asks for first."""
    domain = tracker.domain
    if (own := domain.response_of(intent)) is not None:
        yield own
    for action in actions:
        if action in domain.responses:
            yield action
        elif (form := domain.forms.get(action)) is not None:
            asked = [slot for slot in form.required_slots if tracker.slots.get(slot) is None]
            for slot in asked[:1]:
                specific = f"utter_ask_{form.name}_{slot}"
                yield specific if specific in domain.responses else f"utter_ask_{slot}"


def _actions(assistant: Assistant) -> Mapping[str, tuple[str, ...]]:
    """By intent, what the rules do right after a message of it."""
    found: dict[str, dict[str, None]] = {}
    for predictions in assistant.rules.predictions.values():
        for prediction in predictions:
            user = prediction.patterns[-1].user
            if user is not None and user.intent:
                found.setdefault(user.intent, {})[prediction.action] = None
    return {intent: tuple(actions) for intent, actions in found.items()}


def wording(name: str, tracker: Tracker) -> str:
    """The first wording that fits, filled; nothing where it cannot be."""
    said = uttered(tracker, name, pick=lambda _: 0, now=0.0)
    text = (said.text or "").strip() if said else ""
    return "" if _UNFILLED.search(text) else text
