"""What happened in a conversation: small immutable events, with Rasa's own names and JSON shapes.

The state of a conversation is a fold over these (`bot.dialog.tracker`). `decision`, `shown`, `chosen`,
`owner`, `rating` and `note` are ours; readers of Rasa's events skip names they do not know. Events are added over time,
never renamed or reshaped.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, ClassVar, Final, Literal

Json = Mapping[str, Any]
EMPTY: Final[Json] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened; `timestamp` is in seconds since the epoch (UTC)."""

    name_: ClassVar[str] = ""
    timestamp: float = 0.0
    metadata: Json = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class UserUttered(Event):
    """The customer wrote; `parse_data` is what `POST /model/parse` would have said about it."""

    name_ = "user"
    text: str | None = None
    parse_data: Json = field(default_factory=dict)
    input_channel: str | None = None
    message_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BotUttered(Event):
    """The bot wrote; `data` has Rasa's keys elements, quick_replies, buttons, attachment, image, custom."""

    name_ = "bot"
    text: str | None = None
    data: Json = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentUttered(Event):
    """A person of the company wrote."""

    name_ = "agent"
    text: str | None = None
    data: Json | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted(Event):
    """A person of the company wrote something for colleagues; neither the customer nor a model gets to see it."""

    name_ = "note"
    text: str = ""
    agent: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotSet(Event):
    name_ = "slot"
    name: str
    value: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionExecuted(Event):
    name_ = "action"
    name: str | None
    policy: str | None = None
    confidence: float | None = None
    action_text: str | None = None
    hide_rule_turn: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionExecutionRejected(Event):
    """An action declined to run, so that the next policy decides."""

    name_ = "action_execution_rejected"
    name: str
    policy: str | None = None
    confidence: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ActiveLoop(Event):
    """A form began (`name`) or ended (None)."""

    name_ = "active_loop"
    name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LoopInterrupted(Event):
    """The active form asks without first validating what was said last."""

    name_ = "loop_interrupted"
    is_interrupted: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowupAction(Event):
    name_ = "followup"
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReminderScheduled(Event):
    """`date_time` is ISO 8601."""

    name_ = "reminder"
    intent: str
    date_time: str
    entities: Any = None
    name: str | None = None
    kill_on_user_msg: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ReminderCancelled(Event):
    name_ = "cancel_reminder"
    name: str | None = None
    intent: str | None = None
    entities: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EntitiesAdded(Event):
    name_ = "entities"
    entities: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationPaused(Event):
    name_ = "pause"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationResumed(Event):
    name_ = "resume"


@dataclass(frozen=True, slots=True, kw_only=True)
class Restarted(Event):
    name_ = "restart"


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionStarted(Event):
    name_ = "session_started"


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionEnded(Event):
    name_ = "session_ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class AllSlotsReset(Event):
    name_ = "reset_slots"


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionReverted(Event):
    """Takes back the last action and what followed it."""

    name_ = "undo"


@dataclass(frozen=True, slots=True, kw_only=True)
class UserUtteranceReverted(Event):
    """Takes back the last message of the customer and what followed it."""

    name_ = "rewind"


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionMade(Event):
    """What was decided about a free text, and from what.

    Attributes:
        kind: answer, cite, clarify or hand_over.
        intent: what rules and stories take the message to mean: the accepted intent, `out_of_scope` or
            `nlu_fallback` when it was rejected, None when it was cited for or clarified.
        candidates: all that competed, best first, as `{kind, name, p, title}`.
        chosen: those the action is about.
        runner_up: the next best option, as `{kind, names, expected_cost}`.
    """

    name_ = "decision"
    kind: str
    action: str
    intent: str | None = None
    candidates: tuple[Json, ...] = ()
    chosen: tuple[Json, ...] = ()
    policy: str = ""
    expected_cost: float | None = None
    runner_up: Json | None = None
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown(Event):
    """Choices were put before somebody; what they did next is learnt from."""

    name_ = "shown"
    what: Literal["buttons", "citations", "clarification", "suggestions"] | str
    items: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen(Event):
    """One of the choices shown was taken."""

    name_ = "chosen"
    what: Literal["buttons", "citations", "clarification", "suggestions"] | str
    item: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnerSet(Event):
    """Who answers from now on: the bot, nobody yet (`waiting` for a person), a person, or nobody any more."""

    name_ = "owner"
    owner: Literal["bot", "waiting", "person", "closed"] | str
    reason: str = ""
    agent: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rated(Event):
    """The customer said how content they are with a conversation that was closed: 1 (not at all) to 5 (very)."""

    name_ = "rating"
    score: int
    comment: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherEvent(Event):
    """An event of a name that is not known here; it is kept as it came and changes nothing."""

    name_ = "other"
    data: Json


EVENTS: Final[Mapping[str, type[Event]]] = {
    kind.name_: kind
    for kind in (
        UserUttered, BotUttered, AgentUttered, SlotSet, ActionExecuted, ActionExecutionRejected,
        ActiveLoop, LoopInterrupted, FollowupAction, ReminderScheduled, ReminderCancelled, EntitiesAdded,
        ConversationPaused, ConversationResumed, Restarted, SessionStarted, SessionEnded, AllSlotsReset,
        ActionReverted, UserUtteranceReverted, DecisionMade, Shown, Chosen, OwnerSet, Rated, Noted,
    )
}  # fmt: skip
_KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    name: tuple(item.name for item in fields(kind) if item.name not in {"timestamp", "metadata"})
    for name, kind in EVENTS.items()
}
_TEXTS: Final = frozenset(
    {"text", "name", "message_id", "input_channel", "intent", "owner", "agent", "reason", "comment"}
)
_TUPLES: Final = frozenset({"candidates", "chosen", "items"})
_MAPPINGS: Final = frozenset({"parse_data", "metadata"})


def event_to_dict(event: Event) -> dict[str, Any]:
    """An event in the JSON shape that trackers, brokers and action servers exchange."""
    if isinstance(event, OtherEvent):
        return dict(event.data)
    shape: dict[str, Any] = {"event": event.name_, "timestamp": event.timestamp}
    for key in _KEYS[event.name_]:
        value = getattr(event, key)
        shape[key] = list(value) if isinstance(value, tuple) else value
    if event.metadata or isinstance(event, UserUttered | BotUttered):
        shape["metadata"] = event.metadata
    return shape


def event_from_dict(data: Json, *, timestamp: float = 0.0) -> Event:
    """The inverse of `event_to_dict`; `timestamp` stands in where there is none, as from action servers.

    Unknown keys of known events are dropped, unknown events are kept whole.

    Raises:
        ValueError: no event name, or a known event lacks what it is about.
    """
    if not isinstance(data, Mapping) or not isinstance(data.get("event"), str) or not data["event"]:
        raise ValueError("an event is an object with its name under `event`")
    data = _modernised(data)
    kind = EVENTS.get(data["event"])
    when = data.get("timestamp")
    at = float(when) if isinstance(when, int | float) and not isinstance(when, bool) else timestamp
    if kind is None:
        return OtherEvent(data={**data, "timestamp": at}, timestamp=at)
    values = {key: data[key] for key in (*_KEYS[kind.name_], "metadata") if data.get(key) is not None}
    try:
        return kind(timestamp=at, **{key: _checked(kind, key, value) for key, value in values.items()})
    except TypeError as error:
        raise ValueError(f"an event `{data['event']}` misses something: {error}") from error


def _modernised(data: Json) -> Json:
    """Rasa 1's `form` and `form_validation` under the names they have had since."""
    if data["event"] == "form":
        return {**data, "event": ActiveLoop.name_}
    if data["event"] == "form_validation":
        return {**data, "event": LoopInterrupted.name_, "is_interrupted": not data.get("validate", True)}
    if data["event"] == ActionExecuted.name_:
        return {"name": None, **data}
    return data


def _checked(kind: type[Event], key: str, value: Any) -> Any:
    if key in _TEXTS and not isinstance(value, str):
        raise ValueError(f"`{key}` of an event `{kind.name_}` is a text")
    if (key in _MAPPINGS or (key == "data" and kind in (BotUttered, AgentUttered))) and not isinstance(
        value, Mapping
    ):
        raise ValueError(f"`{key}` of an event `{kind.name_}` is an object")
    if key in _TUPLES or (key == "entities" and kind is EntitiesAdded):
        if not isinstance(value, list | tuple):
            raise ValueError(f"`{key}` of an event `{kind.name_}` is a list")
        return tuple(value)
    return value
