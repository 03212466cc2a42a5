"""Why a model said so: the training examples nearest to a text, and the words that carried the prediction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from encoders.logistic import Floats
from encoders.text import MAX_CHARACTERS
from intents.classifier import IntentClassifier
from intents.head import Vectors
from intents.segments import Segment, segments
from intents.understanding import Understanding

EXAMPLES = 5
_LEAST = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class WordWeight:
    """How much a piece of the text (characters `start` to `end`) spoke for the predicted intent.

    Attributes:
        weight: by how much the log-odds of the answer fall without it; negative where it spoke against it.
        p_without: the answer's probability without it.
    """

    text: str
    start: int
    end: int
    weight: float
    p_without: float


@dataclass(frozen=True, slots=True, kw_only=True)
class NearExample:
    """A training example and its cosine with the text, around the training mean."""

    text: str
    intent: str
    source: str
    similarity: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """A prediction with its reasons.

    Attributes:
        p: P(in scope) · P(class | in scope), which the words' weights refer to.
        words: in the order of the text. examples: the nearest first; none where the model keeps no texts.
    """

    understanding: Understanding
    p: float
    words: tuple[WordWeight, ...]
    examples: tuple[NearExample, ...]

    def as_dict(self) -> dict[str, Any]:
        """As plain JSON."""
        found = self.understanding
        return {
            "text": found.text,
            "intent": found.intent,
            "confidence": round(found.confidence, 6),
            "in_scope": round(found.in_scope, 6),
            "p": round(self.p, 6),
            "words": [_rounded(asdict(one)) for one in self.words],
            "examples": [_rounded(asdict(one)) for one in self.examples],
            "model_id": found.model_id,
        }


def explain(classifier: IntentClassifier, text: str, *, examples: int = EXAMPLES) -> Explanation:
    """Explain what the model says of a text, in one batch over the text with each piece left out; of a very long
    one, the beginning that the model reads.

    Leaving out is the plainest of the perturbation methods (Zeiler and Fergus, "Visualizing and Understanding
    Convolutional Networks", 2014; Li, Monroe and Jurafsky, "Understanding Neural Networks through
    Representation Erasure", 2016): it asks the served model itself and assumes nothing about its inside.
    """
    parts = segments(text[:MAX_CHARACTERS])
    without = [text[: part.start] + text[part.end :] for part in parts] if len(parts) > 1 else []
    vectors = classifier.encoder.encode([text, *without])
    probabilities, in_scope = classifier.head(vectors)
    answer = in_scope * probabilities[:, int(probabilities[0].argmax())]
    return Explanation(
        understanding=classifier.understand_vectors([text], vectors[:1])[0],
        p=float(answer[0]),
        words=_words(text, parts, answer),
        examples=_nearest(classifier, vectors[:1], examples),
    )


def _words(text: str, parts: Sequence[Segment], answer: Floats) -> tuple[WordWeight, ...]:
    """A text of a single piece is carried by it alone: there is nothing to leave out."""
    odds = _log_odds(answer)
    return tuple(
        WordWeight(
            text=text[part.start : part.end],
            start=part.start,
            end=part.end,
            weight=float(odds[0] - odds[row]),
            p_without=float(answer[row]),
        )
        for row, part in enumerate(parts, start=1)
        if row < len(answer)
    )


def _nearest(classifier: IntentClassifier, vector: Vectors, count: int) -> tuple[NearExample, ...]:
    texts = classifier.known_texts()
    if not texts:
        return ()
    cosines = (classifier.head.centred(vector) @ classifier.head.inside.T)[0]
    return tuple(
        NearExample(
            text=texts[row].text,
            intent=texts[row].intent,
            source=texts[row].source,
            similarity=float(cosines[row]),
        )
        for row in np.argsort(-cosines, kind="stable")[:count]
    )


def _log_odds(p: Floats) -> Floats:
    clipped = np.clip(p, _LEAST, 1 - _LEAST)
    result: Floats = np.log(clipped / (1 - clipped))
    return result


def _rounded(values: dict[str, Any]) -> dict[str, Any]:
    return {name: round(value, 4) if isinstance(value, float) else value for name, value in values.items()}
