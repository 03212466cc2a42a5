"""Labelled texts with what a model said of them: what every measure is taken from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from encoders.logistic import Floats
from encoders.text import detect_language
from intents.classifier import IntentClassifier
from intents.examples import OUT_OF_SCOPE, Example

Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """Examples and predictions, row by row.

    Attributes:
        given: the best in-scope class of each text, also where the text was rejected.
        confidence: (n,), P(class | in scope); not a number where a model states none.
        in_scope: (n,), P(in scope), or any score that is higher inside.
    """

    examples: tuple[Example, ...]
    given: tuple[str, ...]
    confidence: Floats
    in_scope: Floats

    @property
    def inside(self) -> Flags:
        """Which texts have an intent at all."""
        return np.array([one.intent != OUT_OF_SCOPE for one in self.examples], bool)

    @property
    def right(self) -> Flags:
        """Which texts got their intent as the best class; an out-of-scope text never does."""
        pairs = zip(self.examples, self.given, strict=True)
        return np.array([one.intent == given for one, given in pairs], bool)

    @property
    def answer(self) -> Floats:
        """(n,), the probability that answering with the best class is right: what a decision goes by."""
        return self.in_scope * self.confidence

    @property
    def languages(self) -> tuple[str, ...]:
        """Each text's language, as its row says or as its script does."""
        return tuple(str(one.metadata.get("language") or detect_language(one.text)) for one in self.examples)

    def rows(self, chosen: Sequence[int] | NDArray[Any]) -> Scored:
        """The rows of these numbers."""
        numbers = [int(one) for one in chosen]
        return Scored(
            examples=tuple(self.examples[one] for one in numbers),
            given=tuple(self.given[one] for one in numbers),
            confidence=self.confidence[numbers],
            in_scope=self.in_scope[numbers],
        )


def score(classifier: IntentClassifier, examples: Sequence[Example]) -> Scored:
    """What the model says of the examples' texts."""
    found = classifier.understand([one.text for one in examples])
    return Scored(
        examples=tuple(examples),
        given=tuple(one.intent or "" for one in found),
        confidence=np.array([one.confidence for one in found], float),
        in_scope=np.array([one.in_scope for one in found], float),
    )
