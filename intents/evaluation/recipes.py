"""Recipes and baselines behind one call: learn from some rows, say what the others are."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cached_property, partial
from pathlib import Path

import numpy as np

from encoders.encoder import Encoder, serving_encoder
from encoders.progress import progress
from encoders.resolve import default_encoder
from intents.evaluation.baselines import BASELINES
from intents.evaluation.scored import Scored, score
from intents.examples import OUT_OF_SCOPE, Example, TrainingData
from intents.head import Head, Vectors
from intents.training import TrainingOptions, train_intents
from intents.training.fit import fit_head, stratified_folds
from intents.training.frozen import FOLDS, names_of
from intents.training.light import Indexes

Recipe = Callable[[Indexes, Indexes, Path], Scored]
"""(rows to learn from, rows to say, a folder to work in) → what is said of the latter."""


def open_recipe(name: str, data: TrainingData, options: TrainingOptions) -> Recipe:
    """The recipe or baseline `name` over the examples of `data`."""
    if name in BASELINES:
        return partial(_baseline, name, data)
    if name == "fast":
        return FrozenEncoder(data, options)
    return partial(_trained, data, replace(options, recipe=name))


class FrozenEncoder:
    """The recipe `fast`, which encodes every example once for all folds."""

    def __init__(self, data: TrainingData, options: TrainingOptions) -> None:
        self._examples = data.examples
        self._options = options

    @cached_property
    def encoder(self) -> Encoder:
        """The encoder as it is served."""
        texts = [one.text for one in self._examples]
        name = self._options.encoder if self._options.encoder != "auto" else default_encoder(texts)
        return Encoder.load(serving_encoder(name), threads=os.cpu_count() or 1)

    @cached_property
    def vectors(self) -> Vectors:
        """(examples, d), of unit length."""
        texts = [one.text for one in self._examples]
        with progress("Embedding", len(texts)) as step:
            return self.encoder.encode(texts, progress=step)

    def head(self, shown: Indexes) -> Head:
        """The head that `fast` fits on these rows."""
        rows = np.array([row for row in shown if self._examples[row].intent != OUT_OF_SCOPE])
        far = np.array([row for row in shown if self._examples[row].intent == OUT_OF_SCOPE], int)
        labels, targets = np.unique([self._examples[row].intent for row in rows], return_inverse=True)
        count = max(2, min(FOLDS, int(np.bincount(targets).min())))
        folds = stratified_folds(targets, count, self._options.seed)
        named, vectors = labels.tolist(), self.vectors[rows]
        names = names_of(named, self.encoder, vectors, targets)
        return fit_head(vectors, targets, named, self.vectors[far], folds, names=names).head

    def __call__(self, shown: Indexes, held: Indexes, work: Path) -> Scored:
        """What a head fitted on `shown` says of `held`."""
        head = self.head(shown)
        probabilities, in_scope = head(self.vectors[held])
        return Scored(
            examples=tuple(self._examples[row] for row in held),
            given=tuple(head.labels[best] for best in probabilities.argmax(axis=1)),
            confidence=probabilities.max(axis=1),
            in_scope=in_scope,
        )


def _trained(
    data: TrainingData, options: TrainingOptions, shown: Indexes, held: Indexes, work: Path
) -> Scored:
    """A whole model is trained in `work`, asked, and removed."""
    from intents.classifier import IntentClassifier

    part = replace(data, examples=tuple(_rows(data, shown)))
    train_intents(part, work, replace(options, entities=False))
    result = score(IntentClassifier.load(work), _rows(data, held))
    shutil.rmtree(work)
    return result


def _baseline(name: str, data: TrainingData, shown: Indexes, held: Indexes, work: Path) -> Scored:
    learnt = [one for one in _rows(data, shown) if one.intent != OUT_OF_SCOPE]
    asked = _rows(data, held)
    given, confidence, scope = BASELINES[name](
        [one.text for one in learnt], [one.intent for one in learnt], [one.text for one in asked]
    )
    return Scored(examples=tuple(asked), given=given, confidence=confidence, in_scope=scope)


def _rows(data: TrainingData, chosen: Indexes) -> Sequence[Example]:
    return [data.examples[row] for row in chosen]
