"""The steps that rules and stories are written in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any, Final, TypeGuard

from .definitions import Slot
from .reading import Place, plain
from .state import UserTurn

MOST_ALTERNATIVES: Final = 256
ANY_VALUE: Final = "\0any"
"""Stands for any value at all, where `slot_was_set` gives a name only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UserStep:
    """The customer says something: an intent, or for an end-to-end step the words alone (`turn.text`).

    Attributes:
        said: the words it is said in, as written, where a test gives them.
    """

    turn: UserTurn
    said: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionStep:
    """The bot acts; with `says` the name is what it says, word for word (an end-to-end step)."""

    name: str
    says: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotStep:
    """Slots and the values they have from here on."""

    values: tuple[tuple[str, Any], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LoopStep:
    """A form is active from here on, or none."""

    name: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckpointStep:
    """Stories that end with a checkpoint go on with those that begin with it, where the slots are so."""

    name: str
    values: tuple[tuple[str, Any], ...] = ()


Step = UserStep | ActionStep | SlotStep | LoopStep | CheckpointStep


def parse_steps(place: Place) -> list[tuple[Step, ...]]:
    """The steps of a rule or story; with `or`, each way to take it.

    Raises:
        DomainError: an unknown step, or one that this version does not run.
    """
    alternatives = [_alternatives(member) for member in place.members()]
    if not alternatives:
        place.fail("at least one step is wanted here")
    count = 1
    for ways in alternatives:
        count *= len(ways)
    if count > MOST_ALTERNATIVES:
        place.fail(f"more than {MOST_ALTERNATIVES} ways through its `or` steps; split it")
    return [tuple(way) for way in product(*alternatives)]


def slot_feature(slot: Slot | None, value: Any) -> Any:
    """What rules and stories see of a slot's value, None for nothing, as Rasa's featurisation has it.

    A text or list is set or not; a bool, a float or a category counts by value; other slots are not seen.
    """
    if not _is_seen(slot) or value is None:
        return None
    if value == ANY_VALUE:
        return True
    if slot.type in {"text", "list"}:
        return bool(value) or None
    if slot.type == "categorical":
        allowed = {str(item).lower() for item in slot.values}
        return str(value).lower() if str(value).lower() in allowed else "__other__"
    return value if isinstance(value, bool | int | float | str) else None


def slot_is_like(slot: Slot | None, value: Any, wanted: Any) -> bool:
    """Whether a slot's value meets a condition; one on a slot that is not seen is no condition."""
    if not _is_seen(slot):
        return True
    feature = slot_feature(slot, value)
    return feature is not None if wanted == ANY_VALUE else feature == slot_feature(slot, wanted)


def _is_seen(slot: Slot | None) -> TypeGuard[Slot]:
    return slot is not None and slot.influence_conversation and slot.type != "any"


def _alternatives(place: Place) -> list[Step]:
    if isinstance(place.value, Mapping):
        if "or" in place.value:
            return [step for member in place.get("or").members() for step in _alternatives(member)]
        return [_step(place.mapping())]
    place.fail("a step is a mapping such as `intent: greet` or `action: utter_greet`")


def _step(place: Place) -> Step:
    for key, make in _STEPS.items():
        if key in place.value:
            return make(place)
    place.fail(f"unknown step; known are {', '.join(_STEPS)} and or")


def _user(place: Place) -> Step:
    """An intent, and beside it perhaps the words it is said in, which only tests use."""
    name = place.get("intent").text().lstrip("/")
    entities = tuple(entity for member in place.get("entities").members() for entity in _entities(member))
    said = place.get("user").optional_text()
    turn = UserTurn(intent=name.partition("/")[0], full_intent=name, entities=entities)
    return UserStep(turn=turn, said=said.strip() if said else None)


def _words(place: Place) -> Step:
    said = place.get("user").text().strip()
    return UserStep(turn=UserTurn(text=said), said=said)


def _checkpoint(place: Place) -> Step:
    values = parse_slot_values(place.get("slot_was_set"))
    return CheckpointStep(name=place.get("checkpoint").text(), values=values)


def _entities(place: Place) -> Iterator[tuple[str, str | None, str | None, Any]]:
    """`- city`, `- city: Delft` or `- city: Delft` with `role:` and `group:` beside it."""
    if isinstance(place.value, str):
        yield (place.text(), None, None, None)
        return
    role, group = place.mapping().get("role").optional_text(), place.get("group").optional_text()
    for name, value in place.items():
        if name not in {"role", "group"}:
            yield (name, role, group, plain(value.value))


def _slot(place: Place) -> Step:
    return SlotStep(values=parse_slot_values(place.get("slot_was_set")))


def parse_slot_values(place: Place) -> tuple[tuple[str, Any], ...]:
    """`slot_was_set`: a list of names and of `name: value`, or one mapping of them."""
    if isinstance(place.value, Mapping):
        return tuple((name, plain(value.value)) for name, value in place.items())
    values: list[tuple[str, Any]] = []
    for member in place.members():
        if isinstance(member.value, str):
            values.append((member.text(), ANY_VALUE))
        else:
            values.extend((name, plain(value.value)) for name, value in member.items())
    return tuple(values)


def _loop(place: Place) -> Step:
    return LoopStep(name=place.get("active_loop").optional_text())


_STEPS: Final = {
    "checkpoint": _checkpoint,
    "intent": _user,
    "user": _words,
    "action": lambda place: ActionStep(name=place.get("action").text()),
    "bot": lambda place: ActionStep(name=place.get("bot").text(), says=True),
    "slot_was_set": _slot,
    "active_loop": _loop,
}
