"""Entities found by a model: a linear chain over what words look like and how the encoder sees them.

Applied with numpy alone; fitted in `intents.training.tagging`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from encoders.encoder import PieceStates, Vectors
from encoders.errors import ArtifactError
from intents.entities import MAX_CHARACTERS
from intents.tagging.chain import Chain, Scores
from intents.tagging.labels import Label, Span, count, label_columns, spans_of
from intents.tagging.surface import features
from intents.tagging.units import Unit, units
from intents.understanding import Entity

EXTRACTOR = "trained"
FOLDER = "tagger"
_FACTS = "tagger.json"
_ARRAYS = ("features", "weights", "states", "begin", "end", "steps")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tagger:
    """Marks entities, their roles and groups. Immutable and safe to share between threads.

    Attributes:
        labels: what spans may be.
        features: (f,) sorted numbers of the features that have weights. weights: (f, tags).
        states: (d, tags), weights of the encoder's states; d is 0 for an encoder that gives none.
        chain: which tag follows which.
        entities: those that are told; others only explain away what is not theirs.
    """

    labels: tuple[Label, ...]
    features: NDArray[np.uint32]
    weights: Scores
    states: Scores
    chain: Chain
    entities: frozenset[str]

    @property
    def reads_states(self) -> bool:
        """Whether it looks at the encoder's states too."""
        return len(self.states) > 0

    def tag(self, text: str, pieces: PieceStates | None = None) -> tuple[Entity, ...]:
        """The entities by their place, none overlapping another.

        Args:
            pieces: the text as the encoder sees it, where this model looks at that.
        """
        found = units(text[:MAX_CHARACTERS])
        seen = pieces is not None and self.reads_states
        return self.tag_units(text, found, unit_states(found, pieces) if seen and pieces else None)

    def tag_units(
        self, text: str, found: Sequence[Unit], states: Vectors | None = None
    ) -> tuple[Entity, ...]:
        """The same for a text's units and their states (units, d)."""
        if not found:
            return ()
        scores = self._scores(found, states)
        spans = [
            span
            for span in spans_of(self.chain.best(scores))
            if self.labels[span.label].entity in self.entities
        ]
        if not spans:
            return ()
        likely = self.chain.marginals(scores)
        return tuple(self._entity(text, found, span, likely) for span in spans)

    def _scores(self, found: Sequence[Unit], states: Vectors | None) -> Scores:
        """(units, tags), before the chain."""
        total: Scores = np.stack([self.weights[self._rows(one)].sum(axis=0) for one in features(found)])
        if self.reads_states and states is not None:
            total += states.astype(np.float32) @ self.states
        return total

    def _rows(self, numbers: Sequence[int]) -> NDArray[np.intp]:
        wanted = np.array(numbers, np.uint32)
        rows = np.searchsorted(self.features, wanted)
        rows[rows == len(self.features)] = 0
        return rows[self.features[rows] == wanted] if len(self.features) else rows[:0]

    def _entity(self, text: str, found: Sequence[Unit], span: Span, likely: Scores) -> Entity:
        label = self.labels[span.label]
        start, end = found[span.first].start, found[span.last].end
        of_entity, whole = (
            _confidence(span, self.labels, like, likely) for like in (Label(label.entity), label)
        )
        return Entity(
            entity=label.entity, value=text[start:end], start=start, end=end, role=label.role, group=label.group,
            extractor=EXTRACTOR, confidence=of_entity,
            role_confidence=whole if label.role else None, group_confidence=whole if label.group else None,
        )  # fmt: skip

    def only(self, entities: frozenset[str]) -> Tagger:
        """The same, telling these entities alone."""
        return replace(self, entities=entities)


def unit_states(found: Sequence[Unit], pieces: PieceStates) -> Vectors:
    """(units, d): the mean of the states of the pieces that a unit is made of, each of mean 0 and variance 1.

    A unit that no piece covers (beyond what the encoder reads, or nothing to it) has zeros.
    """
    states = pieces.states.astype(np.float32)
    states = (states - states.mean(axis=1, keepdims=True)) / (states.std(axis=1, keepdims=True) + 1e-5)
    starts, ends = np.array(pieces.places).T
    begins, closes = (np.array([getattr(unit, name) for unit in found])[:, None] for name in ("start", "end"))
    shares = ((starts < closes) & (ends > begins)).astype(np.float32)
    result: Vectors = shares @ states / np.maximum(shares.sum(axis=1, keepdims=True), 1)
    return result


def _confidence(span: Span, labels: Sequence[Label], like: Label, likely: Scores) -> float:
    """The least probability of its units to be what they are in this span."""
    return round(
        min(
            float(likely[place, label_columns(span, place, labels, like=like)].sum())
            for place in range(span.first, span.last + 1)
        ),
        4,
    )


def save_tagger(tagger: Tagger, folder: Path) -> None:
    """Write it into the new folder `folder`: one .npy an array and tagger.json."""
    folder.mkdir()
    arrays: dict[str, NDArray[Any]] = {
        "features": tagger.features, "weights": tagger.weights.astype(np.float16),
        "states": tagger.states, "begin": tagger.chain.begin, "end": tagger.chain.end, "steps": tagger.chain.steps,
    }  # fmt: skip
    for name, values in arrays.items():
        np.save(folder / f"{name}.npy", values, allow_pickle=False)
    facts = {"labels": tagger.labels, "entities": sorted(tagger.entities)}
    (folder / _FACTS).write_text(json.dumps(facts, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def load_tagger(folder: Path) -> Tagger | None:
    """The inverse of `save_tagger`; None where there is no such folder: the model has no trained entities.

    Raises:
        ArtifactError: when a part is missing or does not fit the others.
    """
    if not folder.is_dir():
        return None
    try:
        facts = json.loads((folder / _FACTS).read_text(encoding="utf-8"))
        arrays = {name: np.load(folder / f"{name}.npy", allow_pickle=False) for name in _ARRAYS}
        tagger = Tagger(
            labels=tuple(Label(*label) for label in facts["labels"]),
            features=arrays["features"],
            weights=arrays["weights"].astype(np.float32),
            states=arrays["states"],
            chain=Chain(begin=arrays["begin"], end=arrays["end"], steps=arrays["steps"]),
            entities=frozenset(facts["entities"]),
        )
        _check(tagger)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ArtifactError(f"The entity model {folder} cannot be read: {error}. Train again.") from error
    return tagger


def _check(tagger: Tagger) -> None:
    tags = count(tagger.labels)
    shapes = [
        tagger.weights.shape == (len(tagger.features), tags),
        tagger.states.shape[1:] == (tags,),
        tagger.chain.begin.shape == tagger.chain.end.shape == (tags,),
        tagger.chain.steps.shape == (tags, tags),
    ]
    if not all(shapes):
        raise ValueError("its arrays do not fit its labels")
