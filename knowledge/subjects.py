"""What a conversation is about: the places, products and topics that it named.

"Does it have parking?" can only be answered for the hotel that was named turns ago. Titles of documents and values
of their metadata are the names; how much of a name a turn holds, weighted by how telling its pieces are, and how
long ago, says how much the conversation is about its documents.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from knowledge.hashes import hash_of, hashed
from knowledge.lexical import LexicalIndex
from knowledge.spans import spans
from knowledge.tokens import grams

MOST_TURNS = 16
FADING = 0.9
"""A name counts for this share of itself with each turn that has passed since."""
SHARPNESS = 3
"""Coverage is raised to this power: half a name is much less than half the evidence."""
LONGEST = 60
"""In characters: longer titles are sentences, not names."""
TOO_COMMON = 2000
"""A piece that more names than this have tells nothing apart."""
LEAST = 1e-3
"""What is less than this is about nothing."""
_HEAD = re.compile(r"\s*(?: › |:\s|：|\s[–—|-]\s)")
_NO_NAME = re.compile(r"[?？]\s*$|^https?://|^[\d\s:./-]*$")
_ARRAYS = ("wholes", "telling", "starts", "documents")


@dataclass(frozen=True, slots=True, kw_only=True)
class Subjects:
    """Names and the documents they belong to.

    Attributes:
        pieces: the pieces of the names; its texts are the names.
        wholes: (names,) the weight of all of a name's pieces.
        telling: (names,) 1 for the name of one document, towards 0 for one that all have.
        starts, documents: the documents of name n are `documents[starts[n]:starts[n + 1]]`.
        count: documents.
    """

    pieces: LexicalIndex
    wholes: NDArray[np.float32]
    telling: NDArray[np.float32]
    starts: NDArray[np.int64]
    documents: NDArray[np.int32]
    count: int

    @classmethod
    def build(cls, names: Sequence[Sequence[str]]) -> Subjects:
        """From the names of each document."""
        of: dict[str, list[int]] = {}
        for document, own in enumerate(names):
            for name in dict.fromkeys(own):
                of.setdefault(name, []).append(document)
        pieces = pieces_of(list(of))
        wholes = np.zeros(len(of), np.float32)
        np.add.at(wholes, pieces.texts, pieces.impacts)
        shared = np.array([len(one) for one in of.values()], float)
        return cls(
            pieces=pieces,
            wholes=np.maximum(wholes, 1e-6),
            telling=_telling(shared, len(names)),
            starts=np.concatenate([[0], np.cumsum(shared)]).astype(np.int64),
            documents=np.array([document for one in of.values() for document in one], np.int32),
            count=len(names),
        )

    def scores(self, turns: Sequence[str]) -> NDArray[np.float32]:
        """How much a conversation is about each document (n,), from 0 to 1; `turns` newest first."""
        if not turns or not len(self.wholes):
            return np.zeros(self.count, np.float32)
        scores = np.zeros(self.count, np.float32)
        for age, turn in enumerate(turns[:MOST_TURNS]):
            names, covered = self._named(turn)
            telling = FADING**age * covered**SHARPNESS * self.telling[names]
            named = np.flatnonzero(telling > LEAST)
            begins, ends = self.starts[names[named]], self.starts[names[named] + 1]
            places, of = spans(begins, ends)
            np.maximum.at(scores, self.documents[places], telling[named][of])
        return scores

    def _named(self, turn: str) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """The names that share pieces with a turn, and how much of each the turn holds."""
        shared = self.pieces.postings(hashed(sorted(set(grams(turn)))))
        if not shared:
            return np.zeros(0, np.int32), np.zeros(0, np.float32)
        every = np.concatenate([texts for texts, _ in shared])
        names, place = np.unique(every, return_inverse=True)
        held = np.bincount(place, weights=np.concatenate([impacts for _, impacts in shared]))
        return names, (held / self.wholes[names]).astype(np.float32)

    def save(self, folder: Path) -> dict[str, Any]:
        """Write the arrays into `folder`; give the numbers that `load` wants back."""
        folder.mkdir()
        for name in _ARRAYS:
            np.save(folder / f"{name}.npy", getattr(self, name), allow_pickle=False)
        return {"count": self.count, "pieces": self.pieces.save(folder / "pieces")}

    @classmethod
    def load(cls, folder: Path, numbers: Mapping[str, Any]) -> Subjects:
        """The inverse of `save`.

        Raises:
            OSError, ValueError, TypeError, KeyError: when it cannot be read.
        """
        arrays: dict[str, Any] = {
            name: np.load(folder / f"{name}.npy", allow_pickle=False) for name in _ARRAYS
        }
        pieces = LexicalIndex.load(folder / "pieces", numbers["pieces"])
        return cls(pieces=pieces, count=int(numbers["count"]), **arrays)


def names_of(title: str, metadata: Mapping[str, Any]) -> tuple[str, ...]:
    """What a document may be called in a conversation: its title, that without a tail, and texts of its metadata."""
    return tuple(dict.fromkeys(_names(title, metadata)))


def _names(title: str, metadata: Mapping[str, Any]) -> Iterator[str]:
    for text in (title, _HEAD.split(title, maxsplit=1)[0], *metadata.values()):
        if isinstance(text, str) and 1 < len(text.strip()) <= LONGEST and not _NO_NAME.search(text):
            yield text.strip().lower()


def _telling(shared: NDArray[Any], documents: int) -> NDArray[np.float32]:
    if documents < 2:
        return np.ones(len(shared), np.float32)
    return np.asarray(np.clip(1.0 - np.log(shared) / np.log(documents), 0.0, 1.0), np.float32)


def pieces_of(names: Sequence[str]) -> LexicalIndex:
    """An index in which a piece's impact is its weight alone, and pieces of too many names have none."""
    hashes, sizes = array("Q"), array("q")
    for name in names:
        own = set(grams(name))
        hashes.extend(map(hash_of, own))
        sizes.append(len(own))
    flat = np.array(hashes, np.uint64)
    of = np.repeat(np.arange(len(names), dtype=np.int32), np.array(sizes, np.int64))
    vocabulary, token, found_in = np.unique(flat, return_inverse=True, return_counts=True)
    weights = np.log1p(len(names) / np.maximum(found_in, 1)).astype(np.float32)
    kept = found_in[token] <= TOO_COMMON if len(token) else np.zeros(0, bool)
    order = np.argsort(token[kept], kind="stable")
    counts = np.bincount(token[kept], minlength=len(vocabulary))
    return LexicalIndex(
        tokens=vocabulary,
        weights=weights,
        starts=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        texts=of[kept][order],
        impacts=weights[token[kept]][order],
        count=len(names),
        mean_length=1.0,
        ceiling=1.0,
    )
