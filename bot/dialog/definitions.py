"""The parts of a domain (Rasa 3.1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

OUT_OF_SCOPE: Final = "out_of_scope"
NLU_FALLBACK: Final = "nlu_fallback"
TALK_TO_PERSON: Final = "talk_to_person"
REQUESTED_SLOT: Final = "requested_slot"
LANGUAGE_SLOT: Final = "language"
BUILT_IN_INTENTS: Final = ("restart", "back", OUT_OF_SCOPE, "session_start", NLU_FALLBACK)
ANY_LOOP: Final = "*"

SlotType = Literal["text", "bool", "categorical", "float", "list", "any"]
MappingType = Literal["from_entity", "from_text", "from_intent", "from_trigger_intent", "custom"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """An intent and which entities count when its turn is compared with stories (None: all)."""

    name: str
    use_entities: tuple[str, ...] | None = None
    ignore_entities: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityType:
    """A kind of entity; stories see one that does not influence the conversation only where an intent uses it."""

    name: str
    roles: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    influence_conversation: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class MappingCondition:
    """Where a mapping applies. `active_loop`: a form, None for no form, `ANY_LOOP` for no matter."""

    active_loop: str | None = ANY_LOOP
    requested_slot: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotMapping:
    """How a slot is filled from a message; empty `intents` means any, `not_intents` are left out."""

    type: MappingType
    entity: str | None = None
    role: str | None = None
    group: str | None = None
    intents: tuple[str, ...] = ()
    not_intents: tuple[str, ...] = ()
    value: Any = None
    action: str | None = None
    conditions: tuple[MappingCondition, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A typed memory of the conversation.

    A slot class of the project's own is an `any` here; `type_name` keeps what was written.
    """

    name: str
    type: SlotType = "any"
    type_name: str = "any"
    mappings: tuple[SlotMapping, ...] = ()
    initial_value: Any = None
    influence_conversation: bool = True
    values: tuple[Any, ...] = ()
    min_value: float = 0.0
    max_value: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    name: str
    required_slots: tuple[str, ...] = ()
    ignored_intents: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotCondition:
    name: str
    value: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """One wording of a response; `content` has Rasa's keys: text, image, custom, buttons, attachment…"""

    content: Mapping[str, Any]
    channel: str | None = None
    conditions: tuple[SlotCondition, ...] = ()
    id: str | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionConfig:
    """`expiration` in minutes; 0 means that a session never expires."""

    expiration: float = 60.0
    carry_over_slots: bool = True
