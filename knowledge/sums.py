"""BM25 of one query over all texts: what many of them share is only looked up for those that are asked for."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from knowledge.spans import Numbers

MOST_POSTINGS = 300_000
"""So many are added up for every text, the rarest tokens' first; up to some 100,000 texts these are all."""
PROMISING = 5
"""So many times the texts wanted are looked at again with all tokens."""
Postings = tuple[NDArray[np.int32], NDArray[np.float32]]


class Sums:
    """The scores of texts for a query.

    Tokens that a large part of the texts has weigh little and take long to add up: after Turtle and Flood ("Query
    evaluation: strategies and optimizations", 1995), which texts are best is first judged without them.
    """

    def __init__(self, postings: Sequence[Postings], count: int) -> None:
        """Add up.

        Args:
            postings: texts, ascending, and impacts of each token. count: texts.
        """
        rarest = sorted(postings, key=lambda one: len(one[0]))
        until = np.cumsum([len(texts) for texts, _ in rarest])
        added = max(1, int(np.searchsorted(until, MOST_POSTINGS, side="right")))
        self._common = rarest[added:]
        self._sums = np.zeros(count, np.float32)
        for texts, impacts in rarest[:added]:
            self._sums[texts] += impacts

    def of(self, numbers: Numbers) -> NDArray[np.float32]:
        """The scores of texts (n,), with all tokens."""
        scores = self._sums[numbers]
        for texts, impacts in self._common:
            place = np.minimum(np.searchsorted(texts, numbers), len(texts) - 1)
            scores += np.where(texts[place] == numbers, impacts[place], 0.0)
        return scores

    def largest(self, count: int, *, barred: NDArray[np.bool_] | None = None) -> Numbers:
        """The numbers of the `count` best texts; `barred` (n,) ones are not among them."""
        if barred is not None:
            self._sums[barred] = 0.0
        promising = largest(self._sums, PROMISING * count if self._common else count)
        return promising[largest(self.of(promising), count)] if self._common else promising


def largest(values: NDArray[np.float32], count: int) -> Numbers:
    """The places of the `count` largest values above 0."""
    above = np.flatnonzero(values > 0)
    if len(above) > count:
        above = above[np.argpartition(-values[above], count)[:count]]
    return np.asarray(above, np.int64)
