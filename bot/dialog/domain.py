"""The domain of an assistant (Rasa 3.1): its intents, entities, slots, forms, responses and actions."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, get_args

from .definitions import (
    ANY_LOOP,
    BUILT_IN_INTENTS,
    LANGUAGE_SLOT,
    NLU_FALLBACK,
    OUT_OF_SCOPE,
    REQUESTED_SLOT,
    TALK_TO_PERSON,
    EntityType,
    Form,
    Intent,
    MappingCondition,
    MappingType,
    SessionConfig,
    Slot,
    SlotCondition,
    SlotMapping,
    SlotType,
    Variant,
)
from .reading import DomainError, Place, plain

__all__ = [
    "ANY_LOOP",
    "BUILT_IN_INTENTS",
    "LANGUAGE_SLOT",
    "NLU_FALLBACK",
    "OUT_OF_SCOPE",
    "REQUESTED_SLOT",
    "TALK_TO_PERSON",
    "Domain",
    "DomainError",
    "EntityType",
    "Form",
    "Intent",
    "MappingCondition",
    "SessionConfig",
    "Slot",
    "SlotCondition",
    "SlotMapping",
    "Variant",
    "parse_domain",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Domain:
    """What an assistant knows, by name. Made by `parse_domain`.

    Attributes:
        send_domain: actions that want the domain even of a caller that leaves it out elsewhere.
        seen_slots: those that rules and stories see, sorted by name.
    """

    intents: Mapping[str, Intent] = field(default_factory=dict)
    entities: Mapping[str, EntityType] = field(default_factory=dict)
    slots: Mapping[str, Slot] = field(default_factory=dict)
    forms: Mapping[str, Form] = field(default_factory=dict)
    responses: Mapping[str, tuple[Variant, ...]] = field(default_factory=dict)
    actions: tuple[str, ...] = ()
    send_domain: frozenset[str] = frozenset()
    seen_slots: tuple[tuple[str, Slot], ...] = ()
    session: SessionConfig = field(default_factory=SessionConfig)
    initial_slots: Mapping[str, Any] = field(default_factory=dict)
    source: str = "{}"

    def as_dict(self) -> dict[str, Any]:
        """The full domain as action servers receive it; a new dict each time, which the caller may change."""
        return dict(json.loads(self.source))

    def has_action(self, name: str) -> bool:
        """Whether the project lists this action as one of its own code."""
        return name in self.actions

    def response_of(self, intent: str) -> str | None:
        """The response that answers an intent by name alone, `utter_<intent>`, where there is one."""
        return f"utter_{intent}" if f"utter_{intent}" in self.responses else None


TOP_KEYS: Final = frozenset(
    {
        "version",
        "intents",
        "entities",
        "slots",
        "forms",
        "responses",
        "actions",
        "e2e_actions",
        "session_config",
        "config",
    }
)
_MAPPING_KEYS: Final = frozenset(
    {"type", "entity", "role", "group", "intent", "not_intent", "value", "action", "conditions"}
)
_VARIANT_KEYS: Final = frozenset(
    {"text", "image", "custom", "buttons", "quick_replies", "attachment", "elements", "button_type"}
)
_DEFAULT_SLOTS: Final = (
    Slot(name=REQUESTED_SLOT, type="text", type_name="text", influence_conversation=False),
    Slot(name="session_started_metadata", influence_conversation=False),
)


def parse_domain(mapping: Mapping[str, Any], *, where: str) -> Domain:
    """A domain from its loaded YAML.

    Raises:
        DomainError: with the path to the culprit.
    """
    root = Place(mapping, where).mapping(known=TOP_KEYS)
    slots = _slots(root.get("slots"))
    intents = dict(_intent(member) for member in root.get("intents").members())
    named = [member.named() for member in root.get("actions").members()]
    actions = dict.fromkeys(name for name, _ in named)
    wanting = (name for name, settings in named if settings.mapping().get("send_domain").flag(False))
    session = root.get("session_config").mapping()
    return Domain(
        intents=intents,
        entities=dict(_entity(member) for member in root.get("entities").members()),
        slots=slots,
        forms={name: _form(name, place) for name, place in root.get("forms").items()},
        responses={name: _variants(place) for name, place in root.get("responses").items()},
        actions=tuple(actions),
        send_domain=frozenset(wanting),
        seen_slots=tuple(
            (name, slot)
            for name, slot in sorted(slots.items())
            if slot.influence_conversation and slot.type != "any"
        ),
        session=SessionConfig(
            expiration=session.get("session_expiration_time").number(60.0),
            carry_over_slots=session.get("carry_over_slots_to_new_session").flag(True),
        ),
        initial_slots={name: slot.initial_value for name, slot in slots.items()},
        source=_source(root.value, actions=tuple(actions), slots=slots),
    )


def _intent(place: Place) -> tuple[str, Intent]:
    name, settings = place.named()
    settings = settings.mapping(known={"use_entities", "ignore_entities", "is_retrieval_intent"})
    use = settings.get("use_entities")
    every = use.value is None or use.value is True
    return name, Intent(
        name=name,
        use_entities=None if every else () if use.value is False else use.texts(),
        ignore_entities=settings.get("ignore_entities").texts(),
    )


def _entity(place: Place) -> tuple[str, EntityType]:
    name, settings = place.named()
    settings = settings.mapping(known={"roles", "groups", "influence_conversation"})
    return name, EntityType(
        name=name,
        roles=settings.get("roles").texts(),
        groups=settings.get("groups").texts(),
        influence_conversation=settings.get("influence_conversation").flag(True),
    )


def _slots(place: Place) -> dict[str, Slot]:
    slots = {name: _slot(name, member.mapping()) for name, member in place.items()}
    return {**slots, **{slot.name: slot for slot in _DEFAULT_SLOTS if slot.name not in slots}}


def _slot(name: str, place: Place) -> Slot:
    written = place.get("type").text()
    if written not in get_args(SlotType) and "." not in written and written != "unfeaturized":
        place.get("type").fail(f"unknown slot type `{written}`; known are {', '.join(get_args(SlotType))}")
    kind: SlotType = written if written in get_args(SlotType) else "any"  # type: ignore[assignment]
    return Slot(
        name=name,
        type=kind,
        type_name=written,
        mappings=tuple(_mapping(member) for member in place.get("mappings").members()),
        initial_value=plain(place.get("initial_value").value),
        influence_conversation=place.get("influence_conversation").flag(kind != "any"),
        values=tuple(plain(member.value) for member in place.get("values").members()),
        min_value=place.get("min_value").number(0.0),
        max_value=place.get("max_value").number(1.0),
    )


def _mapping(place: Place) -> SlotMapping:
    place = place.mapping(known=_MAPPING_KEYS)
    kind = place.get("type").text()
    if kind not in get_args(MappingType):
        place.get("type").fail(f"unknown mapping `{kind}`; known are {', '.join(get_args(MappingType))}")
    if kind == "from_entity":
        place.get("entity").text()
    return SlotMapping(
        type=kind,  # type: ignore[arg-type]
        entity=place.get("entity").optional_text(),
        role=place.get("role").optional_text(),
        group=place.get("group").optional_text(),
        intents=place.get("intent").texts(),
        not_intents=place.get("not_intent").texts(),
        value=plain(place.get("value").value),
        action=place.get("action").optional_text(),
        conditions=tuple(_condition(member) for member in place.get("conditions").members()),
    )


def _condition(place: Place) -> MappingCondition:
    place = place.mapping(known={"active_loop", "requested_slot"})
    return MappingCondition(
        active_loop=place.get("active_loop").optional_text() if "active_loop" in place.value else ANY_LOOP,
        requested_slot=place.get("requested_slot").optional_text(),
    )


def _form(name: str, place: Place) -> Form:
    place = place.mapping(known={"required_slots", "ignored_intents"})
    required = place.get("required_slots")
    if isinstance(required.value, Mapping):
        required.fail(
            "mappings under a form are Rasa 2; in 3.1 a form lists names and each slot has its mappings; "
            "`kefu migrate` turns one into the other"
        )
    return Form(
        name=name, required_slots=required.texts(), ignored_intents=place.get("ignored_intents").texts()
    )


def _variants(place: Place) -> tuple[Variant, ...]:
    if isinstance(place.value, Mapping | str):
        place.fail("a list of variants is wanted here, each with `text`, `image`, `custom`, …")
    return tuple(_variant(member.mapping()) for member in place.members())


def _variant(place: Place) -> Variant:
    content = {
        key: plain(value) for key, value in place.value.items() if key in _VARIANT_KEYS and value is not None
    }
    if not isinstance(content.get("text", ""), str):
        place.get("text").fail("a text is wanted here; put it in quotes")
    for key in ("buttons", "quick_replies"):
        for button in place.get(key).members():
            button.mapping().get("title").text()
    identity = place.get("id").value
    return Variant(
        content=content,
        channel=place.get("channel").optional_text(),
        conditions=tuple(_slot_condition(member) for member in place.get("condition").members()),
        id=None if identity is None else str(identity),
        metadata=plain(place.get("metadata").mapping().value),
    )


def _slot_condition(place: Place) -> SlotCondition:
    place = place.mapping(known={"type", "name", "value"})
    if place.get("type").value not in {None, "slot"}:
        place.get("type").fail("the only condition there is has `type: slot`")
    return SlotCondition(name=place.get("name").text(), value=plain(place.get("value").value))


def _source(mapping: Mapping[str, Any], *, actions: tuple[str, ...], slots: Mapping[str, Slot]) -> str:
    """The domain as JSON, with every key that rasa-sdk code reads and the slots that are always there."""
    source = plain(mapping)
    defaults = {
        slot.name: {"type": slot.type_name, "influence_conversation": False} for slot in _DEFAULT_SLOTS
    }
    source |= {key: source.get(key) or [] for key in ("intents", "entities", "e2e_actions")}
    source |= {key: source.get(key) or {} for key in ("forms", "responses", "session_config", "config")}
    source |= {"actions": list(actions), "slots": {**defaults, **(source.get("slots") or {})}}
    return json.dumps(source, ensure_ascii=False)
