"""What a unit looks like, and its neighbours: features that a linear model has weights for, as numbers."""

from __future__ import annotations

import unicodedata
import zlib
from collections.abc import Iterator, Sequence

from intents.tagging.units import Unit

LONGEST = 24
"""Characters of a unit that are looked at."""


def features(found: Sequence[Unit]) -> list[list[int]]:
    """For each unit the numbers (32 bits) of its features: words around it, its beginning and end, its shape.

    Numbers instead of words: a model keeps no words of its examples.
    """
    words = [_folded(unit.text) for unit in found]
    shapes = [_shape(unit.text) for unit in found]
    return [
        [zlib.crc32(one.encode("utf-8", "replace")) for one in _of(place, words, shapes)]
        for place in range(len(found))
    ]


def _of(place: int, words: Sequence[str], shapes: Sequence[str]) -> Iterator[str]:
    def word(at: int) -> str:
        return words[at] if 0 <= at < len(words) else "<" if at < 0 else ">"

    def shape(at: int) -> str:
        return shapes[at] if 0 <= at < len(words) else "<" if at < 0 else ">"

    mine = words[place]
    yield "bias"
    for step in (-2, -1, 0, 1, 2):
        yield f"w{step}={word(place + step)}"
        yield f"s{step}={shape(place + step)}"
    yield f"w-1,0={word(place - 1)},{mine}"
    yield f"w0,1={mine},{word(place + 1)}"
    yield f"w-1,1={word(place - 1)},{word(place + 1)}"
    yield f"s-1,0={shape(place - 1)},{shapes[place]}"
    yield f"s0,1={shapes[place]},{shape(place + 1)}"
    yield f"w-2,-1={word(place - 2)},{word(place - 1)}"
    for length in (1, 2, 3, 4):
        if len(mine) > length:
            yield f"p{length}={mine[:length]}"
            yield f"e{length}={mine[-length:]}"
    yield f"n={min(len(words), 6)},{min(place, 3)}"


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text[:LONGEST]).lower()


def _shape(text: str) -> str:
    """Xxx for Abc, d4 for 1234: upper case, lower case, digits with their number, others as they are."""
    plain = unicodedata.normalize("NFKC", text[:LONGEST])
    if plain.isdigit():
        return f"d{len(plain)}"
    kinds = "".join("X" if c.isupper() else "x" if c.isalpha() else c for c in plain)
    return kinds if len(kinds) < 4 else kinds[:2] + kinds[-1]
