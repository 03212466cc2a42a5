"""A linear chain over tags: the best sequence, and how probable each tag is in its place.

After "Conditional Random Fields: Probabilistic Models for Segmenting and Labeling Sequence Data" (Lafferty et al.,
2001).
"""

from __future__ import annotations

from dataclasses import dataclass

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
        count = len(scores)
        ahead, back = np.empty_like(scores), np.empty_like(scores)
        ahead[0], back[-1] = self.begin + scores[0], self.end
        for place in range(1, count):
            ahead[place] = _total(ahead[place - 1][:, None] + self.steps, 0) + scores[place]
        for place in range(count - 2, -1, -1):
            back[place] = _total(self.steps + (scores[place + 1] + back[place + 1])[None, :], 1)
        both = ahead + back
        result: Scores = np.exp(both - _total(both, 1)[:, None])
        return result


def _total(values: Scores, axis: int) -> Scores:
    """log Σ exp."""
    peak = values.max(axis=axis, keepdims=True)
    total: Scores = np.log(np.exp(values - peak).sum(axis=axis)) + peak.squeeze(axis)
    return total
