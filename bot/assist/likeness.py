"""How alike two replies are by their letters: whether an agent sent a suggestion, changed or not."""

from __future__ import annotations

import math
import re
from collections import Counter
from functools import lru_cache

from encoders.text import HAN

SAME = 0.6
"""From here on a reply counts as a changed suggestion."""
_NOT_WORDS = re.compile(r"[\W_]+")


def likeness(one: str, other: str) -> float:
    """Cosine of the counts of letter trigrams (of Chinese: bigrams), from 0 to 1; case and punctuation aside."""
    first, second = _grams(one), _grams(other)
    common = sum(count * second[gram] for gram, count in first.items())
    return common / (_length(first) * _length(second)) if common else 0.0


@lru_cache(maxsize=4096)
def _grams(text: str) -> Counter[str]:
    size = 2 if HAN.search(text) else 3
    plain = _NOT_WORDS.sub(" ", text.casefold()).strip()
    places = range(max(len(plain) - size + 1, 1)) if plain else ()
    return Counter(plain[place : place + size] for place in places)


def _length(counts: Counter[str]) -> float:
    return math.sqrt(sum(count * count for count in counts.values()))
