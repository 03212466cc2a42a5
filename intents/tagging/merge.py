"""Which of the entities found in different ways count."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from intents.entities import EXAMPLES
from intents.tagging.tagger import EXTRACTOR
from intents.understanding import Entity


def with_trained(
    ruled: Sequence[Entity], trained: Iterable[Entity], value_of: Callable[[str], str]
) -> tuple[Entity, ...]:
    """Entities found by rules and those of a model, by their place.

    What a project wrote down (regexes, tables) is found whatever the model says of it, which only adds role and group
    to it. Values known from examples count where the model finds nothing: it has seen them, and more.

    Args:
        value_of: what a surface form stands for.
    """
    trained = [replace(one, value=value_of(one.value)) for one in trained]
    fixed = [one for one in ruled if one.extractor != EXAMPLES]
    known = [
        one
        for one in ruled
        if one.extractor == EXAMPLES and not any(_overlap(one, other) for other in trained)
    ]
    return by_place([*added_to(fixed, trained), *known])


def added_to(fixed: Sequence[Entity], trained: Iterable[Entity]) -> list[Entity]:
    """Entities that are certain, and the model's finds of others; of the same, their role and group."""
    kept = list(fixed)
    for one in trained:
        same = [at for at, other in enumerate(fixed) if other.entity == one.entity and _overlap(one, other)]
        if not same:
            kept.append(one)
        for at in same:
            kept[at] = _told(kept[at], one)
    return kept


def by_place(found: Iterable[Entity]) -> tuple[Entity, ...]:
    """In the order of the text."""
    return tuple(sorted(found, key=lambda one: (one.start, one.end, one.entity)))


def is_trained(one: Entity) -> bool:
    """Whether the model found it."""
    return one.extractor == EXTRACTOR


def _told(fixed: Entity, trained: Entity) -> Entity:
    """The certain one with the role and the group that the model gives it, where it has none."""
    if fixed.role is not None or fixed.group is not None:
        return fixed
    return replace(
        fixed,
        role=trained.role,
        group=trained.group,
        role_confidence=trained.role_confidence,
        group_confidence=trained.group_confidence,
    )


def _overlap(one: Entity, other: Entity) -> bool:
    return one.start < other.end and other.start < one.end
