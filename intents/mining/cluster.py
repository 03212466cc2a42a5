"""Turns that state the same problem, put together; how many problems there are is read off the data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from intents.mining.vectors import Vectors, centroids

Granularity = Literal["coarse", "auto", "fine"]
Labels = NDArray[np.intp]

LARGEST = 8_000
"""Of more turns than this a sample is clustered, and the rest go to the nearest cluster."""

_SILHOUETTE_SAMPLE = 3_000
_TEMPERATURE = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Clusters:
    """A partition of n turns.

    Attributes:
        labels: (n,) cluster 0…count-1 by falling size, or -1 for a turn that is held back.
        confidence: (n,) the share of the turn's own cluster in a softmax over the similarities to all
            centroids; it ranks, and is no probability. 0 for a turn that is held back.
        coherence: (count,) mean cosine similarity of the members to their centroid.
        silhouette: of the cut that was chosen.
    """

    labels: Labels
    confidence: NDArray[np.float32]
    coherence: NDArray[np.float32]
    silhouette: float

    @property
    def count(self) -> int:
        return len(self.coherence)


def cluster(vectors: Vectors, *, granularity: Granularity = "auto", seed: int = 0) -> Clusters:
    """Cluster unit vectors (n, d): Ward's tree, cut where the clusters stand apart.

    `auto` takes the finest cut whose mean silhouette is within 3 % of the best one: a person merges two
    intents at a glance, but does not see that one is two. `coarse` takes the coarsest within 10 %, `fine`
    the finest within 10 % among up to twice as many clusters. A cluster of one turn goes to the nearest
    other cluster if it is as close to it as most of its members are; else it is held back.
    """
    total = len(vectors)
    if total < 4:
        return _finished(vectors, np.zeros(total, np.intp) if total else np.empty(0, np.intp), 0.0)
    chosen = np.arange(total)
    if total > LARGEST:
        chosen = np.sort(np.random.default_rng(seed).choice(total, LARGEST, replace=False))
    sample = vectors[chosen]
    own, score = _best_cut(sample, granularity, seed)
    labels = np.full(total, -1, np.intp)
    labels[chosen] = own
    if total > LARGEST:
        labels = _spread(vectors, labels)
    return _finished(vectors, _singletons_out(vectors, labels), score)


def candidate_counts(total: int, granularity: Granularity) -> list[int]:
    """Numbers of clusters worth trying for `total` turns, rising by about an eighth."""
    most = int(2 * np.sqrt(total) + 20) * (2 if granularity == "fine" else 1)
    most = max(2, min(most, total // 2))
    counts = [min(most, max(2, int(np.sqrt(total) / 2)))]  # two heaps are no intents, however far apart
    while counts[-1] < most:
        counts.append(min(most, max(counts[-1] + 1, round(counts[-1] * 1.125))))
    return counts


def _best_cut(vectors: Vectors, granularity: Granularity, seed: int) -> tuple[Labels, float]:
    from scipy.cluster.hierarchy import fcluster, linkage
    from sklearn.metrics import silhouette_score

    tree = linkage(vectors, method="ward")
    cuts: list[tuple[Labels, float]] = []
    for count in candidate_counts(len(vectors), granularity):
        labels = fcluster(tree, count, criterion="maxclust").astype(np.intp) - 1
        if 1 < len(np.unique(labels)) < len(vectors):
            size = min(len(vectors), _SILHOUETTE_SAMPLE)
            score = silhouette_score(vectors, labels, metric="cosine", sample_size=size, random_state=seed)
            cuts.append((labels, float(score)))
    if not cuts:
        return np.zeros(len(vectors), np.intp), 0.0
    best = max(score for _, score in cuts)
    slack = abs(best) * (0.03 if granularity == "auto" else 0.10)
    good = [cut for cut in cuts if cut[1] >= best - slack]
    return good[0] if granularity == "coarse" else good[-1]


def _spread(vectors: Vectors, labels: Labels) -> Labels:
    """Every turn without a cluster goes to the one with the nearest centroid."""
    means = centroids(vectors, labels, int(labels.max()) + 1)
    rest = np.flatnonzero(labels < 0)
    spread = labels.copy()
    for part in np.array_split(rest, max(1, len(rest) // 10_000)):
        spread[part] = (vectors[part] @ means.T).argmax(axis=1)
    return spread


def _singletons_out(vectors: Vectors, labels: Labels) -> Labels:
    """Clusters of one turn dissolved: into a neighbour that takes the turn as its own, else held back (-1)."""
    sizes = np.bincount(labels)
    alone = np.flatnonzero(sizes[labels] == 1)
    kept = labels.copy()
    kept[alone] = -1
    if not len(alone) or not (sizes > 1).any():
        return kept
    means = centroids(vectors, kept, len(sizes))
    similarity = vectors @ means.T
    for turn in alone:
        nearest = int(similarity[turn].argmax())
        members = kept == nearest
        if members.any() and similarity[turn, nearest] >= np.quantile(similarity[members, nearest], 0.25):
            kept[turn] = nearest
    return kept


def _finished(vectors: Vectors, labels: Labels, score: float) -> Clusters:
    """Numbered by falling size, then by first turn, with how sure each turn and how coherent each cluster is."""
    found = sorted(set(labels.tolist()) - {-1})
    order = sorted(found, key=lambda label: (-int((labels == label).sum()), int(np.argmax(labels == label))))
    renumbered = np.full(len(labels), -1, np.intp)
    for new, old in enumerate(order):
        renumbered[labels == old] = new
    confidence = np.zeros(len(labels), np.float32)
    coherence = np.zeros(len(order), np.float32)
    if order:
        similarity = vectors @ centroids(vectors, renumbered, len(order)).T
        for label in range(len(order)):
            members = renumbered == label
            odds = np.exp((similarity[members] - similarity[members, label][:, None]) / _TEMPERATURE)
            confidence[members] = 1 / odds.sum(axis=1)
            coherence[label] = similarity[members, label].mean()
    return Clusters(labels=renumbered, confidence=confidence, coherence=coherence, silhouette=round(score, 4))
