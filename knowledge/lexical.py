"""BM25 over words and pieces of words, as arrays that can be mapped from disk and added to.

Own code, not bm25s: a live index scores a few new passages by the statistics of many old ones, and a large one is
opened without reading its vocabulary.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from knowledge.counted import counted, query_tokens
from knowledge.hashes import Hashes
from knowledge.sums import Postings, Sums

K1, B = 1.2, 0.6
_ARRAYS = ("tokens", "weights", "starts", "texts", "impacts")


@dataclass(frozen=True, slots=True, kw_only=True)
class LexicalIndex:
    """BM25 (Robertson and Zaragoza, "The Probabilistic Relevance Framework", 2009) in its Lucene form.

    Pieces of words stand beside the words: a typing error costs a word but not all of its pieces.

    Attributes:
        tokens: (v,) hashes, sorted. weights: (v,) inverse document frequencies.
        starts: (v + 1,) where a token's postings begin. texts, impacts: (p,) the postings.
        count: texts. mean_length: in tokens. ceiling: about the largest impact that a token has in practice.
    """

    tokens: Hashes
    weights: NDArray[np.float32]
    starts: NDArray[np.int64]
    texts: NDArray[np.int32]
    impacts: NDArray[np.float32]
    count: int
    mean_length: float
    ceiling: float

    @classmethod
    def build(cls, texts: Sequence[str], *, like: LexicalIndex | None = None) -> LexicalIndex:
        """Index texts; their numbers are their places. `like`: weigh as that larger index does."""
        every = counted(texts)
        of = np.repeat(np.arange(len(texts), dtype=np.int32), every.sizes)
        lengths = np.bincount(of, weights=every.times, minlength=len(texts)).astype(np.float32)
        mean_length = like.mean_length if like else float(lengths.mean()) if len(lengths) else 1.0
        found_in = np.bincount(every.token, minlength=len(every.tokens))
        weights = like.weight_of(every.tokens) if like else _weights(found_in, len(texts))
        damped = every.times + K1 * (1 - B + B * lengths / max(mean_length, 1e-9))[of]
        impacts = (weights[every.token] * every.times / damped).astype(np.float32)
        order = np.argsort(every.token, kind="stable")
        return cls(
            tokens=every.tokens,
            weights=weights,
            starts=np.concatenate([[0], np.cumsum(found_in)]).astype(np.int64),
            texts=of[order],
            impacts=impacts[order],
            count=len(texts),
            mean_length=mean_length,
            ceiling=like.ceiling if like else _ceiling(impacts),
        )

    def weight_of(self, tokens: Hashes) -> NDArray[np.float32]:
        """The weights of tokens; one that no text has weighs as one that a single text had would."""
        place = np.minimum(np.searchsorted(self.tokens, tokens), max(0, len(self.tokens) - 1))
        rare = _weights(np.array([1]), max(1, self.count))[0]
        if not len(self.tokens):
            return np.full(len(tokens), rare, np.float32)
        return np.where(self.tokens[place] == tokens, self.weights[place], rare).astype(np.float32)

    def known(self, tokens: Hashes) -> NDArray[np.bool_]:
        """Which of the tokens some text has."""
        if not len(self.tokens):
            return np.zeros(len(tokens), bool)
        place = np.minimum(np.searchsorted(self.tokens, tokens), len(self.tokens) - 1)
        return np.asarray(self.tokens[place] == tokens)

    def postings(self, tokens: Hashes) -> list[Postings]:
        """The texts and impacts of those of the tokens that some text has."""
        places = np.searchsorted(self.tokens, tokens[self.known(tokens)])
        spans = [slice(int(self.starts[place]), int(self.starts[place + 1])) for place in places]
        return [(self.texts[span], self.impacts[span]) for span in spans]

    def sums(self, tokens: Hashes) -> Sums:
        """BM25 of the texts for the tokens of a query."""
        return Sums(self.postings(tokens), self.count)

    def scores(self, query: str) -> NDArray[np.float32]:
        """A score for every text (n,): the share of the query's best possible score, about 0…1."""
        asked = query_tokens(query)
        best = max(1, int(self.known(asked).sum())) * self.ceiling
        return self.sums(asked).of(np.arange(self.count)) / best

    def save(self, folder: Path) -> dict[str, Any]:
        """Write the arrays into `folder`; give the numbers that `load` wants back."""
        folder.mkdir()
        for name in _ARRAYS:
            np.save(folder / f"{name}.npy", getattr(self, name), allow_pickle=False)
        return {"count": self.count, "mean_length": self.mean_length, "ceiling": self.ceiling}

    @classmethod
    def load(cls, folder: Path, numbers: dict[str, Any]) -> LexicalIndex:
        """The inverse of `save`; the arrays stay on disk and are read where they are needed.

        Raises:
            OSError, ValueError, TypeError: when it cannot be read.
        """
        arrays: dict[str, Any] = {
            name: np.load(folder / f"{name}.npy", mmap_mode="r", allow_pickle=False) for name in _ARRAYS
        }
        return cls(**arrays, **numbers)


def _weights(found_in: NDArray[Any], texts: int) -> NDArray[np.float32]:
    return np.log1p((texts - found_in + 0.5) / (found_in + 0.5)).astype(np.float32)


def _ceiling(impacts: NDArray[np.float32]) -> float:
    return float(np.percentile(impacts, 95)) if len(impacts) else 1.0
