"""What the model understood, with what needs no model: examples' own words and built-in entities."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from intents.builtin.extract import find_built_in, merged
from intents.understanding import Understanding
from intents.verbatim import Verbatim


def _now() -> datetime:
    """The time here, with its offset: "tomorrow" is meant where the server stands."""
    return datetime.now().astimezone()


class Refined:
    """An understanding with certain examples certain, and the built-in entities that the project names."""

    def __init__(
        self, verbatim: Verbatim, names: frozenset[str], *, now: Callable[[], datetime] = _now
    ) -> None:
        self._verbatim = verbatim
        self._names = names
        self._now = now

    def __call__(self, understanding: Understanding) -> Understanding:
        understanding = self._verbatim.applied(understanding)
        if not self._names:
            return understanding
        found = find_built_in(
            understanding.text, self._names, language=understanding.language, now=self._now()
        )
        return replace(understanding, entities=merged(understanding.entities, found))
