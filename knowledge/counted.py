"""How often each token stands in each text: what an index of words is made from."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from encoders.progress import Progress, progress
from knowledge.hashes import Hashes, hash_of, hashed
from knowledge.tokens import grams, grams_of, is_stop_word, runs, stem, words, words_of

PIECE = "~"
"""Marks pieces of words, so that they are no words."""
MANY = 5_000
"""More texts than this are counted under a bar."""
RUNS_KEPT = 1 << 16
"""Texts repeat their words: what so many of them are made of is kept while counting."""
_Numbers = tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """The tokens of texts.

    Attributes:
        tokens: (v,) hashes, sorted.
        token: (p,) places in `tokens`, text after text. times: (p,) how often it stands in that text.
        sizes: (n,) how many different tokens each text has.
    """

    tokens: Hashes
    token: NDArray[np.int32]
    times: NDArray[np.float32]
    sizes: NDArray[np.int64]


def counted(texts: Sequence[str]) -> Counted:
    """The words, and marked pieces of words, of texts."""
    number: dict[int, int] = {}
    parts = _numbering(number)
    token, times, sizes = array("i"), array("f"), array("q")
    with _shown(len(texts)) as step:
        for text in texts:
            own = [parts(run) for run in runs(text)]
            telling = chain.from_iterable(one[0] for one in own)
            every = chain.from_iterable(one[1] for one in own)
            pieces = chain.from_iterable(one[2] for one in own)
            counts = Counter(chain(list(telling) or every, pieces))
            token.extend(counts)
            times.extend(counts.values())
            sizes.append(len(counts))
            step()
    hashes, place = _sorted(np.fromiter(number, np.uint64, len(number)), np.array(token, np.int32))
    return Counted(
        tokens=hashes,
        token=place,
        times=np.array(times, np.float32),
        sizes=np.array(sizes, np.int64),
    )


def _sorted(hashes: Hashes, token: NDArray[np.int32]) -> tuple[Hashes, NDArray[np.int32]]:
    """The hashes that some text has, in order, and each token's place among them."""
    used = np.flatnonzero(np.bincount(token, minlength=len(hashes)))
    order = used[np.argsort(hashes[used])]
    place = np.zeros(len(hashes), np.int32)
    place[order] = np.arange(len(order), dtype=np.int32)
    return hashes[order], place[token]


def _numbering(number: dict[int, int]) -> Callable[[str], tuple[_Numbers, _Numbers, _Numbers]]:
    """Gives the numbers of a run's words that are no stop words, of all its words, and of its pieces."""

    def of(tokens: list[str]) -> _Numbers:
        return tuple(number.setdefault(hash_of(token), len(number)) for token in tokens)

    @lru_cache(maxsize=RUNS_KEPT)
    def parts(run: str) -> tuple[_Numbers, _Numbers, _Numbers]:
        own = words_of(run)
        telling = of([stem(word) for word in own if not is_stop_word(word)])
        return telling, of([stem(word) for word in own]), of([PIECE + gram for gram in grams_of(run)])

    return parts


@contextmanager
def _shown(texts: int) -> Iterator[Progress]:
    if texts <= MANY:
        yield _quiet
        return
    with progress("Counting words", texts) as step:
        yield step


def _quiet(steps: int = 1, note: str = "") -> None:
    """No bar."""


def tokens(text: str) -> list[str]:
    """Words, then marked pieces of words."""
    return words(text) + [PIECE + gram for gram in grams(text)]


def query_tokens(text: str) -> Hashes:
    """The hashed tokens of a query."""
    return hashed(tokens(text))
