"""Turns that state the same problem, put together; how many problems there are is read off the data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from intents.mining.sample import stratified
from intents.mining.vectors import Space, Vectors, centroids, refine

Granularity = Literal["coarse", "auto", "fine"]
Labels = NDArray[np.intp]

LARGEST = 8_000
"""Of more turns than this a stratified sample is clustered, and the rest go to the nearest cluster."""

COARSE_MOST = 30
"""`coarse` is what a person takes in at a glance: never more clusters than this."""

FINE = (1.5, 3.0)
"""In which range, as a multiple of the number that `auto` finds, `fine` looks for its cut."""

SMALLEST = 3
"""A cluster of fewer turns is dissolved; a small history (less than 100 turns) may have pairs."""

_SLACK = 0.05
_ALONE = 0.5
_SILHOUETTES = 2_500
_TEMPERATURE = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Clusters:
    """A partition of n turns.

    Attributes:
        labels: (n,) cluster 0…count-1 by falling size, or -1 for a turn that is held back.
        confidence: (n,) the share of the turn's own cluster in a softmax over the similarities to all
            centroids; it ranks, and is no probability. 0 for a turn that is held back.
        coherence: (count,) mean cosine similarity of the members to their centroid.
        points: (n, dimensions) where the turns stand in the refined space.
        silhouette: of the cut that was chosen, in the space as it was given.
    """

    labels: Labels
    confidence: NDArray[np.float32]
    coherence: NDArray[np.float32]
    points: Vectors
    silhouette: float

    @property
    def count(self) -> int:
        return len(self.coherence)

    def without(self, rows: NDArray[np.bool_]) -> Clusters:
        """The same with these turns (n,) held back; no cluster may lose all of its own."""
        labels = np.where(rows, -1, self.labels)
        confidence = np.where(rows, np.float32(0), self.confidence)
        return replace(self, labels=labels, confidence=confidence)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cut:
    labels: Labels
    count: int
    score: float
    silhouette: float


def cluster(vectors: Vectors, *, granularity: Granularity = "auto", seed: int = 0) -> Clusters:
    """Cluster unit vectors (n, d): Ward's tree in the refined space, cut where the clusters stand apart.

    A cut's score is its silhouette in the space as given plus that in the refined one, each as a share of its
    best. The score is flat about its peak, and noisy: `auto` takes the cut in the middle of those within 5 % of
    the best, which on pseudo-histories comes closest to what teams have defined. `coarse` takes the coarsest
    within 5 % of the best among those with no more clusters than `auto` and than 30, `fine` the best with one
    and a half to three times as many as `auto`. Turns that are like no other are held back. Clusters of one or
    two turns are dissolved: into a neighbour that takes the turn as its own, else it is held back too.
    """
    total = len(vectors)
    if total < 4:
        labels = np.zeros(total, np.intp)
        return _finished(vectors, labels, vectors, 0.0)
    chosen = stratified(vectors, LARGEST, seed=seed) if total > LARGEST else np.arange(total)
    space = refine(vectors[chosen])
    cut = _cut(vectors[chosen], space, granularity, seed)
    points, labels = space.points, np.where(_alone(space.closest, space), -1, cut.labels)
    if len(chosen) < total:
        points, labels = _spread(vectors, space, chosen, labels)
    return _finished(vectors, _dissolved(points, labels), points, cut.silhouette)


def candidate_counts(total: int) -> list[int]:
    """Numbers of clusters worth trying for `total` turns, rising by about an eighth."""
    most = max(2, min(int(2 * np.sqrt(total) + 20), total // 4))
    counts = [min(most, 3 if total < 300 else 6)]
    while counts[-1] < most:
        counts.append(min(most, max(counts[-1] + 1, round(counts[-1] * 1.125))))
    return counts


def _cut(vectors: Vectors, space: Space, granularity: Granularity, seed: int) -> _Cut:
    from scipy.cluster.hierarchy import fcluster, linkage

    tree = linkage(space.points, method="ward")
    counts = candidate_counts(len(vectors))
    if granularity == "fine":
        counts = sorted({*counts, *(min(3 * count, len(vectors) // 3) for count in counts)})
    cuts = _scored(
        [fcluster(tree, count, criterion="maxclust") - 1 for count in counts], vectors, space, seed
    )
    if not cuts:
        return _Cut(labels=np.zeros(len(vectors), np.intp), count=1, score=0.0, silhouette=0.0)
    usual = [cut for cut in cuts if cut.count <= candidate_counts(len(vectors))[-1]]
    auto = _middle(usual)
    if granularity == "coarse":
        few = [cut for cut in usual if cut.count <= min(auto.count, COARSE_MOST)]
        return next(iter(_good(few)), auto)
    if granularity == "fine":
        low, high = (times * auto.count for times in FINE)
        many = [cut for cut in cuts if low <= cut.count <= high]
        return max(many, key=lambda cut: (cut.score, -cut.count), default=auto)
    return auto


def _good(cuts: Sequence[_Cut]) -> list[_Cut]:
    """Those within 5 % of the best."""
    best = max((cut.score for cut in cuts), default=0.0)
    return [cut for cut in cuts if cut.score >= best - _SLACK * abs(best)]


def _middle(cuts: Sequence[_Cut]) -> _Cut:
    """The cut in the middle of the good ones, on a logarithmic scale, the better ones counting for more."""
    sizes = np.log([cut.count for cut in cuts])
    floor = min(cut.score for cut in _good(cuts))
    weights = np.maximum([cut.score - floor + 1e-9 for cut in cuts], 0)
    return cuts[int(np.abs(sizes - np.average(sizes, weights=weights)).argmin())]


def _scored(partitions: Sequence[Labels], vectors: Vectors, space: Space, seed: int) -> list[_Cut]:
    """The partitions that are some, with their scores; a score is smoothed over its neighbours, for it is noisy."""
    from sklearn.metrics import silhouette_score

    size = min(len(vectors), _SILHOUETTES)
    rows = np.sort(np.random.default_rng(seed).choice(len(vectors), size, replace=False))
    given, refined = (np.clip(1 - part @ part.T, 0, 2) for part in (vectors[rows], space.points[rows]))
    for distances in (given, refined):
        np.fill_diagonal(distances, 0)
    kept = [labels.astype(np.intp) for labels in partitions if 1 < len(np.unique(labels[rows])) < size]
    if not kept:
        return []
    plain = [float(silhouette_score(given, labels[rows], metric="precomputed")) for labels in kept]
    drawn = [float(silhouette_score(refined, labels[rows], metric="precomputed")) for labels in kept]
    scores = sum(_smooth(values) / max(*values, 1e-6) for values in (plain, drawn))
    counts = [int(labels.max()) + 1 for labels in kept]
    return [
        _Cut(labels=labels, count=count, score=float(score), silhouette=own)
        for labels, count, score, own in zip(kept, counts, np.atleast_1d(scores), plain, strict=True)
    ]


def _smooth(values: Sequence[float]) -> NDArray[np.float64]:
    padded = np.pad(np.asarray(values, float), 1, mode="edge")
    smoothed: NDArray[np.float64] = np.convolve(padded, [0.25, 0.5, 0.25], mode="valid")
    return smoothed


def _alone(closest: Vectors, space: Space) -> NDArray[np.bool_]:
    """Whether the nearest neighbour is less than half as similar as it usually is."""
    return closest < _ALONE * np.median(space.closest)


def _spread(vectors: Vectors, space: Space, chosen: NDArray[np.intp], own: Labels) -> tuple[Vectors, Labels]:
    """All turns in the space, those that were not in the sample with the cluster of the nearest centroid."""
    means = centroids(space.points, own, int(own.max()) + 1)
    labels = np.empty(len(vectors), np.intp)
    points = np.empty((len(vectors), space.points.shape[1]), np.float32)
    rest = np.setdiff1d(np.arange(len(vectors)), chosen)
    for part in np.array_split(rest, max(1, len(rest) // 5_000)):
        points[part], closest = space.place(vectors[part])
        labels[part] = np.where(_alone(closest, space), -1, (points[part] @ means.T).argmax(axis=1))
    points[chosen], labels[chosen] = space.points, own
    return points, labels


def _dissolved(points: Vectors, labels: Labels) -> Labels:
    """Tiny clusters dissolved: their turns go to a neighbour that takes them as its own, else to none (-1).

    A cluster takes a turn that is as close to its centroid as most of its members (their lower quartile).
    """
    sizes = np.bincount(labels[labels >= 0])
    least = SMALLEST if len(labels) >= 100 else 2
    tiny = np.flatnonzero((labels >= 0) & (sizes[labels] < least))
    kept = labels.copy()
    kept[tiny] = -1
    if not len(tiny) or (kept < 0).all():
        return kept
    similarity = points[tiny] @ centroids(points, kept, len(sizes)).T
    similarity[:, sizes < least] = -1
    for turn, row in zip(tiny, similarity, strict=True):
        taker = int(row.argmax())
        members = points[labels == taker]
        middle = centroids(members, np.zeros(len(members), np.intp), 1)[0]
        if row[taker] >= np.quantile(members @ middle, 0.25):
            kept[turn] = taker
    return kept


def _finished(vectors: Vectors, labels: Labels, points: Vectors, silhouette: float) -> Clusters:
    """Numbered by falling size, then by first turn, with how sure each turn and how coherent each cluster is."""
    found, first, sizes = np.unique(labels[labels >= 0], return_index=True, return_counts=True)
    order = found[np.lexsort((first, -sizes))]
    renumbered = np.full(len(labels), -1, np.intp)
    for new, old in enumerate(order):
        renumbered[labels == old] = new
    coherence = np.zeros(len(order), np.float32)
    own = centroids(vectors, renumbered, len(order))
    means = centroids(points, renumbered, len(order))
    confidence = np.zeros(len(labels), np.float32)
    for label in range(len(order)):
        members = renumbered == label
        similarity = points[members] @ means.T
        odds = np.exp((similarity - similarity[:, [label]]) / _TEMPERATURE)
        confidence[members] = 1 / odds.sum(axis=1)
        coherence[label] = (vectors[members] @ own[label]).mean()
    return Clusters(
        labels=renumbered, confidence=confidence, coherence=coherence, points=points,
        silhouette=round(silhouette, 4),
    )  # fmt: skip
