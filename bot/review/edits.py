"""A change to a text file that can be taken back later, also after others have changed the file elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any


class Overwritten(Exception):
    """Somebody has changed these lines since."""


def hunks(before: str, after: str) -> list[dict[str, Any]]:
    """What turns one text into the other, `{line, old, new}`: at a line of `after`, `new` stands for `old`."""
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    start = _same(old, new)
    end = _same(old[start:][::-1], new[start:][::-1])
    old, new = old[start : len(old) - end], new[start : len(new) - end]
    found = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    return [
        {"line": start + b1, "old": "".join(old[a1:a2]), "new": "".join(new[b1:b2])}
        for tag, a1, a2, b1, b2 in found
        if tag != "equal"
    ]


def taken_back(text: str, changes: Sequence[Mapping[str, Any]]) -> str:
    """The text without the changes, whose lines are looked for where they were and then around it.

    Raises:
        Overwritten: when the lines are not there any more.
    """
    lines = text.splitlines(keepends=True)
    for change in reversed(changes):
        new = str(change["new"]).splitlines(keepends=True)
        place = next(
            (at for at in _around(change["line"], len(lines)) if lines[at : at + len(new)] == new), None
        )
        if place is None:
            raise Overwritten
        lines[place : place + len(new)] = str(change["old"]).splitlines(keepends=True)
    return "".join(lines)


def _same(one: Sequence[str], other: Sequence[str]) -> int:
    """How many lines at the start are the same."""
    pairs = zip(one, other, strict=False)
    return next((place for place, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))


def _around(line: int, total: int) -> Iterator[int]:
    yield min(line, total)
    for distance in range(1, max(line, total) + 1):
        for place in (line - distance, line + distance):
            if 0 <= place <= total:
                yield place
