"""Open messages put together by what they ask, in numpy alone: the server has no scikit-learn.

Average linkage on cosine similarities (UPGMA; Sokal and Michener, 1958) by nearest-neighbour chains (Murtagh,
"A survey of recent advances in hierarchical clustering algorithms", 1983). For unit vectors the mean similarity of
two clusters is the product of their sums over the product of their sizes, so no matrix is kept.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]

USUAL = 0.45
"""From this mean similarity on two clusters are one, where no training data says better."""
ROUNDING = np.float32(1e-5)
"""Similarities this close are equal. Seen from either side they differ in their last bits: among messages with the
same words the chain would go round for ever."""


@dataclass(frozen=True, slots=True)
class Merge:
    """Two clusters, named by their lowest row, that become one at this mean similarity."""

    similarity: float
    one: int
    other: int


def merges(vectors: Vectors) -> list[Merge]:
    """The tree over unit vectors (n, d), the most similar first."""
    sums = vectors.astype(np.float32).copy()
    sizes = np.ones(len(vectors), np.float32)
    alive = np.ones(len(vectors), bool)
    similarity = np.full(len(vectors), np.inf, np.float32)
    found: list[Merge] = []
    chain: list[int] = []
    while alive.sum() > 1:
        if not chain:
            chain.append(int(np.argmax(alive)))
        row = chain[-1]
        similar = (sums @ sums[row]) / (sizes * sizes[row])
        similar[~alive] = -np.inf
        similar[row] = -np.inf
        nearest = int(np.argmax(similar))
        before = chain[-2] if len(chain) > 1 else -1
        if before >= 0 and similar[before] >= similar[nearest] - ROUNDING:
            kept, gone = min(row, before), max(row, before)
            # No more similar than what it is made of: parts have to come first.
            similarity[kept] = min(similar[before], similarity[kept], similarity[gone])
            found.append(Merge(float(similarity[kept]), kept, gone))
            sums[kept] += sums[gone]
            sizes[kept] += sizes[gone]
            alive[gone] = False
            chain = chain[:-2]
        else:
            chain.append(nearest)
    return sorted(found, key=lambda merge: -merge.similarity)


def clusters(vectors: Vectors, threshold: float) -> list[list[int]]:
    """Rows of unit vectors (n, d) that belong together, the most typical first; the largest cluster first."""
    parts = {row: [row] for row in range(len(vectors))}
    for merge in merges(vectors):
        if merge.similarity < threshold:
            break
        parts[merge.one] += parts.pop(merge.other)
    ordered = [_typical_first(vectors, rows) for rows in parts.values()]
    return sorted(ordered, key=lambda rows: (-len(rows), min(rows)))


def fitted_threshold(vectors: Vectors, labels: Sequence[str]) -> float:
    """The similarity at which clusters of labelled unit vectors (n, d) agree best with their labels.

    Measured by the F0.5 of pairs: a wrong companion costs a reviewer more than a group in two. `USUAL` where there is
    nothing to learn from.
    """
    counts = {row: Counter([label]) for row, label in enumerate(labels)}
    wanted = sum(size * (size - 1) / 2 for size in Counter(labels).values())
    right = together = 0.0
    best, threshold = 0.0, USUAL
    for merge in merges(vectors):
        one, other = counts[merge.one], counts.pop(merge.other)
        right += sum(one[label] * size for label, size in other.items())
        together += one.total() * other.total()
        one.update(other)
        score = 1.25 * right / (together + 0.25 * wanted)
        if score > best:
            best, threshold = score, merge.similarity
    return threshold


def _typical_first(vectors: Vectors, rows: list[int]) -> list[int]:
    centre = vectors[rows].mean(axis=0)
    near = vectors[rows] @ centre
    return [rows[place] for place in np.lexsort((rows, -near))]
