"""A text in the units that are tagged: words, runs of digits, and single characters where a script has no spaces."""

from __future__ import annotations

import unicodedata
from typing import NamedTuple

from intents.entities import in_unspaced_script


class Unit(NamedTuple):
    """A piece of a text as it was written, from the character `start` up to `end`."""

    text: str
    start: int
    end: int


def units(text: str) -> list[Unit]:
    """The text's units, in order; what stands between them is space or cannot be seen.

    An entity begins and ends where units do: "20kg" has two, "约20斤" three, an emoji with a skin colour one.
    """
    found: list[Unit] = []
    start, before = 0, ""
    for place, character in enumerate(text):
        kind = _kind(character)
        if kind == "mark" and before:  # belongs to what it stands on
            continue
        if kind != before or kind == "sign":
            if before.strip():
                found.append(Unit(text[start:place], start, place))
            start, before = place, kind
    if before.strip():
        found.append(Unit(text[start:], start, len(text)))
    return found


def _kind(character: str) -> str:
    """letter, digit, sign (a unit by itself), mark (joins what is before it) or a space."""
    if character.isspace():
        return " "
    category = unicodedata.category(character)
    if category[0] == "M" or category in {"Cf", "Sk"}:
        return "mark"
    if category[0] == "L":
        return "sign" if in_unspaced_script(character) else "letter"
    if category == "Nd":
        return "digit"
    return " " if category[0] == "C" else "sign"
