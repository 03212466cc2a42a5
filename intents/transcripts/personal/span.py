"""Where personal data stands in a text, and which of several readings of the same characters holds."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Span:
    """A value at `text[start:end]`.

    `certainty` ranks readings of the same characters: 90 and up for a check digit or a form that nothing else
    has, about 70 for a form named by the words before it, 60 and less for a form alone.
    """

    start: int
    end: int
    kind: str
    certainty: int


def without_overlaps(spans: Iterable[Span]) -> list[Span]:
    """The most certain reading (then the longest) of any characters that several spans claim, in order."""
    kept: list[Span] = []
    for span in sorted(spans, key=lambda one: (-one.certainty, one.start - one.end, one.start)):
        if all(span.end <= other.start or span.start >= other.end for other in kept):
            kept.append(span)
    return sorted(kept, key=lambda one: one.start)


def joined(text: str, found: Iterable[tuple[int, int]], between: str) -> list[tuple[int, int]]:
    """The stretches with those together that overlap or have only what the pattern `between` fits between them."""
    whole: list[tuple[int, int]] = []
    for start, end in sorted(found):
        if whole and (start <= whole[-1][1] or re.fullmatch(between, text[whole[-1][1] : start])):
            whole[-1] = (whole[-1][0], max(end, whole[-1][1]))
        else:
            whole.append((start, end))
    return whole
