"""Phrases with slips of the pen: within a small edit distance, at word boundaries, where a project asks for it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

_WORD: Final = re.compile(r"\w+", re.UNICODE)
_UNSPACED: Final = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")
SHORTEST: Final = 4
"""Shorter phrases have too many others within one slip."""


def slips(length: int) -> int:
    """How many slips a phrase of this length may have."""
    return 0 if length < SHORTEST else 1 if length < 8 else 2


def distance(one: str, other: str, most: int) -> int:
    """Insertions, deletions, changes and swaps of neighbours between two texts; `most` + 1 when there are more.

    The restricted Damerau-Levenshtein distance ("A technique for computer detection and correction of spelling
    errors", 1964), given up once a whole row is above `most`.
    """
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, character in enumerate(one, start=1):
        earlier, before, row = before, row, [i]
        for j, other_character in enumerate(other, start=1):
            changed = before[j - 1] + (character != other_character)
            best = min(before[j] + 1, row[j - 1] + 1, changed)
            if i > 1 and j > 1 and character == other[j - 2] and one[i - 2] == other_character:
                best = min(best, earlier[j - 2] + 1)
            row.append(best)
        if min(row) > most:
            return most + 1
    return min(row[-1], most + 1)


def near_spans(text: str, phrases: Iterable[str]) -> Iterator[tuple[int, int, str, int]]:
    """(start, end, phrase, slips) of the places in a folded text that are nearly, not exactly, one of the phrases.

    The first character must be right: who slips there has often meant another word.
    """
    by_words: dict[int, dict[str, list[str]]] = {}
    for phrase in dict.fromkeys(phrases):
        if slips(len(phrase)) and not _UNSPACED.search(phrase):
            first = by_words.setdefault(len(_WORD.findall(phrase)), {})
            first.setdefault(phrase[0], []).append(phrase)
    words = [match.span() for match in _WORD.finditer(text)]
    for count, known in by_words.items():
        for number in range(len(words) - count + 1):
            start, end = words[number][0], words[number + count - 1][1]
            said = text[start:end]
            for phrase in known.get(said[0], ()):
                most = slips(len(phrase))
                found = distance(said, phrase, most)
                if 0 < found <= most:
                    yield start, end, phrase, found
