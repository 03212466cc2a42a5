"""A conversation so far: the fold of its events, with as many of the last events as deciding needs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import reduce
from typing import Any, Final

from .definitions import LANGUAGE_SLOT, REQUESTED_SLOT
from .domain import Domain
from .events import (
    ActionExecuted,
    ActionReverted,
    Event,
    Restarted,
    SessionStarted,
    Shown,
    UserUtteranceReverted,
    UserUttered,
    event_to_dict,
)
from .state import ACTION_LISTEN, Loop, Moment, State, fresh_state, step

WINDOW: Final = 300
"""Events kept, at least; up to twice as many between trimmings: an event costs the same at any age."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tracker:
    """A conversation as it stands.

    Attributes:
        state: what the events amount to.
        base: the state before `applied`.
        events: the last events as they came.
        applied: of those since the session began, the ones that were not taken back.
        length: how many events were folded in all.
    """

    conversation_id: str
    domain: Domain
    state: State
    base: State
    events: tuple[Event, ...] = ()
    applied: tuple[Event, ...] = ()
    length: int = 0

    @classmethod
    def start(cls, conversation_id: str, domain: Domain) -> Tracker:
        state = fresh_state(domain.initial_slots)
        return cls(conversation_id=conversation_id, domain=domain, state=state, base=state)

    @classmethod
    def fold(cls, conversation_id: str, domain: Domain, events: Iterable[Event]) -> Tracker:
        return cls.start(conversation_id, domain).extended(events)

    def update(self, event: Event) -> Tracker:
        """The conversation after an event."""
        if isinstance(event, ActionReverted | UserUtteranceReverted):
            changed = self._taken_back(event)
        elif isinstance(event, Restarted | SessionStarted):
            state = step(self.state, event)
            changed = replace(self, state=state, base=state, applied=())
        else:
            changed = replace(self, state=step(self.state, event), applied=(*self.applied, event))
        return replace(changed, events=(*self.events, event), length=self.length + 1)._trimmed()

    def extended(self, events: Iterable[Event]) -> Tracker:
        return reduce(Tracker.update, events, self)

    def under(self, domain: Domain) -> Tracker:
        """The same conversation under another release's domain: new slots begin afresh, lost ones go."""
        if domain is self.domain:
            return self
        start = fresh_state(domain.initial_slots)
        renewed = [
            replace(
                state,
                initial_slots=start.slots,
                slots={name: state.slots.get(name, value) for name, value in start.slots.items()},
            )
            for state in (self.state, self.base)
        ]
        return replace(self, domain=domain, state=renewed[0], base=renewed[1])

    @property
    def slots(self) -> Mapping[str, Any]:
        return self.state.slots

    @property
    def latest_message(self) -> Mapping[str, Any]:
        """The parse data of the customer's last message, with the intent it was decided to have."""
        return self.state.latest_message

    @property
    def latest_intent(self) -> str | None:
        user = self.state.now.user
        return user.intent if user else None

    @property
    def latest_action_name(self) -> str | None:
        return self.state.latest_action

    @property
    def active_loop(self) -> Loop | None:
        return self.state.active_loop

    @property
    def requested_slot(self) -> str | None:
        """The slot that the active form has asked for."""
        slot = self.state.slots.get(REQUESTED_SLOT)
        return slot if isinstance(slot, str) and self.state.active_loop else None

    @property
    def followup_action(self) -> str | None:
        return self.state.followup_action

    @property
    def paused(self) -> bool:
        return self.state.paused

    @property
    def owner(self) -> str:
        """bot, waiting (for a person), person or closed."""
        return self.state.owner

    @property
    def is_with_people(self) -> bool:
        """Whether a person has it or is waited for: the bot does not speak."""
        return self.owner in ("waiting", "person")

    @property
    def language(self) -> str | None:
        """The conversation's language, such as `en` or `zh`: the slot, else that of the last message."""
        language = self.state.slots.get(LANGUAGE_SLOT) or self.state.latest_message.get("language")
        return language if isinstance(language, str) else None

    @property
    def clarification(self) -> Shown | None:
        """The clarifying question that is open: no choice was made, the turn that answers it is not over."""
        return self.state.clarification

    @property
    def moments(self) -> tuple[Moment, ...]:
        return self.state.moments

    @property
    def user_spoke_last(self) -> bool:
        """Whether the next action is the first after a message of the customer."""
        return self.state.latest_action == ACTION_LISTEN and self.state.now.user is not None

    def session_over(self, now: float) -> bool:
        """Whether a message at `now` (seconds since the epoch) begins a new session."""
        if not self.events:
            return True
        minutes = self.domain.session.expiration
        since = self.state.latest_event_time
        return minutes > 0 and since is not None and now - since > minutes * 60

    def current_state(self) -> dict[str, Any]:
        """Rasa's JSON shape of a tracker, as action servers receive it; the last `WINDOW` events or more."""
        state = self.state
        return {
            "sender_id": self.conversation_id,
            "slots": dict(state.slots),
            "latest_message": dict(state.latest_message),
            "latest_event_time": state.latest_event_time,
            "followup_action": state.followup_action,
            "paused": state.paused,
            "events": [event_to_dict(event) for event in self.events],
            "latest_input_channel": state.latest_input_channel,
            "active_loop": state.active_loop.as_dict() if state.active_loop else {},
            "latest_action": {"action_name": state.latest_action} if state.latest_action else {},
            "latest_action_name": state.latest_action,
        }

    def _taken_back(self, event: Event) -> Tracker:
        applied = _still_applied(self.applied, event)
        state = replace(
            reduce(step, applied, self.base),
            latest_event_time=event.timestamp,
            owner=self.state.owner,
            agent=self.state.agent,
        )
        return replace(self, state=state, applied=applied)

    def _trimmed(self) -> Tracker:
        if len(self.events) <= 2 * WINDOW and len(self.applied) <= 2 * WINDOW:
            return self
        old, kept = self.applied[:-WINDOW], self.applied[-WINDOW:]
        return replace(self, events=self.events[-WINDOW:], applied=kept, base=reduce(step, old, self.base))


def applied_events(events: Iterable[Event]) -> tuple[Event, ...]:
    """Of all events of a conversation those of its last session that were not taken back."""
    applied: list[Event] = []
    for event in events:
        if isinstance(event, Restarted | SessionStarted):
            applied = []
        elif isinstance(event, ActionReverted | UserUtteranceReverted):
            applied = list(_still_applied(tuple(applied), event))
        else:
            applied.append(event)
    return tuple(applied)


def _still_applied(applied: tuple[Event, ...], event: Event) -> tuple[Event, ...]:
    """What is left after `undo` or `rewind`."""
    if isinstance(event, ActionReverted):
        return _without_last(applied, ActionExecuted)
    # With the message goes the `action_listen` before it.
    return _without_last(_without_last(applied, UserUttered), ActionExecuted)


def _without_last(events: tuple[Event, ...], kind: type[Event]) -> tuple[Event, ...]:
    """The events before the last one of a kind; none when there is none."""
    for index in range(len(events) - 1, -1, -1):
        if isinstance(events[index], kind):
            return events[:index]
    return ()
