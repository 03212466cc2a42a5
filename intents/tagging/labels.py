"""Spans as tags, one a unit, and tags as spans: B, I, E for the units of a longer span, S for a single one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from intents.examples import AnnotatedEntity
from intents.tagging.units import Unit

OUTSIDE = 0
"""The tag of units that belong to nothing."""
_BEGIN, _INSIDE, _END, _SINGLE = range(4)
_PARTS = 4


class Label(NamedTuple):
    """What a span may be: an entity, and its role and group where it has them."""

    entity: str
    role: str | None = None
    group: str | None = None


class Span(NamedTuple):
    """Units from `first` up to `last`, both included, and the number of their label."""

    first: int
    last: int
    label: int


def count(labels: Sequence[Label]) -> int:
    """How many tags there are."""
    return 1 + _PARTS * len(labels)


def tags_of(spans: Iterable[Span], length: int) -> list[int]:
    """A tag for each of `length` units; of spans that overlap the first given counts."""
    tags = [OUTSIDE] * length
    for first, last, label in spans:
        if any(tags[first : last + 1]):
            continue
        base = 1 + _PARTS * label
        for place in range(first, last + 1):
            tags[place] = base + _INSIDE
        tags[first], tags[last] = base + _BEGIN, base + _END
        if first == last:
            tags[first] = base + _SINGLE
    return tags


def spans_of(tags: Sequence[int]) -> list[Span]:
    """The spans of tags that `follows` allows."""
    spans: list[Span] = []
    first = 0
    for place, tag in enumerate(tags):
        if tag == OUTSIDE:
            continue
        label, part = divmod(tag - 1, _PARTS)
        if part in (_BEGIN, _SINGLE):
            first = place
        if part in (_END, _SINGLE):
            spans.append(Span(first, place, label))
    return spans


def follows(tags: int) -> NDArray[np.bool_]:
    """(tags, tags): whether the second may come after the first."""
    allowed = np.zeros((tags, tags), bool)
    starts = [OUTSIDE] + [tag for tag in range(1, tags) if (tag - 1) % _PARTS in (_BEGIN, _SINGLE)]
    for tag in range(tags):
        label, part = divmod(tag - 1, _PARTS)
        if tag == OUTSIDE or part in (_END, _SINGLE):
            allowed[tag, starts] = True
        else:
            base = 1 + _PARTS * label
            allowed[tag, [base + _INSIDE, base + _END]] = True
    return allowed


def edges(tags: int) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """(tags,) each: which tags may be a text's first, and which its last."""
    parts = (np.arange(tags) - 1) % _PARTS
    outside = np.arange(tags) == OUTSIDE
    return outside | np.isin(parts, (_BEGIN, _SINGLE)), outside | np.isin(parts, (_END, _SINGLE))


def label_columns(span: Span, place: int, labels: Sequence[Label], *, like: Label) -> list[int]:
    """The tags that `place` may have in this span, of all labels that are alike in what `like` names.

    `like`: None stands for anything.
    """
    part = (
        _SINGLE
        if span.first == span.last
        else _BEGIN
        if place == span.first
        else _END
        if place == span.last
        else _INSIDE
    )
    return [
        1 + _PARTS * number + part
        for number, label in enumerate(labels)
        if all(mine is None or mine == other for mine, other in zip(like, label, strict=True))
    ]


def spans_in(
    found: Sequence[Unit], marked: Iterable[AnnotatedEntity], numbers: dict[Label, int]
) -> list[Span]:
    """The units that the entities marked in a text cover; entities without a number are left out."""
    spans = []
    for one in marked:
        label = numbers.get(Label(one.entity, one.role, one.group))
        inside = [at for at, unit in enumerate(found) if unit.start < one.end and unit.end > one.start]
        if label is not None and inside:
            spans.append(Span(inside[0], inside[-1], label))
    return spans
