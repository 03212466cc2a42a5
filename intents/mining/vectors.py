"""The space in which turns are compared: centred per language, drawn together, reduced, of unit length."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]

DIMENSIONS = 32
"""What principal components keep: enough for intents, too few for wording."""

NEIGHBOURS, ROUNDS = 20, 2
"""How many neighbours draw a turn towards them, and how often. Chosen with DIMENSIONS on pseudo-histories made
from the training parts of public intent sets (docs/benchmarks.md says how)."""

_FEW = 20
_ROWS = 1024  # rows of similarities that are in memory at once


@dataclass(frozen=True, slots=True, kw_only=True)
class Space:
    """A space refined on the data itself, which other turns can be put into.

    Each turn is moved towards its nearest neighbours, weighted by similarity, a few times over: what turns
    of one problem share grows, what is special to a wording fades (Laplacian smoothing of the neighbour graph;
    Li et al., 2018, "Deeper Insights into Graph Convolutional Networks"). Then principal components are
    kept, each divided by the square root of its spread, so that a few large topics do not hide the others.

    Attributes:
        stages: the fitted turns (n, d) before each round of moving; what other turns find neighbours in.
        mean, axes: of the principal components, (d,) and (dimensions, d).
        points: the fitted turns in the space, (n, dimensions), unit length.
        closest: (n,) the cosine similarity of each fitted turn, as given, to its nearest neighbour.
    """

    stages: tuple[Vectors, ...]
    mean: Vectors
    axes: Vectors
    points: Vectors
    closest: Vectors

    def place(self, vectors: Vectors) -> tuple[Vectors, Vectors]:
        """Where other unit vectors (m, d) stand in the space, (m, dimensions), and their `closest`."""
        moved, closest = _drawn(vectors, self.stages[0], same=False)
        for stage in self.stages[1:]:
            moved, _ = _drawn(moved, stage, same=False)
        placed: Vectors = ((moved - self.mean) @ self.axes.T).astype(np.float32)
        return unit(placed), closest


def refine(vectors: Vectors, *, dimensions: int = DIMENSIONS) -> Space:
    """The space that unit vectors (n, d), n ≥ 2, make. Time and memory grow with n²: give it a sample."""
    stages = [vectors]
    moved, closest = _drawn(vectors, vectors, same=True)
    for _ in range(ROUNDS - 1):
        stages.append(moved)
        moved, _ = _drawn(moved, moved, same=True)
    mean = moved.mean(axis=0)
    _, spread, axes = np.linalg.svd(moved - mean, full_matrices=False)
    kept = min(dimensions, int((spread > 1e-6 * max(spread[0], 1e-9)).sum()))
    axes = axes[:kept] * np.sign(axes[:kept].sum(axis=1, keepdims=True) + 1e-12)  # signs are arbitrary else
    axes = axes / np.sqrt(np.maximum(spread[:kept, None], 1e-9))
    points = unit((moved - mean) @ axes.T)
    return Space(
        stages=tuple(stages), mean=mean, axes=axes.astype(np.float32), points=points, closest=closest
    )


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


def nearest(
    vectors: Vectors, others: Vectors, count: int, *, same: bool
) -> Iterator[tuple[slice, NDArray[np.intp], Vectors]]:
    """For blocks of rows of unit vectors: the block, its `count` nearest others and their similarities.

    `same`: both are the same rows, and none is its own neighbour.
    """
    count = min(count, len(others) - int(same))
    for start in range(0, len(vectors), _ROWS):
        block = slice(start, min(start + _ROWS, len(vectors)))
        similarity = vectors[block] @ others.T
        if same:
            similarity[np.arange(len(similarity)), np.arange(block.start, block.stop)] = -2
        found = np.argpartition(-similarity, count - 1, axis=1)[:, :count]
        yield block, found, np.take_along_axis(similarity, found, axis=1)


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


def _drawn(vectors: Vectors, others: Vectors, *, same: bool) -> tuple[Vectors, Vectors]:
    """Unit vectors moved towards the mean of their nearest others, and the similarity to the nearest.

    Where there are few rows there are fewer neighbours.
    """
    count = min(NEIGHBOURS, max(5, len(others) // 50))
    moved = np.empty_like(vectors)
    closest = np.empty(len(vectors), np.float32)
    for block, found, similarity in nearest(vectors, others, count, same=same):
        weights = np.maximum(similarity, 0)[:, :, None] / found.shape[1]
        moved[block] = vectors[block] + (others[found] * weights).sum(axis=1)
        closest[block] = similarity.max(axis=1)
    return unit(moved), closest
