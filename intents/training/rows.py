"""The examples as training takes them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from encoders.errors import InputError
from intents.examples import OUT_OF_SCOPE, TrainingData
from intents.training.fit import Fold, stratified_folds
from intents.training.light import Indexes
from intents.training.options import TrainingOptions

ENOUGH_HELD = 1500
"""Held-out rows from which on more folds tell nothing new."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Texts with class numbers (n,), the classes' labels, and texts that are in no class."""

    texts: Sequence[str]
    targets: Indexes
    labels: tuple[str, ...]
    outside: Sequence[str]


def rows_of(data: TrainingData, options: TrainingOptions) -> Rows:
    """Numbered classes from labelled examples.

    Raises:
        InputError: with fewer than two intents.
    """
    labels = data.intents
    if len(labels) < 2:
        where = data.examples[0].source if data.examples else "the training data"
        raise InputError(where, f"at least two intents are needed, there are {len(labels)}.")
    number = {label: index for index, label in enumerate(labels)}
    inside = [example for example in data.examples if example.intent != OUT_OF_SCOPE]
    outside = [example.text for example in data.examples if example.intent == OUT_OF_SCOPE]
    return Rows(
        texts=[example.text for example in inside],
        targets=np.array([number[example.intent] for example in inside]),
        labels=labels,
        outside=[*outside, *options.extra_out_of_scope],
    )


def trial_folds(rows: Rows, options: TrainingOptions) -> list[Fold]:
    """Stratified folds, no more than are needed for enough held-out rows; every class is always shown."""
    smallest = int(np.bincount(rows.targets).min())
    count = max(2, min(round(1 / options.held_out), max(smallest, 2)))
    folds = [_all_shown(rows.targets, fold) for fold in stratified_folds(rows.targets, count, options.seed)]
    held = np.cumsum([len(fold[1]) for fold in folds])
    return folds[: int(np.searchsorted(held, ENOUGH_HELD)) + 1]


def _all_shown(targets: Indexes, fold: Fold) -> Fold:
    shown, held = fold
    lonely = np.isin(targets[held], np.setdiff1d(targets, targets[shown]))
    return np.sort(np.concatenate([shown, held[lonely]])), held[~lonely]
