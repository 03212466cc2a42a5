"""Names and tokens as 64 bits, the same on every machine."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Hashes = NDArray[np.uint64]


def hashed(texts: Sequence[str]) -> Hashes:
    """64 bits for each text (n,)."""
    return np.array([hash_of(text) for text in texts], np.uint64)


@lru_cache(maxsize=1 << 18)
def hash_of(text: str) -> int:
    """64 bits of a text."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little")
