"""A text in the pieces that a person would point at: words, Chinese words, signs and emoji."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from encoders.chinese import chinese_words
from encoders.text import HAN

MOST, FEWEST = 48, 8
"""Texts of more words are cut into pieces of several: at most MOST, and fewer of a long text."""
_CHARACTERS = 12_000
"""What all the texts that lack one piece may come to, so that explaining a long message takes no minutes."""

_RUN = re.compile(
    rf"(?P<han>(?:{HAN.pattern})+)|(?:(?!{HAN.pattern})[^\W_])+(?:['’-](?:(?!{HAN.pattern})[^\W_])+)*"
    r"|[^\s\w](?:[\ufe0f\u200d\U0001f3fb-\U0001f3ff]+[^\s\w]?)*|_+"
)


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of a text, from the character `start` up to `end`."""

    start: int
    end: int


def segments(text: str) -> list[Segment]:
    """At most MOST pieces, in order and apart; what stands between them is space."""
    words = list(_words(text))
    most = max(FEWEST, min(MOST, _CHARACTERS // max(1, len(text))))
    size = -(-len(words) // most)  # rounded up
    if size <= 1:
        return words
    return [
        Segment(words[at].start, words[min(at + size, len(words)) - 1].end)
        for at in range(0, len(words), size)
    ]


def _words(text: str) -> Iterator[Segment]:
    for match in _RUN.finditer(text):
        if not match["han"]:
            yield Segment(match.start(), match.end())
            continue
        at = match.start()
        for word in chinese_words().cut(match.group()):
            yield Segment(at, at + len(word))
            at += len(word)
