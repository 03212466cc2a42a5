"""Clusters beside the intents that a project has already: grow one, overlap with one, or new."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from intents.mining.vectors import Vectors, centre

Status = Literal["new", "grows", "overlaps"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """How a cluster stands to the known intents; `share` of its turns are closest to `intent`."""

    status: Status
    intent: str | None = None
    share: float = 0.0


NEW = Match(status="new")


def match_known(
    vectors: Vectors, labels: Sequence[int], languages: Sequence[str],
    known_vectors: Vectors, known: Sequence[tuple[str, str]],
) -> tuple[list[Match], list[str | None]]:  # fmt: skip
    """For each cluster 0… how it matches the `known` examples' (intent, language), and for each turn its vote.

    Each turn votes for the intent of its nearest known example, unless that one is farther than the known
    examples of one intent usually are from each other (their 10th percentile). Half of the turns make the
    cluster part of the intent (`grows`), a quarter make it `overlaps`; one turn alone makes nothing.
    """
    count = max(labels, default=-1) + 1
    if not known:
        return [NEW] * count, [None] * len(vectors)
    together = centre(np.vstack([vectors, known_vectors]), [*languages, *(language for _, language in known)])
    turns, examples = together[: len(vectors)], together[len(vectors) :]
    intents = np.array([intent for intent, _ in known])
    far = _usual_similarity(examples, intents)
    votes: list[str | None] = []
    for start in range(0, len(turns), 1024):
        similarity = turns[start : start + 1024] @ examples.T
        votes += [str(intents[row.argmax()]) if row.max() >= far else None for row in similarity]
    sizes = Counter(labels)
    of_cluster: list[Counter[str]] = [Counter() for _ in range(count)]
    for label, vote in zip(labels, votes, strict=True):
        if label >= 0 and vote is not None:
            of_cluster[label][vote] += 1
    return [_match(of_cluster[label], sizes[label]) for label in range(count)], votes


def contradicted(labels: Sequence[int], matches: Sequence[Match], votes: Sequence[str | None]) -> list[bool]:
    """Per turn, whether its cluster grows a known intent while the turn itself is nearest to another one.

    Such turns would teach an intent what a person has put into another.
    """
    grown = [match.intent if match.status == "grows" else None for match in matches]
    return [
        label >= 0 and None not in (grown[label], vote) and grown[label] != vote
        for label, vote in zip(labels, votes, strict=True)
    ]


def _usual_similarity(examples: Vectors, intents: np.ndarray) -> float:
    """The 10th percentile of the similarity of an example to the nearest other one of its intent."""
    nearest: list[float] = []
    for intent in np.unique(intents):
        own = examples[intents == intent]
        if len(own) > 1:
            similarity = own @ own.T
            np.fill_diagonal(similarity, -1)
            nearest.extend(similarity.max(axis=1).tolist())
    return float(np.quantile(nearest, 0.1)) if nearest else 0.5


def _match(votes: Counter[str], size: int) -> Match:
    if not votes:
        return NEW
    intent, number = min(votes.items(), key=lambda vote: (-vote[1], vote[0]))
    share = round(number / size, 3)
    if share < 0.25 or number < 2:
        return NEW
    return Match(status="grows" if share >= 0.5 else "overlaps", intent=intent, share=share)
