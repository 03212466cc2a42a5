"""What agents answered to messages like this one: from the project's dialogs and from live conversations, redacted."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bot.assist.suggestion import Suggestion
from encoders.text import detect_language
from intents.transcripts.conversation import Conversation

SHORTEST, LONGEST = 12, 600
"""Characters of an answer worth suggesting; of Chinese, half as many suffice."""
_LEAST = 0.1
_UNHAPPY = re.compile(
    r"\b(?:useless|ridiculous|not help\w*|still (?:not|doesn'?t|no)|doesn'?t (?:help|work))\b|没用|不行|不管用",
    re.I,
)
OWN_NAME = "{agent_name}"
_PLACEHOLDER = re.compile(r"\{[a-z_]+\d*\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """What a customer wrote and an agent answered, without personal data."""

    asked: str
    answered: str
    language: str

    @property
    def key(self) -> str:
        """Of the answer: equal words have equal keys."""
        return answer_key(self.answered)


def answer_key(text: str) -> str:
    """A short hash of an answer's words."""
    return hashlib.blake2b(text.casefold().encode("utf-8", "replace"), digest_size=8).hexdigest()


def exchanges_of(conversation: Conversation) -> Iterator[Exchange]:
    """The conversation's questions with their answers; those that the customer called no use are left out."""
    from intents.transcripts.redact import redact

    turns = redact(conversation)[0].turns
    for place, turn in enumerate(turns):
        if turn.speaker != "agent" or place == 0 or turns[place - 1].speaker != "customer":
            continue
        asked = asked_before([(one.speaker, one.text) for one in turns[:place]])
        after = turns[place + 1].text if place + 1 < len(turns) else ""
        if asked and _worth(turn.text) and not _UNHAPPY.search(after):
            yield Exchange(asked=asked, answered=turn.text, language=detect_language(turn.text))


def asked_before(lines: Sequence[tuple[str, str]]) -> str:
    """What is to be answered: the customer's last lines in a row, with the one before them where they are short."""
    block: list[str] = []
    for speaker, text in reversed(lines):
        if speaker != "customer":
            if block and (sum(map(len, block)) >= 40 or len(block) > 3):
                break
            if block:
                continue
            break
        block.append(text)
    return "\n".join(reversed(block))


class PastAnswers:
    """Answers by what they answered; grows, and finds by cosine."""

    def __init__(self, dimension: int) -> None:
        self._vectors = np.zeros((0, dimension), np.float32)
        self._exchanges: list[Exchange] = []

    def __len__(self) -> int:
        return len(self._exchanges)

    def add(self, exchanges: Iterable[Exchange], vectors: NDArray[np.float32]) -> None:
        """Add exchanges with the unit vectors (n, dimension) of what was asked."""
        self._exchanges.extend(exchanges)
        self._vectors = np.concatenate([self._vectors, vectors.astype(np.float32)])

    def like(self, vector: NDArray[np.float32], *, language: str, count: int) -> list[Suggestion]:
        """The answers to the most similar questions in this language, each answer once.

        Some encoders find everything alike: an answer's score is how far its cosine stands above the mean of all, as
        a part of the way to 1.
        """
        if not self._exchanges:
            return []
        cosines = self._vectors @ vector
        usual = min(float(cosines.mean()), 0.99)
        found: dict[str, Suggestion] = {}
        for place in np.argsort(-cosines)[: 8 * count]:
            exchange, score = self._exchanges[int(place)], (float(cosines[place]) - usual) / (1 - usual)
            if score < _LEAST or len(found) >= count:
                break
            if exchange.language == language:
                suggestion = Suggestion(
                    source="past", key=exchange.key, text=exchange.answered, score=min(score, 1.0)
                )
                found.setdefault(exchange.key, suggestion)
        return list(found.values())


def _worth(text: str) -> bool:
    """Whether it may be said to somebody else: long enough, and about nobody but the agent, whose name is put in."""
    if any(found != OWN_NAME for found in _PLACEHOLDER.findall(text)):
        return False
    shortest = SHORTEST // 2 if detect_language(text) == "zh" else SHORTEST
    return shortest <= len(_PLACEHOLDER.sub("", text).strip()) and len(text) <= LONGEST
