"""Intents that have too few examples, and pairs of intents that are not told apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from encoders.logistic import Floats
from intents.examples import OUT_OF_SCOPE
from intents.training.light import Indexes

FEW = 10
"""Intents with fewer examples than this are starved."""

_WEAK_RECALL = 0.6
_OVERLAP, _LEAST_CONFUSED = 0.1, 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Starved:
    """An intent with too few examples, or with so few that it is mostly missed.

    Attributes:
        recall: the share of its examples that the others' models recognise.
        missing: how many more examples to write.
    """

    intent: str
    examples: int
    recall: float
    missing: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlap:
    """Two intents whose examples are taken for each other.

    Attributes:
        rows: the examples that are. share: of all examples of both.
    """

    first: str
    second: str
    rows: tuple[int, ...]
    share: float


def starved(labels: Indexes, names: Sequence[str], probabilities: Floats) -> list[Starved]:
    """The smallest first. A weak recall counts only below the median size: else more of the same won't help."""
    guess = probabilities.argmax(axis=1)
    sizes = np.bincount(labels, minlength=len(names))
    inside = [number for number, name in enumerate(names) if name != OUT_OF_SCOPE]
    median = float(np.median(sizes[inside]))
    found = []
    for number in inside:
        size, recall = int(sizes[number]), float((guess[labels == number] == number).mean())
        if size < FEW or (recall < _WEAK_RECALL and size < median):
            missing = max(FEW, round(median)) - size
            found.append(Starved(intent=names[number], examples=size, recall=recall, missing=max(missing, 1)))
    return sorted(found, key=lambda one: (one.examples, one.intent))


def overlapping(labels: Indexes, names: Sequence[str], probabilities: Floats) -> list[Overlap]:
    """Pairs of intents of whose examples at least a tenth, and three, are taken for the other; most first."""
    guess = probabilities.argmax(axis=1)
    pairs: dict[tuple[int, int], list[int]] = {}
    for row in np.flatnonzero(guess != labels):
        pair = sorted((int(labels[row]), int(guess[row])))
        pairs.setdefault((pair[0], pair[1]), []).append(int(row))
    sizes = np.bincount(labels, minlength=len(names))
    found = [
        Overlap(
            first=names[one],
            second=names[other],
            rows=tuple(rows),
            share=len(rows) / int(sizes[one] + sizes[other]),
        )
        for (one, other), rows in pairs.items()
        if OUT_OF_SCOPE not in (names[one], names[other])
    ]
    kept = [one for one in found if len(one.rows) >= _LEAST_CONFUSED and one.share >= _OVERLAP]
    return sorted(kept, key=lambda one: (-one.share, one.first))
