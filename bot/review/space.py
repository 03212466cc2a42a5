"""How the release that serves sees the messages on the review queue."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from bot.active_release import ActiveRelease
from bot.reader import Reader
from bot.review.arranging import Space
from bot.review.clusters import USUAL, Vectors, fitted_threshold
from intents.classifier import IntentClassifier

MOST_EXAMPLES = 600
"""Training examples that the threshold is fitted on."""


def space_of(release: ActiveRelease) -> Callable[[], Awaitable[Space | None]]:
    """The space of the release in use; the threshold is fitted once for each model."""
    fitted: dict[str, float] = {}

    async def space() -> Space | None:
        if not release.is_loaded:
            return None
        reader = release.current.reader
        key = reader.classifier.model_id
        if key not in fitted:
            fitted.clear()
            fitted[key] = await reader.run(threshold_of, reader.classifier)
        return Space(key=key, encode=_encoder(reader), threshold=fitted[key])

    return space


def threshold_of(classifier: IntentClassifier) -> float:
    """From which similarity on messages ask the same, as the model's own training examples tell."""
    known = classifier.known_texts()
    if not known:
        return USUAL
    step = max(1, len(known) // MOST_EXAMPLES)
    return fitted_threshold(classifier.head.inside[::step], [one.intent for one in known][::step])


def _encoder(reader: Reader) -> Callable[[Sequence[str]], Awaitable[Vectors]]:
    def encoded(texts: Sequence[str]) -> Vectors:
        return reader.classifier.head.centred(reader.classifier.encoder.encode(texts))

    async def encode(texts: Sequence[str]) -> Vectors:
        return await reader.run(encoded, texts)

    return encode
