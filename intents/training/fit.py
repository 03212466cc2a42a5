"""Fitting the head: calibrated on rows that it has not seen, then fitted on all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from encoders.logistic import Floats, Logistic
from intents.evaluation.calibration import expected_calibration_error
from intents.head import Head, Vectors, softmax
from intents.training.light import Indexes, Sample, fit_light
from intents.training.out_of_scope import (
    ENOUGH_OUTSIDE,
    INSIDE_SHARE,
    Part,
    fit_in_scope,
    see_held,
    see_left_out,
    see_outside,
)

Fold = tuple[Indexes, Indexes]
"""Rows to fit on, rows to look at."""

MOST_INSIDE = 16_000
"""Examples that a head keeps for finding neighbours: 25 MB of MiniLM's vectors."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnseenRows:
    """What heads say, calibrated, of rows that they were not fitted on.

    Attributes:
        rows: (n,) numbers of the examples; probabilities: (n, classes); in_scope: (n,).
        outside_probabilities, outside_in_scope: the same of the out-of-scope rows, (m, classes) and (m,).
    """

    rows: Indexes
    probabilities: Floats
    in_scope: Floats
    outside_probabilities: Floats
    outside_in_scope: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """What rows that no head had seen tell.

    Attributes:
        right: whether the best class was theirs (1 or 0), row by row of `unseen`.
    """

    temperature: float
    in_scope: Logistic
    right: Floats
    unseen: UnseenRows
    figures: dict[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """A head, and what the rows it was calibrated on say of it."""

    head: Head
    figures: dict[str, float]
    unseen: UnseenRows


def fit_head(
    vectors: Vectors,
    targets: Indexes,
    labels: Sequence[str],
    outside: Vectors,
    folds: Sequence[Fold],
    *,
    names: Vectors | None = None,
) -> Fitted:
    """A calibrated head for unit vectors (n, d) of a frozen encoder, with class numbers (n,).

    Args:
        outside: vectors (m, d) of texts that are in no class; may be empty.
        folds: cross-fitting folds.
        names: vectors (classes, d) of the classes' names, where they say what the classes are about.
    """
    empty = vectors[:0]
    sample = Sample(
        vectors=vectors,
        targets=targets,
        outside=outside if len(outside) else empty,
        names=empty if names is None else names,
        mean=vectors.mean(axis=0),
    )
    calibration = calibrate([(sample, fold) for fold in folds], len(labels))
    head = make_head(sample, labels, calibration)
    return Fitted(head=head, figures=calibration.figures, unseen=calibration.unseen)


def calibrate(
    trials: Sequence[tuple[Sample, Fold]], classes: int, *, inside_share: float = INSIDE_SHARE
) -> Calibration:
    """Temperature and in-scope model from heads that have not seen their fold's held-out rows.

    Each trial's encoder must not have seen them either, so that tuned encoders bring a sample each.

    Args:
        inside_share: of all messages, the share that is taken to be in scope.
    """
    parts = [_part(sample.centred(), fold, classes) for sample, fold in trials]
    logits = np.concatenate([part.light.logits(part.sample.vectors[part.held]) for part in parts])
    truth = np.concatenate([part.sample.targets[part.held] for part in parts])
    temperature = fit_temperature(logits, truth)
    inside = np.concatenate([see_held(part, temperature) for part in parts])
    outside = [see_outside(part, temperature) for part in parts] if len(parts[0].sample.outside) else []
    real = len(parts[0].sample.outside) >= ENOUGH_OUTSIDE
    strange = [*outside, *([] if real else see_left_out(parts[0], temperature))]
    in_scope = fit_in_scope(inside, strange, real=real, share=inside_share, known=bool(outside))
    far = [softmax(part.light.logits(part.sample.outside) / temperature) for part in parts]
    unseen = UnseenRows(
        rows=np.concatenate([part.held for part in parts]),
        probabilities=softmax(logits / temperature),
        in_scope=in_scope(inside),
        outside_probabilities=np.mean(far, axis=0),
        outside_in_scope=np.mean([in_scope(part) for part in outside], axis=0) if outside else np.zeros(0),
    )
    right = (logits.argmax(axis=1) == truth).astype(float)
    figures = {
        "accuracy": round(float(right.mean()), 4),
        "ece": round(expected_calibration_error(unseen.probabilities.max(axis=1), right), 4),
        "temperature": round(temperature, 4),
    }
    return Calibration(
        temperature=temperature,
        in_scope=in_scope,
        right=right,
        unseen=unseen,
        figures=figures | _scope_figures(in_scope, inside, strange),
    )


def _part(sample: Sample, fold: Fold, classes: int) -> Part:
    shown, held = fold
    return Part(sample=sample, shown=shown, held=held, light=fit_light(sample.rows(shown), classes))


def make_head(sample: Sample, labels: Sequence[str], calibration: Calibration) -> Head:
    """A head over all examples of the sample, which says what the calibration makes of it."""
    centred = sample.centred()
    light = fit_light(centred, len(labels))
    kept = kept_rows(centred.targets)
    return Head(
        labels=tuple(labels),
        weights=light.weights.astype(np.float32),
        bias=light.bias.astype(np.float32),
        mean=sample.mean.astype(np.float32),
        temperature=calibration.temperature,
        prototypes=light.prototypes,
        inside=centred.vectors[kept],
        sizes=np.bincount(centred.targets[kept], minlength=len(labels)),
        outside=centred.outside,
        in_scope=calibration.in_scope,
    )


def fit_temperature(logits: Vectors, truth: Indexes) -> float:
    """The temperature with the least negative log-likelihood, by golden-section search over its logarithm."""

    def loss(log_t: float) -> float:
        p = softmax(logits / np.exp(log_t))[np.arange(len(truth)), truth]
        return float(-np.log(np.maximum(p, 1e-12)).mean())

    low, high, ratio = np.log(0.05), np.log(20.0), (5**0.5 - 1) / 2
    for _ in range(60):
        left, right = high - ratio * (high - low), low + ratio * (high - low)
        low, high = (low, right) if loss(left) < loss(right) else (left, high)
    return float(np.exp((low + high) / 2))


def stratified_folds(targets: Indexes, count: int, seed: int) -> list[Fold]:
    """`count` folds that hold each class in equal parts, as well as its size allows."""
    random = np.random.default_rng(seed)
    place = np.empty(len(targets), int)
    for target in np.unique(targets):
        members = random.permutation(np.flatnonzero(targets == target))
        place[members] = (np.arange(len(members)) + random.integers(count)) % count
    return [(np.flatnonzero(place != fold), np.flatnonzero(place == fold)) for fold in range(count)]


def kept_rows(targets: Indexes) -> Indexes:
    """The examples that a head keeps, class after class: at most MOST_INSIDE, in turn from every class."""
    random = np.random.default_rng(0)
    rank = np.empty(len(targets), int)
    for target in np.unique(targets):
        members = random.permutation(np.flatnonzero(targets == target))
        rank[members] = np.arange(len(members))
    kept = np.sort(np.lexsort((targets, rank))[:MOST_INSIDE])
    by_class: Indexes = kept[np.argsort(targets[kept], kind="stable")]
    return by_class


def _scope_figures(in_scope: Logistic, inside: Floats, strange: Sequence[Floats]) -> dict[str, float]:
    from sklearn.metrics import roc_auc_score

    if not strange:
        return {}
    outside = np.concatenate(strange)
    flags = np.concatenate([np.ones(len(inside)), np.zeros(len(outside))])
    scores = in_scope(np.concatenate([inside, outside]))
    return {"out_of_scope_auroc": round(float(roc_auc_score(flags, scores)), 4)}
