"""Messages that are word for word an example: what a person wrote down is what they mean.

A model may be unsure of its own training examples, above all where an intent has few of them. Who adds the
very message that went wrong as an example expects it to be understood from then on.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

from encoders.errors import ArtifactError
from intents.examples import OUT_OF_SCOPE, TrainingData
from intents.understanding import IntentScore, Understanding

CERTAIN: Final = 0.99


class Verbatim:
    """Folded text → intent, of the examples whose text belongs to one intent alone."""

    def __init__(self, intents: Mapping[str, str]) -> None:
        self._intents = dict(intents)

    @classmethod
    def from_training_data(cls, data: TrainingData) -> Verbatim:
        """The examples by their text, case, spacing and closing marks aside."""
        found: dict[str, set[str]] = {}
        for example in data.examples:
            found.setdefault(fold(example.text), set()).add(example.intent)
        return cls({text: next(iter(names)) for text, names in found.items() if text and len(names) == 1})

    def applied(self, understanding: Understanding) -> Understanding:
        """The understanding with the example's intent first and certain; others as they were."""
        intent = self._intents.get(fold(understanding.text))
        if intent is None:
            return understanding
        if intent == OUT_OF_SCOPE:
            return replace(understanding, in_scope=min(understanding.in_scope, 1.0 - CERTAIN))
        scores = {score.intent: score.confidence for score in understanding.ranking}
        own = max(scores.pop(intent, 0.0), CERTAIN)
        left = sum(scores.values())
        share = (1.0 - own) / left if left > 0 else 0.0
        others = (IntentScore(intent=name, confidence=p * share) for name, p in scores.items())
        return replace(
            understanding,
            ranking=(IntentScore(intent=intent, confidence=own), *others),
            in_scope=max(understanding.in_scope, CERTAIN),
        )

    def save(self, path: Path) -> None:
        """Write it as JSON."""
        path.write_text(json.dumps(self._intents, ensure_ascii=False, indent=0) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> Verbatim:
        """What `save` wrote; nothing where there is no file, as in releases of before.

        Raises:
            ArtifactError: when the file holds something else.
        """
        if not path.is_file():
            return cls({})
        try:
            return cls(json.loads(path.read_text(encoding="utf-8")))
        except (ValueError, TypeError) as error:
            raise ArtifactError(f"{path} cannot be used: {error!r}. Train a new release.") from error


def fold(text: str) -> str:
    """A text as examples are compared: case, spacing and closing marks aside."""
    return " ".join(text.lower().split()).rstrip(".!?。！？ ")
