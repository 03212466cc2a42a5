"""Fitting the head: classes by logistic regression, calibration on rows the head has not seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from encoders.logistic import Floats, Logistic, balanced, fit_logistic
from intents.head import NEIGHBOURS, Head, Vectors, nearest, signals, softmax, unit

Indexes = NDArray[np.int_]
Fold = tuple[Indexes, Indexes]
"""Rows to fit on, rows to look at."""

ENOUGH_OUTSIDE = 50
"""From this many real out-of-scope rows on, left-out classes no longer stand in for them."""
STRENGTH = 20.0
"""Inverse of the ridge of the logistic head, as scikit-learn's C."""


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
class Fitted:
    """A head, and what the rows it was calibrated on say of it."""

    head: Head
    figures: dict[str, float]
    unseen: UnseenRows


@dataclass(frozen=True, slots=True)
class _Light:
    """A head without calibration, fitted on part of the rows."""

    weights: Vectors
    bias: Vectors
    prototypes: Vectors

    def logits(self, rows: Vectors) -> Vectors:
        result: Vectors = rows @ self.weights.T + self.bias
        return result


def fit_head(
    vectors: Vectors, targets: Indexes, labels: Sequence[str], strangers: Vectors, folds: Sequence[Fold]
) -> Fitted:
    """A calibrated head for unit vectors (n, d) with class numbers (n,).

    Temperature and in-scope model are fitted on rows that the head of their fold has not seen, and then
    belong to a head over all rows. Both sides of the in-scope model weigh the same, so that 0.5 is the point
    where they are equally likely.

    Args:
        strangers: vectors (m, d) of texts that are in no class; may be empty.
        folds: cross-fitting folds; a single one when the encoder has seen the rest.
    """
    mean = vectors.mean(axis=0)
    rows, far = unit(vectors - mean), unit(strangers - mean) if len(strangers) else strangers
    lights = [_fit_light(rows[shown], targets[shown], len(labels)) for shown, _ in folds]
    logits = np.concatenate(
        [light.logits(rows[held]) for light, (_, held) in zip(lights, folds, strict=True)]
    )
    seen = np.concatenate([held for _, held in folds])
    truth = targets[seen]
    temperature = fit_temperature(logits, truth)
    inside, outside = _by_fold(rows, far, folds, lights, temperature)
    strange = [*outside, *_left_out(rows, targets, far, len(labels), temperature)]
    found = np.concatenate([inside, *strange])
    flags = np.concatenate([np.ones(len(inside)), *(np.zeros(len(part)) for part in strange)])
    in_scope = fit_logistic(found, flags, row_weights=balanced(flags), ridge=2.0)
    light = _fit_light(rows, targets, len(labels))
    head = Head(
        labels=tuple(labels),
        weights=light.weights,
        bias=light.bias,
        mean=mean.astype(np.float32),
        temperature=temperature,
        prototypes=light.prototypes,
        inside=rows,
        outside=far.astype(np.float32).reshape(-1, rows.shape[1]),
        in_scope=in_scope,
    )
    unseen = UnseenRows(
        rows=seen,
        probabilities=softmax(logits / temperature),
        in_scope=in_scope(inside),
        outside_probabilities=_mean([softmax(light.logits(far) / temperature) for light in lights]),
        outside_in_scope=_mean([in_scope(part) for part in outside]) if outside else np.zeros(0),
    )
    figures = _figures(logits, truth, temperature, in_scope, found, flags)
    return Fitted(head=head, figures=figures, unseen=unseen)


def _mean(parts: Sequence[Floats]) -> Floats:
    result: Floats = np.mean(parts, axis=0)
    return result


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


def _fit_light(rows: Vectors, targets: Indexes, classes: int) -> _Light:
    from sklearn.linear_model import LogisticRegression

    present = np.unique(targets)
    prototypes = np.zeros((classes, rows.shape[1]), np.float32)
    for target in present:
        prototypes[target] = rows[targets == target].mean(axis=0)
    weights, bias = np.zeros_like(prototypes), np.full(classes, -30.0, np.float32)
    if len(present) == 1:
        bias[present] = 0.0
    else:
        model = LogisticRegression(C=STRENGTH, max_iter=500, class_weight="balanced")
        model.fit(rows, targets)
        two = len(present) == 2
        coefficients = np.vstack([-model.coef_ / 2, model.coef_ / 2]) if two else model.coef_
        intercepts = np.array([-model.intercept_[0], model.intercept_[0]]) / 2 if two else model.intercept_
        weights[present], bias[present] = coefficients, intercepts
    return _Light(weights.astype(np.float32), bias.astype(np.float32), unit(prototypes))


def _by_fold(
    rows: Vectors, far: Vectors, folds: Sequence[Fold], lights: Sequence[_Light], temperature: float
) -> tuple[Floats, list[Floats]]:
    """Signals of the rows that each fold's head has not seen, and of the out-of-scope rows for each fold."""
    pairs = list(zip(lights, folds, strict=True))
    inside = [_signals(rows[held], rows[shown], far, light, temperature) for light, (shown, held) in pairs]
    outside = [_signals(far, rows[shown], far, light, temperature, same=True) for light, (shown, _) in pairs]
    return np.concatenate(inside), outside if len(far) else []


def _left_out(
    rows: Vectors, targets: Indexes, far: Vectors, classes: int, temperature: float
) -> list[Floats]:
    """Where real out-of-scope rows are few, classes that a head was not shown stand in for them."""
    if len(far) >= ENOUGH_OUTSIDE:
        return []
    return [
        _signals(rows[left], rows[kept], far, _fit_light(rows[kept], targets[kept], classes), temperature)
        for kept, left in _left_out_classes(targets)
    ]


def _left_out_classes(targets: Indexes, groups: int = 5) -> list[Fold]:
    classes = np.unique(targets)
    if len(classes) < 3:
        return []
    return [
        (np.flatnonzero(~np.isin(targets, group)), np.flatnonzero(np.isin(targets, group)))
        for group in (classes[start::groups] for start in range(min(groups, len(classes) - 1)))
        if len(group)
    ]


def _signals(
    queries: Vectors,
    inside: Vectors,
    outside: Vectors,
    light: _Light,
    temperature: float,
    *,
    same: bool = False,
) -> Floats:
    logits = light.logits(queries)
    return signals(
        logits,
        softmax(logits / temperature),
        nearest(queries, inside, NEIGHBOURS),
        (queries @ light.prototypes.T).max(axis=1).astype(float),
        nearest(queries, outside, 1, same=same),
    )


def _figures(
    logits: Vectors, truth: Indexes, temperature: float, in_scope: Logistic, found: Floats, flags: Floats
) -> dict[str, float]:
    from sklearn.metrics import roc_auc_score

    figures = {
        "accuracy": round(float((logits.argmax(axis=1) == truth).mean()), 4),
        "temperature": round(temperature, 4),
    }
    if 0 < flags.sum() < len(flags):
        figures["out_of_scope_auroc"] = round(float(roc_auc_score(flags, in_scope(found))), 4)
    return figures
