"""What a free text means beyond its intent: an answer to an open question, or something every assistant knows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

from bot.dialog.commands import NONE_OF_THESE, choice_of, command_of
from bot.dialog.definitions import TALK_TO_PERSON
from bot.dialog.events import Shown
from bot.dialog.payloads import Payload, parse_payload
from bot.dialog.tracker import Tracker
from bot.dialog.twostage import TWO_STAGE
from intents.understanding import Understanding

CLAIMED: Final = 0.7
"""From this probability on an intent of the project's own has a message that is also one of the phrases."""
_LIKELY: Final = 0.5


def meaning_of(
    text: str,
    tracker: Tracker,
    understanding: Understanding,
    *,
    languages: Sequence[str],
    keywords: Sequence[str] = (),
) -> Payload | None:
    """The payload that a text stands for; None where it stands for itself.

    `keywords`: words that ask for a person wherever they are in it.
    """
    if has_keyword(text, keywords):
        return Payload(intent=TALK_TO_PERSON)
    p = understanding.in_scope * understanding.confidence
    if items := _open_question(tracker):
        intent = understanding.intent if p >= _LIKELY else None
        taken = choice_of(text, items, intent=intent)
        if taken is not None:
            return parse_payload(_declined(taken, tracker))
    command = command_of(text, languages)
    if command is None or p >= CLAIMED:
        return None
    name, language = command
    entities = ({"entity": "language", "value": language, "start": 0, "end": len(text)},) if language else ()
    return Payload(intent=name, entities=entities)


def has_keyword(text: str, keywords: Sequence[str]) -> bool:
    """Whether one of the keywords is in a text: as whole words, in scripts that have spaces between them."""
    said = text.casefold()
    return any(_is_in(keyword.strip().casefold(), said) for keyword in keywords if keyword.strip())


def _is_in(keyword: str, text: str) -> bool:
    if not keyword.isascii():
        return keyword in text
    return re.search(rf"(?<![a-z0-9]){re.escape(keyword)}(?![a-z0-9])", text) is not None


def _open_question(tracker: Tracker) -> Sequence[Any]:
    """The choices of an open clarification, or of the two-stage fallback's question."""
    if tracker.clarification:
        return tracker.clarification.items
    if tracker.active_loop is None or tracker.active_loop.name != TWO_STAGE:
        return ()
    shown = (event for event in reversed(tracker.events[-20:]) if isinstance(event, Shown))
    return next((event.items for event in shown if event.what == "buttons"), ())


def _declined(payload: str, tracker: Tracker) -> str:
    """The two-stage fallback has a button of its own for no."""
    in_fallback = not tracker.clarification
    return "/out_of_scope" if in_fallback and payload == f"/{NONE_OF_THESE}" else payload
