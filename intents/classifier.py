"""A trained intent model as it is served: onnxruntime, numpy, and no torch."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from encoders.artifacts import open_artifact
from encoders.encoder import Encoder
from encoders.errors import ArtifactError
from encoders.logistic import Floats
from encoders.text import detect_language
from intents.entities import EntityExtractor
from intents.head import Head, Vectors, load_head
from intents.known_texts import KnownText, read_known_texts
from intents.understanding import IntentScore, Understanding

KIND = "intent model"
MOST_RANKED = 10


class IntentClassifier:
    """Texts → what they mean. Safe to use from several threads at once.

    Attributes:
        encoder: gives the vectors that `understand_vectors` takes.
        head: makes classes and the in-scope probability of them.
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
        folder: Path,
    ) -> None:
        """Use `load`."""
        self.encoder = encoder
        self.model_id = model_id
        self.facts = facts
        self.head = head
        self._entities = entities
        self._folder = folder

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
            folder=folder,
        )

    def known_texts(self) -> tuple[KnownText, ...]:
        """The texts behind the rows of `head.inside`; none where the model keeps none. Read when asked for.

        Raises:
            ArtifactError: when they are not the texts that the head was fitted on.
        """
        texts = read_known_texts(self._folder)
        if texts and len(texts) != len(self.head.inside):
            raise ArtifactError(
                f"The texts in {self._folder} do not belong to its head. Train the model again."
            )
        return texts

    @property
    def intents(self) -> tuple[str, ...]:
        """The classes; `out_of_scope` is none."""
        return self.head.labels

    def understand(self, texts: Sequence[str]) -> list[Understanding]:
        """Understand texts, in their order."""
        return self.understand_vectors(texts, self.encoder.encode(texts))

    def understand_vectors(self, texts: Sequence[str], vectors: Vectors) -> list[Understanding]:
        """The same for vectors (n, d) that this model's encoder made of the texts before."""
        if not texts:
            return []
        probabilities, in_scope = self.head(vectors)
        return [
            Understanding(
                text=text,
                ranking=ranked(self.head.labels, row),
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
