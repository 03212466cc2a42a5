"""Examples that are there more than once, and those whose copies have another intent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from encoders.text import normalise
from intents.examples import Example

NEAR = 0.8
"""From this share of common character pieces on, two texts are nearly the same."""

_BLOCK = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class Copies:
    """Rows of examples that say the same, in the order of the data.

    Attributes:
        alike: 1 for the same text, case, spacing and punctuation at the end aside; else the least share of
            common pieces that joins them.
    """

    rows: tuple[int, ...]
    alike: float


def exact_copies(examples: Sequence[Example]) -> list[Copies]:
    """Groups of examples with the same text."""
    groups: dict[str, list[int]] = {}
    for row, example in enumerate(examples):
        groups.setdefault(folded(example.text), []).append(row)
    return [Copies(rows=tuple(rows), alike=1.0) for rows in groups.values() if len(rows) > 1]


def near_copies(examples: Sequence[Example]) -> list[Copies]:
    """Groups of examples that differ in little: a word more, a typing error. Exact copies count once.

    Two texts are compared by their sets of character pieces (Jaccard's index, 1912); what is near to a member
    of a group belongs to it.
    """
    first: dict[str, int] = {}
    for row, example in enumerate(examples):
        first.setdefault(folded(example.text), row)
    rows = list(first.values())
    pairs = _near_pairs(list(first))
    parent = list(range(len(rows)))
    least: dict[int, float] = {}
    for one, other, alike in sorted(pairs, key=lambda pair: -pair[2]):
        roots = {_root(parent, one), _root(parent, other)}
        keep = min(roots)
        least[keep] = min(alike, *(least.get(root, 1.0) for root in roots))
        for root in roots:
            parent[root] = keep
    groups: dict[int, list[int]] = {}
    for place, row in enumerate(rows):
        groups.setdefault(_root(parent, place), []).append(row)
    return [
        Copies(rows=tuple(members), alike=round(least[root], 3))
        for root, members in groups.items()
        if len(members) > 1
    ]


def folded(text: str) -> str:
    """A text without what makes no difference: case, width, spacing, marks at the end."""
    return normalise(text).lower().rstrip(" .!?。！？,，~…")


def pieces(text: str) -> set[str]:
    """Runs of three characters, the ends marked; a typing error changes few of them."""
    marked = f"\x02{text}\x03"
    return {marked[at : at + 3] for at in range(max(1, len(marked) - 2))}


def _near_pairs(texts: Sequence[str]) -> list[tuple[int, int, float]]:
    """Pairs (i < j, share) of at least NEAR, block by block, so that memory stays bounded."""
    from scipy.sparse import csr_matrix

    if len(texts) < 2:
        return []
    sets = [pieces(text) for text in texts]
    number: dict[str, int] = {}
    columns = [number.setdefault(piece, len(number)) for one in sets for piece in sorted(one)]
    ends = np.cumsum([0, *map(len, sets)])
    matrix = csr_matrix((np.ones(len(columns), np.float32), columns, ends), shape=(len(sets), len(number)))
    sizes = np.diff(ends).astype(np.float32)
    found: list[tuple[int, int, float]] = []
    for start in range(0, len(sets), _BLOCK):
        common = (matrix[start : start + _BLOCK] @ matrix.T).toarray()
        found += _above(common, sizes[start : start + _BLOCK], sizes, start)
    return found


def _above(
    common: NDArray[np.float32], left: NDArray[np.float32], right: NDArray[np.float32], start: int
) -> list[tuple[int, int, float]]:
    share = common / (left[:, None] + right[None, :] - common)
    rows, columns = np.nonzero(share >= NEAR)
    return [
        (int(row) + start, int(column), float(share[row, column]))
        for row, column in zip(rows, columns, strict=True)
        if row + start < column
    ]


def _root(parent: list[int], place: int) -> int:
    while parent[place] != place:
        parent[place] = parent[parent[place]]
        place = parent[place]
    return place
