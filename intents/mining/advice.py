"""What a reviewer should look at: intents that may be one, intents that may be two, and what is covered when."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from intents.mining.vectors import Vectors, centroids, unit
from intents.transcripts.conversation import Conversation

_MERGE = 0.35  # cosine of two intents' centroids in the refined space
_SPLIT = 0.4  # silhouette of an intent's two halves
_APART = 0.7  # two halves whose centroids are more alike say the same, however tidily they part
_LEAST_HALF = 8
_MOST = 1_500  # turns of one intent that are looked at
_MOST_PERIODS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge:
    """Two intents that stand close together."""

    one: str
    other: str
    similarity: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """An intent that falls into two: the halves' sizes and the indices of turns that are typical of each."""

    intent: str
    sizes: tuple[int, int]
    typical: tuple[tuple[int, ...], tuple[int, ...]]
    silhouette: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """A month or a day: its conversations, and in how many a problem turn has an intent."""

    label: str
    conversations: int
    covered: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """What is said about the intents as a whole.

    Attributes:
        places: intent → x and y on the map, 0…1; what is alike is close.
    """

    places: Mapping[str, tuple[float, float]]
    merges: tuple[Merge, ...]
    splits: tuple[Split, ...]
    periods: tuple[Period, ...]


def advise(
    names: Sequence[str], members: Sequence[NDArray[np.intp]], points: Vectors, periods: Sequence[Period]
) -> Advice:
    """Advice on intents, with the indices of their turns, from the turns' points (n, d) in the refined space."""
    labels = np.full(len(points), -1, np.intp)
    for label, turns in enumerate(members):
        labels[turns] = label
    means = centroids(points, labels, len(names))
    splits = (_split(name, turns, points) for name, turns in zip(names, members, strict=True))
    return Advice(
        places=dict(zip(names, _map(means), strict=True)), merges=_merges(names, means),
        splits=tuple(split for split in splits if split), periods=tuple(periods),
    )  # fmt: skip


def periods_of(conversations: Iterable[Conversation], covered: set[str]) -> list[Period]:
    """The history by month, or by day where it is shorter than three months; conversations without a time aside."""
    dated = [
        (min(times), conversation.id)
        for conversation in conversations
        if (times := [turn.time for turn in conversation.turns if turn.time])
    ]
    if not dated:
        return []
    days = (max(dated)[0] - min(dated)[0]).days
    form = "%Y-%m-%d" if days < 90 else "%Y-%m" if days < 30 * _MOST_PERIODS else "%Y"
    total = Counter(time.strftime(form) for time, _ in dated)
    found = Counter(time.strftime(form) for time, id in dated if id in covered)
    return [Period(label=label, conversations=total[label], covered=found[label]) for label in sorted(total)]


def _merges(names: Sequence[str], means: Vectors) -> tuple[Merge, ...]:
    """Pairs that are each other's nearest and close, the closest first."""
    if len(names) < 2:
        return ()
    similarity = means @ means.T
    np.fill_diagonal(similarity, -1)
    nearest = similarity.argmax(axis=1)
    pairs = [
        Merge(one=names[one], other=names[other], similarity=round(float(similarity[one, other]), 2))
        for one, other in enumerate(nearest)
        if nearest[other] == one and one < other and similarity[one, other] >= _MERGE
    ]
    return tuple(sorted(pairs, key=lambda pair: (-pair.similarity, pair.one)))


def _split(name: str, turns: NDArray[np.intp], points: Vectors) -> Split | None:
    from scipy.cluster.hierarchy import fcluster, linkage
    from sklearn.metrics import silhouette_score

    turns = turns[:: len(turns) // _MOST + 1]
    if len(turns) < 2 * _LEAST_HALF:
        return None
    own = points[turns]
    halves = fcluster(linkage(own, method="ward"), 2, criterion="maxclust").astype(np.intp)
    sizes = (int((halves == 1).sum()), int((halves == 2).sum()))
    if min(sizes) < _LEAST_HALF:
        return None
    silhouette = float(silhouette_score(own, halves, metric="cosine"))
    first, second = centroids(own, halves - 1, 2)
    if silhouette < _SPLIT or first @ second > _APART:
        return None
    one, other = (_typical(turns[halves == half], own[halves == half]) for half in (1, 2))
    return Split(intent=name, sizes=sizes, typical=(one, other), silhouette=round(silhouette, 2))


def _typical(turns: NDArray[np.intp], points: Vectors) -> tuple[int, ...]:
    middle = unit(points.mean(axis=0, keepdims=True))[0]
    return tuple(int(turns[index]) for index in np.argsort(-(points @ middle), kind="stable")[:2])


def _map(means: Vectors) -> list[tuple[float, float]]:
    """Places on a map, from the centroids' distances (classical scaling), each axis stretched to 0…1."""
    if len(means) < 3:
        return [(0.3 + 0.4 * place, 0.5) for place in range(len(means))]
    centred = means - means.mean(axis=0)
    left, spread, _ = np.linalg.svd(centred, full_matrices=False)
    flat = left[:, :2] * spread[:2]
    flat *= np.sign(flat[np.abs(flat).argmax(axis=0), [0, 1]])  # the sign is arbitrary else
    ranks = np.argsort(np.argsort(flat, axis=0, kind="stable"), axis=0) / (len(means) - 1)
    low, high = flat.min(axis=0), flat.max(axis=0)
    spaced = 0.5 * ranks + 0.5 * (flat - low) / np.maximum(high - low, 1e-9)  # crowds are drawn apart
    return [(round(float(x), 4), round(float(y), 4)) for x, y in spaced]
