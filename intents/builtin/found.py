"""A built-in entity as it is found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A value in a text; `start` and `end` are character offsets.

    Attributes:
        info: what Rasa calls `additional_info`, as Duckling gives it: type, unit, grain and the like.
    """

    entity: str
    value: Any
    start: int
    end: int
    info: Mapping[str, Any] = field(default_factory=dict)


def longest(found: Iterable[Found]) -> list[Found]:
    """The finds by their place; of those that overlap, the longest, and the first of equally long ones."""
    kept: list[Found] = []
    for one in sorted(found, key=lambda one: (one.start - one.end, one.start)):
        if all(one.end <= other.start or other.end <= one.start for other in kept):
            kept.append(one)
    return sorted(kept, key=lambda one: one.start)
