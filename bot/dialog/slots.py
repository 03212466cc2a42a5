"""Filling slots from a message by the mappings of the domain."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, Final

from .definitions import ANY_LOOP, REQUESTED_SLOT, Form, MappingCondition, Slot, SlotMapping
from .events import SlotSet
from .tracker import Tracker

_TRUE: Final = frozenset({"true", "yes", "1", "on"})
_FALSE: Final = frozenset({"false", "no", "0", "off"})


def filled_slots(tracker: Tracker, *, now: float) -> tuple[SlotSet, ...]:
    """What the customer's last message puts into slots.

    Custom mappings and validation are actions and come later (`bot.dialog.forms`). Of several mappings of a
    slot the first that applies and finds something counts, as in Rasa.

    Args:
        tracker: with the message as its last event.
        now: seconds since the epoch.
    """
    slots = (slot for slot in tracker.domain.slots.values() if slot.name != REQUESTED_SLOT)
    found = ((slot.name, _filled(tracker, slot)) for slot in slots)
    return tuple(SlotSet(timestamp=now, name=name, value=value[0]) for name, value in found if value)


def coerced(slot: Slot, value: Any) -> Any:
    """A value in the type of its slot, or as it came where it does not fit (validation is the project's)."""
    if slot.type == "float":
        return _number(value)
    if slot.type == "bool" and isinstance(value, str) and value.strip().lower() in _TRUE | _FALSE:
        return value.strip().lower() in _TRUE
    if slot.type == "list" and value is not None:
        return list(value) if isinstance(value, list | tuple) else [value]
    if slot.type == "categorical":
        wanted = str(value).lower()
        return next((allowed for allowed in slot.values if str(allowed).lower() == wanted), value)
    return value


def _filled(tracker: Tracker, slot: Slot) -> tuple[Any, ...]:
    """The new value, or nothing."""
    for mapping in slot.mappings:
        if _applies(tracker, slot, mapping) and (values := _values(tracker, mapping)):
            value = values if slot.type == "list" else values[-1]
            return (coerced(slot, value),)
    return ()


def _values(tracker: Tracker, mapping: SlotMapping) -> list[Any]:
    if mapping.type == "from_entity":
        return list(_entity_values(tracker, mapping))
    if mapping.type == "from_text":
        text = tracker.latest_message.get("text")
        return [text] if text else []
    return [] if mapping.type == "custom" else [mapping.value]


def _entity_values(tracker: Tracker, mapping: SlotMapping) -> Iterator[Any]:
    user = tracker.state.now.user
    for entity, role, group, value in user.entities if user else ():
        if (entity, role, group) == (mapping.entity, mapping.role, mapping.group):
            yield value


def _applies(tracker: Tracker, slot: Slot, mapping: SlotMapping) -> bool:
    user = tracker.state.now.user
    if user is None:
        return False
    names = {user.intent, user.full_intent}
    if mapping.intents and not names.intersection(mapping.intents) and not _is_bare(tracker, slot, mapping):
        return False
    if names.intersection(mapping.not_intents + _ignored(tracker, slot)):
        return False
    if mapping.type == "from_trigger_intent":  # whose conditions Rasa does not look at: no form is active yet
        return tracker.active_loop is None
    if mapping.conditions and not any(_holds(tracker, condition) for condition in mapping.conditions):
        return False
    return not _is_meant_for_another(tracker, slot, mapping)


def _is_bare(tracker: Tracker, slot: Slot, mapping: SlotMapping) -> bool:
    """Whether the message is the value asked for and nothing else: "4" to "How many people?".

    Whatever its intent is taken to be, it is the answer; a classifier has little to go by in such a message.
    """
    if mapping.type != "from_entity" or tracker.requested_slot != slot.name:
        return False
    text = str(tracker.latest_message.get("text") or "")
    found = tracker.latest_message.get("entities")
    for item in found if isinstance(found, list | tuple) else ():
        start, end = item.get("start"), item.get("end")
        if item.get("entity") == mapping.entity and isinstance(start, int) and isinstance(end, int):
            return start < end and text[start:end].strip() == text.strip(" .!。！")
    return False


def _ignored(tracker: Tracker, slot: Slot) -> tuple[str, ...]:
    """Intents whose messages the active form does not take as answers."""
    form = _active_form(tracker)
    return form.ignored_intents if form and slot.name in form.required_slots else ()


def _holds(tracker: Tracker, condition: MappingCondition) -> bool:
    loop = tracker.active_loop.name if tracker.active_loop else None
    if condition.active_loop not in {ANY_LOOP, loop}:
        return False
    return condition.requested_slot is None or condition.requested_slot == tracker.requested_slot


def _is_meant_for_another(tracker: Tracker, slot: Slot, mapping: SlotMapping) -> bool:
    """Whether an entity that several slots of the active form take was said in answer to another of them."""
    form = _active_form(tracker)
    if mapping.type != "from_entity" or form is None or slot.name not in form.required_slots:
        return False
    return tracker.requested_slot != slot.name and _takers(tracker, form, mapping) > 1


def _takers(tracker: Tracker, form: Form, mapping: SlotMapping) -> int:
    wanted = (mapping.entity, mapping.role, mapping.group)
    return sum(
        other.type == "from_entity" and (other.entity, other.role, other.group) == wanted
        for name in form.required_slots
        if name in tracker.domain.slots
        for other in tracker.domain.slots[name].mappings
    )


def _active_form(tracker: Tracker) -> Form | None:
    return tracker.domain.forms.get(tracker.active_loop.name) if tracker.active_loop else None


def _number(value: Any) -> Any:
    """Whole numbers stay whole, as in Rasa: nobody is told of 4.0 people."""
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return value
    if not math.isfinite(number):
        return value
    return int(number) if number.is_integer() and not isinstance(value, float) else number
