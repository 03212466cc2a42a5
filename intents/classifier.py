"""A trained intent model as it is served: onnxruntime, numpy, and no torch."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from encoders.artifacts import open_artifact
from encoders.encoder import Encoded, Encoder, PieceStates, batches
from encoders.errors import ArtifactError
from encoders.logistic import Floats
from encoders.text import detect_language
from intents.head import Head, Vectors, load_head
from intents.known_texts import KnownText, read_known_texts
from intents.tagging.finder import EntityFinder
from intents.understanding import IntentScore, Understanding

KIND = "intent model"
MOST_RANKED = 10
_BATCH_CHARACTERS = 1024
"""Padded characters in one batch of many texts: about as many tokens as stay in a core's cache."""


class IntentClassifier:
    """Texts → what they mean. Safe to use from several threads at once.

    Attributes:
        encoder: gives what `understand_encoded` takes.
        head: makes classes and the in-scope probability of them.
        model_id: names the model in what is stored about its answers.
        facts: recipe, data hash, versions and figures from training.
    """

    def __init__(
        self,
        *,
        encoder: Encoder,
        head: Head,
        entities: EntityFinder,
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
            entities=EntityFinder.load(folder),
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

    @property
    def reads_states(self) -> bool:
        """Whether `understand_encoded` looks at the texts' tokens too."""
        return self._entities.reads_states

    def understand(self, texts: Sequence[str]) -> list[Understanding]:
        """Understand texts, in their order."""
        if not self.reads_states:
            return self.understand_vectors(texts, self.encoder.encode(texts))
        found: dict[int, Understanding] = {}
        for batch in batches([len(text) for text in texts], tokens=_BATCH_CHARACTERS):
            some = [texts[row] for row in batch]
            understood = self.understand_encoded(some, self.encoder.read(some, states=True))
            found.update(zip(batch, understood, strict=True))
        return [found[row] for row in range(len(texts))]

    def understand_encoded(self, texts: Sequence[str], encoded: Encoded) -> list[Understanding]:
        """The same for what this model's encoder made of the texts before, with states where it `reads_states`."""
        return self.understand_vectors(texts, encoded.vectors, encoded.pieces)

    def understand_vectors(
        self, texts: Sequence[str], vectors: Vectors, pieces: Sequence[PieceStates] = ()
    ) -> list[Understanding]:
        """The same for vectors (n, d) alone; entities that a model finds by their states are missing then."""
        if not texts:
            return []
        probabilities, in_scope = self.head(vectors)
        seen: Sequence[PieceStates | None] = pieces or [None] * len(texts)
        return [
            Understanding(
                text=text,
                ranking=ranked(self.head.labels, row),
                in_scope=float(scope),
                language=detect_language(text),
                model_id=self.model_id,
                entities=self._entities.find(text, states),
            )
            for text, row, scope, states in zip(texts, probabilities, in_scope, seen, strict=True)
        ]


def ranked(labels: Sequence[str], probabilities: Floats) -> tuple[IntentScore, ...]:
    """The most probable intents, best first, for probabilities (classes,)."""
    best = sorted(range(len(labels)), key=lambda index: -probabilities[index])[:MOST_RANKED]
    return tuple(IntentScore(intent=labels[index], confidence=float(probabilities[index])) for index in best)
