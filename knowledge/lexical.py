"""BM25 over words and pieces of words, as arrays that can be mapped from disk and added to.

Own code, not bm25s: a live index scores a few new passages by the statistics of many old ones, and a large one is
opened without reading its vocabulary.
"""

from __future__ import annotations

import hashlib
from array import array
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from knowledge.tokens import grams, words

PIECE = "~"
"""Marks pieces of words, so that they are no words."""
K1, B = 1.2, 0.6
_ARRAYS = ("tokens", "weights", "starts", "texts", "impacts")
Hashes = NDArray[np.uint64]


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
        every, times, sizes = _counted(texts)
        of = np.repeat(np.arange(len(texts), dtype=np.int32), sizes)
        lengths = np.bincount(of, weights=times, minlength=len(texts)).astype(np.float32)
        mean_length = like.mean_length if like else float(lengths.mean()) if len(lengths) else 1.0
        vocabulary, token, found_in = np.unique(every, return_inverse=True, return_counts=True)
        weights = like.weight_of(vocabulary) if like else _weights(found_in, len(texts))
        damped = times + K1 * (1 - B + B * lengths[of] / max(mean_length, 1e-9))
        impacts = (weights[token] * times / damped).astype(np.float32)
        order = np.argsort(token, kind="stable")
        return cls(
            tokens=vocabulary,
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

    def sums(self, tokens: Hashes) -> NDArray[np.float32]:
        """BM25 of every text (n,) for the tokens of a query."""
        total = np.zeros(self.count, np.float32)
        for token in tokens[self.known(tokens)]:
            place = int(np.searchsorted(self.tokens, token))
            begin, end = int(self.starts[place]), int(self.starts[place + 1])
            total[self.texts[begin:end]] += self.impacts[begin:end]
        return total

    def scores(self, query: str) -> NDArray[np.float32]:
        """A score for every text (n,): the share of the query's best possible score, about 0…1."""
        asked = query_tokens(query)
        return self.sums(asked) / (max(1, int(self.known(asked).sum())) * self.ceiling)

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


def _counted(texts: Sequence[str]) -> tuple[Hashes, NDArray[np.float32], NDArray[np.int64]]:
    """The different tokens of all texts, how often each stands in its text, and how many each text has."""
    hashes, times, sizes = array("Q"), array("f"), array("q")
    for text in texts:
        counted = Counter(tokens(text))
        hashes.extend(map(_hash, counted))
        times.extend(counted.values())
        sizes.append(len(counted))
    return np.array(hashes, np.uint64), np.array(times, np.float32), np.array(sizes, np.int64)


def tokens(text: str) -> list[str]:
    """Words, then marked pieces of words."""
    return words(text) + [PIECE + gram for gram in grams(text)]


def query_tokens(text: str) -> Hashes:
    """The hashed tokens of a query."""
    return np.array([_hash(token) for token in tokens(text)], np.uint64)


def hashed(texts: Sequence[str]) -> Hashes:
    """64 bits for each text, the same on every machine."""
    return np.array([_hash(text) for text in texts], np.uint64)


@lru_cache(maxsize=1 << 18)
def _hash(token: str) -> int:
    return int.from_bytes(hashlib.blake2b(token.encode(), digest_size=8).digest(), "little")


def _weights(found_in: NDArray[Any], texts: int) -> NDArray[np.float32]:
    return np.log1p((texts - found_in + 0.5) / (found_in + 0.5)).astype(np.float32)


def _ceiling(impacts: NDArray[np.float32]) -> float:
    return float(np.percentile(impacts, 95)) if len(impacts) else 1.0
