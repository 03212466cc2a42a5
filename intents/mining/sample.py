"""A sample of a large history that has the rare in it too."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from intents.mining.vectors import Vectors

_CELLS = 200
_LEAST = 10


def stratified(vectors: Vectors, size: int, *, seed: int) -> NDArray[np.intp]:
    """The sorted indices of `size` of the unit vectors (n, d), n > size.

    The strata are the vectors nearest to each of up to 200 vectors that lie far from each other. A stratum of a
    few vectors is taken whole; of the others ten are, and beyond that a share that is the same for all.
    """
    random = np.random.default_rng(seed)
    cells = _cells(vectors, min(_CELLS, size // (2 * _LEAST)))
    order = random.permutation(len(vectors))
    order = order[np.argsort(cells[order], kind="stable")]
    _, starts = np.unique(cells[order], return_index=True)
    rank = np.arange(len(order)) - np.repeat(starts, np.diff([*starts, len(order)]))
    first, rest = order[rank < _LEAST], order[rank >= _LEAST]
    more = random.choice(rest, size - len(first), replace=False)
    return np.sort(np.concatenate([first, more]))


def _cells(vectors: Vectors, count: int) -> NDArray[np.intp]:
    """(n,) which of `count` vectors is the nearest; each is the one least like those chosen before it (Gonzalez,
    1985, "Clustering to minimize the maximum intercluster distance")."""
    cells = np.zeros(len(vectors), np.intp)
    closest = vectors @ vectors[0]
    for cell in range(1, count):
        similarity = vectors @ vectors[int(closest.argmin())]
        nearer = similarity > closest
        cells[nearer], closest[nearer] = cell, similarity[nearer]
    return cells
