"""The classes' part of a head, without calibration: cheap enough to be fitted once for every fold."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from intents.head import ENERGY_SCALE, Vectors, unit

Indexes = NDArray[np.int_]

NO_CHANCE = -100.0
"""The bias of a class that cannot be meant."""
STRENGTH = 20.0
"""Inverse of the ridge of the logistic regression, as scikit-learn's C."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """What a head is fitted on, as vectors of one encoder.

    Attributes:
        vectors: (n, d) unit vectors of the examples. targets: (n,) their class numbers.
        outside: (m, d) of texts that are in no class; may be empty.
        names: (classes, d) of the classes' names, or (0, d) where they say nothing.
        prototypes: (classes, d) logit weights that fine-tuning has learnt, around `mean`; or None.
        mean: (d,) what is taken away from every vector.
    """

    vectors: Vectors
    targets: Indexes
    outside: Vectors
    names: Vectors
    mean: Vectors
    prototypes: Vectors | None = None

    def centred(self) -> Sample:
        """The same as unit vectors around the mean."""
        return replace(
            self,
            vectors=unit(self.vectors - self.mean),
            outside=unit(self.outside - self.mean).reshape(-1, len(self.mean)),
            names=unit(self.names - self.mean).reshape(-1, len(self.mean)),
        )

    def rows(self, chosen: Indexes) -> Sample:
        """Only these examples; and only their classes' names."""
        return replace(self, vectors=self.vectors[chosen], targets=self.targets[chosen])


@dataclass(frozen=True, slots=True, kw_only=True)
class Light:
    """Logits and class means over centred vectors.

    Attributes:
        weights, bias: (classes, d), (classes,). prototypes: (classes, d), unit means of the classes.
    """

    weights: Vectors
    bias: Vectors
    prototypes: Vectors

    def logits(self, centred: Vectors) -> Vectors:
        """(n, classes)."""
        result: Vectors = centred @ self.weights.T + self.bias
        return result


def fit_light(sample: Sample, classes: int) -> Light:
    """Fit on a centred sample; classes without an example get no chance.

    Where fine-tuning has learnt prototypes, they are the weights; else a logistic regression with balanced classes.
    """
    means = mean_light(sample, classes)
    present = np.unique(sample.targets)
    if sample.prototypes is not None:
        return replace(means, weights=sample.prototypes)
    if len(present) == 1:
        return means
    vectors, targets = _with_names(sample, present)
    weights, bias = np.zeros_like(means.weights), means.bias.copy()
    weights[present], bias[present] = _logistic(vectors, targets)
    return Light(weights=weights, bias=bias, prototypes=means.prototypes)


def mean_light(sample: Sample, classes: int) -> Light:
    """Class means alone: their cosines are the logits."""
    present = np.unique(sample.targets)
    vectors, targets = _with_names(sample, present)
    means = np.zeros((classes, vectors.shape[1]), np.float32)
    for target in present:
        means[target] = vectors[targets == target].mean(axis=0)
    bias = np.full(classes, NO_CHANCE, np.float32)
    bias[present] = 0.0
    means = unit(means)
    return Light(weights=means / np.float32(ENERGY_SCALE), bias=bias, prototypes=means)


def _with_names(sample: Sample, present: Indexes) -> tuple[Vectors, Indexes]:
    """Vectors and class numbers of the examples and of the present classes' names."""
    if not len(sample.names):
        return sample.vectors, sample.targets
    vectors = np.concatenate([sample.vectors, sample.names[present]])
    return vectors, np.concatenate([sample.targets, present])


def _logistic(vectors: Vectors, targets: Indexes) -> tuple[Vectors, Vectors]:
    """Weights (classes, d) and bias (classes,) of a multinomial logistic regression."""
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=STRENGTH, max_iter=500, class_weight="balanced")
    model.fit(vectors, targets)
    if len(model.classes_) > 2:
        return model.coef_, model.intercept_
    half, bias = model.coef_ / 2, model.intercept_ / 2
    return np.vstack([-half, half]), np.concatenate([-bias, bias])
