"""Everything that may answer a message, put in order."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np

from bot.assist.likeness import likeness
from bot.assist.past import PastAnswers
from bot.assist.ranking import Ranking, Scene
from bot.assist.suggestion import Suggestion
from bot.assist.templates import templates
from bot.dialog.assistant import Assistant
from bot.dialog.tracker import Tracker
from bot.reader import Reader, Reading
from knowledge.answer import extract_answer
from knowledge.documents import Passage

_PARTICULAR = re.compile(r"\{[a-z]+|\d{4,}")
MOST_PAST = 10
MOST_PASSAGES = 5
_DOUBLE = 0.8
"""Of two suggestions this alike the lower one is left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is to be answered.

    Attributes:
        text: the customer's last words.
        context: what was said before, by both sides, oldest first.
        first: no person has answered yet.
    """

    text: str
    context: tuple[str, ...] = ()
    language: str = "en"
    first: bool = False


def gather(
    asked: Asked,
    tracker: Tracker,
    assistant: Assistant,
    *,
    reader: Reader,
    past: PastAnswers,
    ranking: Ranking,
) -> tuple[str, list[Suggestion]]:
    """The intent that the message was taken to have, and suggestions, best first. It runs the models."""
    scene, pool = collected(asked, tracker, assistant, reader=reader, past=past, ranking=ranking)
    return scene.intent, in_order(pool, ranking, scene)


def collected(
    asked: Asked,
    tracker: Tracker,
    assistant: Assistant,
    *,
    reader: Reader,
    past: PastAnswers,
    ranking: Ranking,
) -> tuple[Scene, list[Suggestion]]:
    """What is answered, and everything that may answer it, in no order."""
    reading = reader.read_now(asked.text, asked.context, asked.language)
    vector = reader.classifier.encoder.encode([asked.text])[0]
    intent = reading.understanding.intent or ""
    pool = [
        *templates(tracker, assistant, reading.understanding, ranking.taken_for(intent)),
        *past.like(vector, language=asked.language, count=MOST_PAST),
        *passages(asked, reading),
    ]
    return Scene(intent=intent, given=bool(_PARTICULAR.search(asked.text)), first=asked.first), pool


def in_order(pool: Sequence[Suggestion], ranking: Ranking, scene: Scene) -> list[Suggestion]:
    """The suggestions, best first, without those that say what a better one says."""
    alike = np.eye(len(pool))
    for one, other in combinations(range(len(pool)), 2):
        alike[one, other] = alike[other, one] = likeness(pool[one].text, pool[other].text)
    support = (alike.sum(axis=1) - 1) / max(len(pool) - 1, 1)
    supported = [replace(one, support=float(support[place])) for place, one in enumerate(pool)]
    kept: list[int] = []
    for place in ranking.order(supported, scene):
        if all(alike[place, other] < _DOUBLE for other in kept):
            kept.append(place)
    return [ranking.seen(supported[place], scene) for place in kept]


def passages(asked: Asked, reading: Reading) -> list[Suggestion]:
    """The sentences that answer, of the best passages in the customer's language."""
    fitting = [one for one in reading.retrieved.passages if one.language == asked.language][:MOST_PASSAGES]
    return [
        Suggestion(
            source="passage",
            key=one.id,
            text=_sentences(asked, one),
            score=one.p,
            title=one.title,
            url=one.url or "",
        )
        for one in fitting
    ]


def _sentences(asked: Asked, passage: Passage) -> str:
    quotes = extract_answer(asked.text, passage, language=asked.language).quotes
    return " ".join(quotes) if quotes else passage.text[:400]
