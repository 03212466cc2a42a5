"""BM25 over words and pieces of words."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from encoders.errors import ArtifactError
from knowledge.tokens import grams, words

PIECE = "~"
"""Marks pieces of words, so that they are no words."""


class LexicalIndex:
    """BM25 (Robertson and Zaragoza, "The Probabilistic Relevance Framework", 2009) by bm25s.

    Pieces of words stand beside the words: a typing error costs a word but not all of its pieces.
    """

    def __init__(self, retriever: Any) -> None:
        """Use `build` or `load`."""
        self._retriever = retriever
        self._vocabulary = retriever.vocab_dict

    @classmethod
    def build(cls, texts: Sequence[str]) -> LexicalIndex:
        """Index texts; their numbers are their places."""
        bm25s = _bm25s()
        retriever = bm25s.BM25(k1=1.2, b=0.6)
        retriever.index([tokens(text) for text in texts], show_progress=False)
        return cls(retriever)

    def scores(self, query: str) -> NDArray[np.float64]:
        """A score for every text (n,): the share of the query's best possible score, about 0…1."""
        known = [token for token in tokens(query) if token in self._vocabulary]
        if not known:
            return np.zeros(self._retriever.scores["num_docs"])
        found = np.asarray(self._retriever.get_scores(known), float)
        return found / (len(known) * self._ceiling)

    @property
    def _ceiling(self) -> float:
        data = self._retriever.scores["data"]
        return float(np.percentile(data, 95)) if len(data) else 1.0

    def save(self, folder: Path) -> None:
        """Write arrays and JSON into `folder`."""
        self._retriever.save(folder, show_progress=False)

    @classmethod
    def load(cls, folder: Path) -> LexicalIndex:
        """The inverse of `save`.

        Raises:
            ArtifactError: when it cannot be read.
        """
        bm25s = _bm25s()
        try:
            return cls(bm25s.BM25.load(folder, load_corpus=False))
        except (OSError, ValueError, KeyError) as error:
            raise ArtifactError(f"The lexical index {folder} cannot be read: {error}") from error


def tokens(text: str) -> list[str]:
    """Words, then marked pieces of words."""
    return words(text) + [PIECE + gram for gram in grams(text)]


def _bm25s() -> Any:
    """The library, which sets its logger to DEBUG when it is imported, quieted."""
    import bm25s

    logging.getLogger("bm25s").setLevel(logging.WARNING)
    return bm25s
