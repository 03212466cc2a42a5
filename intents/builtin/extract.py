"""All built-in entities that a project names."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

from intents.builtin.contacts import find_emails, find_phones, find_urls
from intents.builtin.found import Found
from intents.builtin.money import find_money
from intents.builtin.numbers import find_numbers, find_ordinals
from intents.builtin.times import find_durations, find_times
from intents.entities import MAX_CHARACTERS
from intents.tagging.merge import added_to, by_place, is_trained
from intents.understanding import Entity

EXTRACTOR: Final = "built-in"
_REGIONS: Final = {"zh": "CN", "en": "US"}
_WITHOUT_CONTEXT: Final[Mapping[str, Callable[[str], list[Found]]]] = {
    "number": find_numbers,
    "ordinal": find_ordinals,
    "amount-of-money": find_money,
    "duration": find_durations,
    "email": find_emails,
    "url": find_urls,
}
BUILT_IN: Final = frozenset({*_WITHOUT_CONTEXT, "time", "phone-number"})
"""Duckling's names; a project has those that its domain lists among its entities."""


def built_in_names(entities: Iterable[str]) -> frozenset[str]:
    """The built-in ones among a domain's entities."""
    return BUILT_IN.intersection(entities)


def find_built_in(text: str, names: Collection[str], *, language: str, now: datetime) -> list[Entity]:
    """The built-in entities of these names, by their place.

    Args:
        language: says where telephone numbers without a country code are from.
        now: aware; what times such as "tomorrow" are counted from.
    """
    if not names:
        return []
    text = text[:MAX_CHARACTERS]
    found = [one for name, find in _WITHOUT_CONTEXT.items() if name in names for one in find(text)]
    if "time" in names:
        found += find_times(text, now=now)
    if "phone-number" in names:
        found += find_phones(text, region=_REGIONS.get(language[:2], "US"))
    return sorted((_entity(one) for one in found), key=lambda one: (one.start, one.end, one.entity))


def merged(learned: Sequence[Entity], built_in: Sequence[Entity]) -> tuple[Entity, ...]:
    """Both, by their place; of two finds of one entity that overlap the longer, the built-in of equal ones.

    To what is built in, a trained model adds nothing but role and group.
    """
    trained = [one for one in learned if is_trained(one)]
    certain = [one for one in learned if not is_trained(one)]
    return by_place(added_to(_longest(certain, built_in), trained))


def _longest(learned: Sequence[Entity], built_in: Sequence[Entity]) -> list[Entity]:
    kept: list[Entity] = []
    for one in sorted([*built_in, *learned], key=lambda one: one.start - one.end):
        if not any(
            one.entity == other.entity and one.start < other.end and other.start < one.end for other in kept
        ):
            kept.append(one)
    return kept


def _entity(found: Found) -> Entity:
    return Entity(
        entity=found.entity,
        value=found.value,
        start=found.start,
        end=found.end,
        extractor=EXTRACTOR,
        confidence=1.0,
        info=found.info,
    )
