"""A linear chain over tags: the best sequence, and how probable each tag is in its place.

After "Conditional Random Fields: Probabilistic Models for Segmenting and Labeling Sequence Data" (Lafferty et al.,
2001).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float32]

NEVER = -1e4
"""The score of what cannot follow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """What is added to the tags' own scores.

    Attributes:
        begin, end: (tags,) for a text's first and last tag. steps: (tags, tags) for one after the other.
    """

    begin: Scores
    end: Scores
    steps: Scores

    def best(self, scores: Scores) -> list[int]:
        """The best tags for their own scores (n, tags), n > 0 (Viterbi's algorithm)."""
        total, came = self.begin + scores[0], []
        for row in scores[1:]:
            paths = total[:, None] + self.steps
            came.append(paths.argmax(axis=0))
            total = paths.max(axis=0) + row
        tags = [int((total + self.end).argmax())]
        for earlier in reversed(came):
            tags.append(int(earlier[tags[-1]]))
        return tags[::-1]

    def marginals(self, scores: Scores) -> Scores:
        """The probability (n, tags) of each tag in each place (forward-backward)."""
        moves = np.exp(self.steps.astype(float))  # what cannot follow becomes 0
        ahead, back = np.empty(scores.shape), np.empty(scores.shape)
        ahead[0], back[-1] = self.begin + scores[0], self.end
        with np.errstate(divide="ignore"):  # the logarithm of 0 is as it should be
            for place in range(1, len(scores)):
                ahead[place] = np.log(_powers(ahead[place - 1]) @ moves) + scores[place]
            for place in range(len(scores) - 2, -1, -1):
                back[place] = np.log(moves @ _powers(scores[place + 1] + back[place + 1]))
        both = ahead + back
        powers = np.exp(both - both.max(axis=1, keepdims=True))
        result: Scores = (powers / powers.sum(axis=1, keepdims=True)).astype(np.float32)
        return result


def _powers(logs: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
    """e to them, the largest being 1: a factor for all of a place's tags changes none of their shares."""
    powers: NDArray[np.float64] = np.exp(logs - logs.max())
    return powers
