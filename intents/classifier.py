"""A trained intent model as it is served: onnxruntime, numpy, and no torch."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from encoders.artifacts import open_artifact
from encoders.encoder import Encoder
from encoders.logistic import Floats
from encoders.text import detect_language
from intents.entities import EntityExtractor
from intents.head import Head, Vectors, load_head
from intents.understanding import IntentScore, Understanding

KIND = "intent model"
MOST_RANKED = 10


class IntentClassifier:
    """Texts → what they mean. Safe to use from several threads at once.

    Attributes:
        encoder: gives the vectors that `understand_vectors` takes.
        model_id: names the model in what is stored about its answers.
        facts: recipe, data hash, versions and figures from training.
    """

    def __init__(
        self,
        *,
        encoder: Encoder,
        head: Head,
        entities: EntityExtractor,
        model_id: str,
        facts: dict[str, Any],
    ) -> None:
        """Use `load`."""
        self.encoder = encoder
        self.model_id = model_id
        self.facts = facts
        self._head = head
        self._entities = entities

    @classmethod
    def load(cls, folder: Path) -> IntentClassifier:
        """The model in `folder`.

        Raises:
            ArtifactError: when it is missing or damaged.
        """
        facts = open_artifact(folder, kind=KIND)
        return cls(
            encoder=Encoder.load(folder / "encoder"),
            head=load_head(folder),
            entities=EntityExtractor.load(folder / "entities.json"),
            model_id=str(facts["model_id"]),
            facts=facts,
        )

    @property
    def intents(self) -> tuple[str, ...]:
        """The classes; `out_of_scope` is none."""
        return self._head.labels

    def understand(self, texts: Sequence[str]) -> list[Understanding]:
        """Understand texts, in their order."""
        return self.understand_vectors(texts, self.encoder.encode(texts))

    def understand_vectors(self, texts: Sequence[str], vectors: Vectors) -> list[Understanding]:
        """The same for vectors (n, d) that this model's encoder made of the texts before."""
        if not texts:
            return []
        probabilities, in_scope = self._head(vectors)
        return [
            Understanding(
                text=text,
                ranking=ranked(self._head.labels, row),
                in_scope=float(scope),
                language=detect_language(text),
                model_id=self.model_id,
                entities=self._entities.extract(text),
            )
            for text, row, scope in zip(texts, probabilities, in_scope, strict=True)
        ]


def ranked(labels: Sequence[str], probabilities: Floats) -> tuple[IntentScore, ...]:
    """The most probable intents, best first, for probabilities (classes,)."""
    best = sorted(range(len(labels)), key=lambda index: -probabilities[index])[:MOST_RANKED]
    return tuple(IntentScore(intent=labels[index], confidence=float(probabilities[index])) for index in best)
