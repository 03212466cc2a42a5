"""A sample of a large history that has the rare in it too."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from intents.mining.vectors import Vectors

_CELLS = 200
_LEAST = 10


def stratified(vectors: Vectors, size: int, *, seed: int) -> NDArray[np.intp]:
    """The sorted indices of `size` of the unit vectors (n, d), n > size.

    The strata are the vectors nearest to each of 200 vectors drawn by chance. A stratum of a few vectors
    is taken whole; of the others ten are, and beyond that a share that is the same for all.
    """
    random = np.random.default_rng(seed)
    middles = vectors[random.choice(len(vectors), min(_CELLS, len(vectors)), replace=False)]
    cells = np.concatenate([(part @ middles.T).argmax(axis=1) for part in np.array_split(vectors, len(vectors) // 5_000 + 1)])
    order = random.permutation(len(vectors))
    order = order[np.argsort(cells[order], kind="stable")]
    _, starts = np.unique(cells[order], return_index=True)
    rank = np.arange(len(order)) - np.repeat(starts, np.diff([*starts, len(order)]))
    first, rest = order[rank < _LEAST], order[rank >= _LEAST]
    more = random.choice(rest, max(0, size - len(first)), replace=False)
    return np.sort(np.concatenate([first, more])[:size])
