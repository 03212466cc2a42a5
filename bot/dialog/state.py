"""The state of a conversation and how each event changes it: `step(state, event)` is the whole fold."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from .events import (
    ActionExecuted,
    ActionExecutionRejected,
    ActiveLoop,
    AllSlotsReset,
    Chosen,
    ConversationPaused,
    ConversationResumed,
    DecisionMade,
    Event,
    FollowupAction,
    LoopInterrupted,
    OwnerSet,
    Restarted,
    SessionStarted,
    Shown,
    SlotSet,
    UserUttered,
)

ACTION_LISTEN: Final = "action_listen"
ACTION_SESSION_START: Final = "action_session_start"
ACTION_FALLBACK: Final = "action_default_fallback"
CLARIFICATION: Final = "clarification"
MOST_MOMENTS: Final = 24
"""How far rules and stories can look back, in actions; longer ones cannot match."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loop:
    """An active form."""

    name: str
    is_interrupted: bool = False
    rejected: bool = False
    trigger_message: Mapping[str, Any] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "is_interrupted": self.is_interrupted,
            "rejected": self.rejected,
            "trigger_message": dict(self.trigger_message),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class UserTurn:
    """What rules and stories see of a message.

    Attributes:
        intent: `faq` for the retrieval intent `faq/ask_hours`, which is then `full_intent`.
        entities: (entity, role, group, value) of each one found.
        text: the words, which end-to-end stories go by.
    """

    intent: str | None = None
    full_intent: str | None = None
    entities: tuple[tuple[str, str | None, str | None, Any], ...] = ()
    text: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """What is known when a next action is wanted: the action before, the message it follows, slots and form.

    Attributes:
        rejected: actions that have declined at this moment.
    """

    prev_action: str | None
    user: UserTurn | None
    slots: Mapping[str, Any]
    loop: str | None
    rejected: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """Everything that the fold of a conversation knows.

    Attributes:
        moments: the last `MOST_MOMENTS` of the session; a form's happy path counts as one, as in Rasa.
        from_start: whether `moments` reach back to the start of the session.
        clarification: the question with choices that is still open.
        clarification_passed: the customer has written since it was asked.
    """

    initial_slots: Mapping[str, Any]
    slots: Mapping[str, Any]
    latest_message: Mapping[str, Any] = field(default_factory=dict)
    latest_input_channel: str | None = None
    latest_action: str | None = None
    latest_event_time: float | None = None
    active_loop: Loop | None = None
    followup_action: str | None = None
    paused: bool = False
    owner: str = "bot"
    agent: str | None = None
    clarification: Shown | None = None
    clarification_passed: bool = False
    moments: tuple[Moment, ...] = ()
    from_start: bool = True

    @property
    def now(self) -> Moment:
        """The moment at which the next action is wanted."""
        return self.moments[-1] if self.moments else _moment(self, None, None)


def fresh_state(initial_slots: Mapping[str, Any]) -> State:
    return State(initial_slots=initial_slots, slots=initial_slots)


def step(state: State, event: Event) -> State:
    """The state after an event. `undo` and `rewind` need the events before them: see `Tracker.update`."""
    change = _STEPS.get(type(event))
    after = change(state, event) if change else state
    return replace(after, latest_event_time=event.timestamp)


def _user(state: State, event: UserUttered) -> State:
    message = {"intent": {}, "entities": [], **event.parse_data, "text": event.text}
    message.setdefault("message_id", event.message_id)
    message.setdefault("metadata", dict(event.metadata))
    waiting = state.moments[:-1] if _is_listening(state) else state.moments
    after = replace(
        state,
        latest_message=message,
        latest_input_channel=event.input_channel or state.latest_input_channel,
        latest_action=ACTION_LISTEN,
        followup_action=None,
        clarification_passed=state.clarification is not None,
    )
    return _appended(after, waiting, _moment(state, ACTION_LISTEN, _user_turn(message)))


def _is_listening(state: State) -> bool:
    return bool(state.moments) and state.now.prev_action == ACTION_LISTEN and state.now.user is None


def _user_turn(message: Mapping[str, Any]) -> UserTurn:
    intent = message.get("intent")
    intent = intent if isinstance(intent, Mapping) else {}
    name, full = intent.get("name"), intent.get("full_retrieval_intent_name")
    entities = message.get("entities")
    found = entities if isinstance(entities, list | tuple) else ()
    return UserTurn(
        intent=name.partition("/")[0] if isinstance(name, str) else None,
        full_intent=_text(full) or _text(name),
        entities=tuple(
            (str(item["entity"]), _text(item.get("role")), _text(item.get("group")), item.get("value"))
            for item in found
            if isinstance(item, Mapping) and item.get("entity")
        ),
        text=_text(message.get("text")),
    )


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _decision(state: State, event: DecisionMade) -> State:
    """Rules, stories, forms and actions see the message as it was decided to be meant."""
    before = state.latest_message.get("intent")
    name = event.intent.partition("/")[0] if event.intent else None
    intent = {**(before if isinstance(before, Mapping) else {}), "name": name}
    intent.pop("full_retrieval_intent_name", None)
    if event.intent and "/" in event.intent:
        intent["full_retrieval_intent_name"] = event.intent
    message = {**state.latest_message, "intent": intent}
    after = replace(state, latest_message=message)
    if not state.moments or state.now.user is None:
        return after
    return _at_now(after, user=_user_turn(message))


def _action(state: State, event: ActionExecuted) -> State:
    name = event.name or event.action_text
    loop = state.active_loop
    if loop is not None:
        loop = replace(loop, is_interrupted=False, rejected=loop.rejected and loop.name != name)
    passed = name == ACTION_LISTEN and state.clarification_passed
    after = replace(
        state,
        latest_action=name,
        followup_action=None,
        active_loop=loop,
        clarification=None if passed else state.clarification,
        clarification_passed=state.clarification_passed and not passed,
    )
    if loop is not None and loop.name == name and (kept := _happy_path(state.moments, name)):
        return _at_now(replace(after, moments=kept), slots=state.slots, rejected=())
    user = None if name == ACTION_LISTEN else state.now.user
    return _appended(after, state.moments, _moment(after, name, user))


def _happy_path(moments: tuple[Moment, ...], form: str) -> tuple[Moment, ...]:
    """Up to the form's previous run, when nothing but the form has answered since; else nothing.

    Stories name a form once however many questions it asks; what lies between two of its runs is left out of
    the history unless the customer interrupted it (Rasa's `applied_events`).
    """
    for end in range(len(moments), 0, -1):
        moment = moments[end - 1]
        if moment.prev_action == form:
            return moments[:end]
        if moment.prev_action != ACTION_LISTEN or form in moment.rejected:
            return ()
    return ()


def _rejected(state: State, event: ActionExecutionRejected) -> State:
    loop = state.active_loop
    if loop is not None and loop.name == event.name:
        loop = replace(loop, rejected=True)
    after = replace(state, active_loop=loop)
    return _at_now(after, rejected=(*state.now.rejected, event.name)) if state.moments else after


def _slot(state: State, event: SlotSet) -> State:
    if (
        event.name not in state.initial_slots
    ):  # renamed or removed since: history must not stop the conversation
        return state
    return _with_slots(state, {**state.slots, event.name: event.value})


def _with_slots(state: State, slots: Mapping[str, Any]) -> State:
    after = replace(state, slots=slots)
    return _at_now(after, slots=slots) if state.moments else after


def _loop(state: State, event: ActiveLoop) -> State:
    if event.name is None:
        loop = None
    elif state.active_loop is not None and state.active_loop.name == event.name:
        loop = replace(state.active_loop, is_interrupted=False)
    else:
        loop = Loop(name=event.name, trigger_message=state.latest_message)
    after = replace(state, active_loop=loop)
    return _at_now(after, loop=event.name) if state.moments else after


def _interrupted(state: State, event: LoopInterrupted) -> State:
    loop = state.active_loop
    return replace(state, active_loop=loop and replace(loop, is_interrupted=event.is_interrupted))


def _shown(state: State, event: Shown) -> State:
    if event.what != CLARIFICATION:
        return state
    return replace(state, clarification=event, clarification_passed=False)


def _chosen(state: State, event: Chosen) -> State:
    if event.what != CLARIFICATION:
        return state
    return replace(state, clarification=None, clarification_passed=False)


def _session(state: State, event: Event) -> State:
    """A new beginning; who owns the conversation is not the customer's to restart."""
    return replace(
        fresh_state(state.initial_slots),
        latest_input_channel=state.latest_input_channel,
        owner=state.owner,
        agent=state.agent,
        followup_action=ACTION_SESSION_START if isinstance(event, Restarted) else None,
    )


def _moment(state: State, prev_action: str | None, user: UserTurn | None) -> Moment:
    loop = state.active_loop.name if state.active_loop else None
    return Moment(prev_action=prev_action, user=user, slots=state.slots, loop=loop)


def _appended(state: State, moments: tuple[Moment, ...], moment: Moment) -> State:
    kept = (*moments, moment)
    return replace(
        state, moments=kept[-MOST_MOMENTS:], from_start=state.from_start and len(kept) <= MOST_MOMENTS
    )


def _at_now(state: State, **changes: Any) -> State:
    return replace(state, moments=(*state.moments[:-1], replace(state.moments[-1], **changes)))


_STEPS: Final[Mapping[type[Event], Callable[[State, Any], State]]] = {
    UserUttered: _user,
    DecisionMade: _decision,
    ActionExecuted: _action,
    ActionExecutionRejected: _rejected,
    SlotSet: _slot,
    AllSlotsReset: lambda state, _event: _with_slots(state, state.initial_slots),
    ActiveLoop: _loop,
    LoopInterrupted: _interrupted,
    FollowupAction: lambda state, event: replace(state, followup_action=event.name),
    ConversationPaused: lambda state, _event: replace(state, paused=True),
    ConversationResumed: lambda state, _event: replace(state, paused=False),
    Shown: _shown,
    Chosen: _chosen,
    OwnerSet: lambda state, event: replace(state, owner=event.owner, agent=event.agent),
    Restarted: _session,
    SessionStarted: _session,
}
