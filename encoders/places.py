"""Where the characters of a normalised text stood in the text as it was written."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from encoders.text import CONTROL, MAX_CHARACTERS

Place = tuple[int, int]
"""The character that something starts with, and the one after its last."""

_HANGUL = range(0x1160, 0x1200)
"""Vowels and final consonants that join the letter before them."""
_PLAIN = re.compile(r"[!-~]+(?: [!-~]+)*")


def normalised_with_places(text: str) -> tuple[str, list[Place]]:
    """What `encoders.text.normalise` gives, and for each of its characters what it stands for in `text`.

    One character may become several ("㎏" is two) and several one ("e" with an accent after it is one).
    """
    text = text[:MAX_CHARACTERS]
    if _PLAIN.fullmatch(text):  # nothing changes: most English messages
        return text, [(place, place + 1) for place in range(len(text))]
    characters: list[str] = []
    places: list[Place] = []
    for start, end in _clusters(text):
        for character in CONTROL.sub("", unicodedata.normalize("NFKC", text[start:end])):
            space = character.isspace()
            if space and (not characters or characters[-1] == " "):
                continue
            characters.append(" " if space else character)
            places.append((start, end))
    if characters and characters[-1] == " ":
        del characters[-1], places[-1]
    return "".join(characters), places


def _clusters(text: str) -> Iterator[Place]:
    """Pieces that normalise by themselves: a character and what joins it."""
    start = 0
    for place in range(1, len(text)):
        if text[place] < "\u0300" or not _joins(text[place]):
            yield start, place
            start = place
    if text:
        yield start, len(text)


def _joins(character: str) -> bool:
    first = unicodedata.normalize("NFKD", character)[0]
    return (
        unicodedata.combining(first) > 0
        or unicodedata.category(first).startswith("M")
        or ord(first) in _HANGUL
    )
