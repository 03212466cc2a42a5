"""The space in which turns are compared: centred per language, reduced, of unit length."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]

DIMENSIONS = 32
"""What principal components keep: enough for intents, too few for wording."""

_FEW = 20


def centre(vectors: Vectors, languages: Sequence[str]) -> Vectors:
    """Vectors (n, d) less their language's mean, of unit length.

    Multilingual encoders put languages apart; without its mean an English and a Chinese statement of the
    same problem can meet (Libovický et al., 2020, "On the language neutrality of pre-trained multilingual
    representations"). A language with fewer than 20 texts shares the mean of all: its own would be its topic.
    """
    centred = vectors - vectors.mean(axis=0)
    tags = np.asarray(languages)
    for language in sorted(set(languages)):
        rows = tags == language
        if rows.sum() >= _FEW:
            centred[rows] = vectors[rows] - vectors[rows].mean(axis=0)
    return unit(centred)


def reduce(vectors: Vectors, *, dimensions: int = DIMENSIONS) -> Vectors:
    """The first principal components (n, at most `dimensions`), of unit length; the signs are fixed."""
    from sklearn.decomposition import PCA

    kept = min(dimensions, *vectors.shape)
    reduced: Vectors = PCA(kept, svd_solver="full").fit_transform(vectors).astype(np.float32)
    return unit(reduced)


def unit(vectors: Vectors) -> Vectors:
    """The rows of (n, d) divided by their L2 norm; a row of zeros stays."""
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    scaled: Vectors = (vectors / np.maximum(norms, 1e-9)).astype(np.float32)
    return scaled


def centroids(vectors: Vectors, labels: NDArray[np.intp], count: int) -> Vectors:
    """The mean of each cluster 0…count-1 as a unit vector, (count, d); labels below 0 belong to none."""
    means = np.zeros((count, vectors.shape[1]), np.float32)
    kept = labels >= 0
    np.add.at(means, labels[kept], vectors[kept])
    return unit(means)
