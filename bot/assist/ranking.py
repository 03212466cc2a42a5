"""Which suggestions come first: a linear model that learns from what agents do with them.

Each choice of an agent is a step of stochastic gradient descent on the softmax over the suggestions that were
there (a conditional logit, McFadden 1974), from weights that make it begin at the sources' own scores. What is
counted per intent (how often a key or a source was taken) is smoothed towards what is counted over all.
"""

from __future__ import annotations

import math
import re
from collections import Counter, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from bot.assist.suggestion import SOURCES, Suggestion


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What is answered.

    Attributes:
        intent: that the message was taken to have.
        given: the customer gave a number or another particular.
        first: no person has answered yet.
    """

    intent: str
    given: bool = False
    first: bool = False


FEATURES: Final = (
    *(f"is_{source}" for source in SOURCES),
    *(f"score_{source}" for source in SOURCES),
    "key_taken",
    "key_taken_for_intent",
    "source_taken_for_intent",
    "length",
    "short",
    "support",
    "asks",
    "asks_for_what_was_given",
    "past_at_first",
)
_START: Final = np.array([3.0 if name.startswith("score_") else 0.0 for name in FEATURES])
_RATE: Final = 0.05
_AGAIN: Final = 4
"""So many earlier choices are gone over again with each new one (experience replay, Lin 1992)."""
_REMEMBERED: Final = 2000
_PULL: Final = 0.001
"""How strongly a step draws the weights back to where they began (L2)."""
_PRIOR: Final = 4.0
"""So many imagined choices speak for the rate over all before those of an intent do."""
_ASKS: Final = re.compile(r"[?？]|(?:吗|呢)\s*$|order number|订单号", re.I)
_PRIOR_ODDS: Final = math.log(0.2 / 0.8)


class Ranking:
    """Scores suggestions, and learns."""

    def __init__(self) -> None:
        self.weights = _START.copy()
        self._shown: Counter[tuple[str, ...]] = Counter()
        self._taken: Counter[tuple[str, ...]] = Counter()
        self._choices: deque[tuple[NDArray[np.float64], int]] = deque(maxlen=_REMEMBERED)
        self._chance = np.random.default_rng(0)

    def order(self, suggestions: Sequence[Suggestion], scene: Scene) -> list[int]:
        """The places of the suggestions, the best first."""
        scores = [float(self.weights @ np.array(self.features(one, scene))) for one in suggestions]
        return sorted(range(len(scores)), key=lambda place: -scores[place])

    def seen(self, one: Suggestion, scene: Scene) -> Suggestion:
        """The suggestion with its features, to be learned from."""
        return one.seen_as(self.features(one, scene))

    def features(self, one: Suggestion, scene: Scene) -> list[float]:
        """As `FEATURES` names them."""
        intent, asks = scene.intent, bool(_ASKS.search(one.text))
        own = [float(one.source == source) for source in SOURCES]
        overall = self._log_odds(("source", one.source), _PRIOR_ODDS)
        key = self._log_odds(("key", one.key), overall)
        return [
            *own,
            *(one.score * flag for flag in own),
            key,
            self._log_odds(("key", intent, one.key), key),
            self._log_odds(("source", intent, one.source), overall),
            math.log1p(len(one.text)) / 5,
            float(len(one.text) < 40),
            3.0 * one.support,
            float(asks),
            float(asks and scene.given),
            float(scene.first and one.source == "past"),
        ]

    def learn(self, items: Sequence[Mapping[str, Any]], taken: int | None, intent: str) -> None:
        """Learn from one reply: `items` were there, `taken` was sent (changed or not), or none of them."""
        for place, item in enumerate(items):
            for counted in _counted(item, intent):
                self._shown[counted] += 1
                self._taken[counted] += place == taken
        if taken is None or len(items) < 2:
            return
        self._choices.append((np.array([item["features"] for item in items], float), taken))
        again = self._chance.integers(len(self._choices), size=_AGAIN)
        for place in (len(self._choices) - 1, *again):
            self._step(*self._choices[place])

    def taken_for(self, intent: str, count: int = 5) -> list[str]:
        """Keys that were taken most often for an intent."""
        mine = [(n, key[2]) for key, n in list(self._taken.items()) if key[:2] == ("key", intent) and n > 0]
        return [key for _, key in sorted(mine, reverse=True)[:count]]

    def _step(self, matrix: NDArray[np.float64], taken: int) -> None:
        """One step up the gradient of the log chance of what was taken; `matrix` is (suggestions, features)."""
        exponents = matrix @ self.weights
        chances = np.exp(exponents - exponents.max())
        gradient = matrix[taken] - (chances / chances.sum()) @ matrix
        self.weights = self.weights + _RATE * gradient - _PULL * (self.weights - _START)

    def _log_odds(self, counted: tuple[str, ...], prior: float) -> float:
        """How often it was taken when it was there, as log odds, drawn towards `prior` (log odds too)."""
        rate = 1 / (1 + math.exp(-prior))
        share = (self._taken[counted] + _PRIOR * rate) / (self._shown[counted] + _PRIOR)
        return math.log(share / (1 - share))


def _counted(item: Mapping[str, Any], intent: str) -> tuple[tuple[str, ...], ...]:
    key, source = str(item["key"]), str(item["source"])
    return (("source", source), ("source", intent, source), ("key", key), ("key", intent, key))
