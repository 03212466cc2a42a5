"""What goes into the store and what comes out of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from bot.messages import Message

Json = Mapping[str, Any]
Owner = Literal["bot", "waiting", "person", "closed"]
InboxState = Literal["new", "done", "failed"]
OutboxState = Literal["pending", "sending", "sent", "held", "dead", "dropped"]
UnansweredState = Literal["open", "done"]


class ConflictError(Exception):
    """Another writer was first: load what it wrote and decide again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """A message's place in the inbox.

    Attributes:
        key: names the inbox row from here on.
        is_new: this call stored it; exactly one of several calls with the same message says so.
        outcome: what its turn ended in, once `state` is done or failed.
    """

    key: int
    is_new: bool
    state: InboxState
    outcome: Json | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfinished:
    """A message whose turn was never committed; `attempts` counts this one too."""

    key: int
    message: Message
    attempts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationUpdate:
    """What lists show of a conversation. An empty `preview` leaves the one that is there."""

    channel: str
    account: str
    sender: str
    owner: Owner = "bot"
    agent: str = ""
    language: str = ""
    preview: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxRow:
    """One thing to deliver; rows of a conversation leave in the order they are given in."""

    channel: str
    account: str
    recipient: str
    payload: Json
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnansweredMessage:
    """A customer's message that got no answer; `seq` is its event's."""

    seq: int
    text: str
    language: str
    reason: str
    candidates: tuple[Json, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """All that one turn writes, at once or not at all.

    Attributes:
        key: the inbox row that this turn answers; None where no message began it (an agent's line).
        also: rows of earlier messages that it answers too.
        expected_seq: the sequence number of the last event the turn was decided on; 0 before the first.
        events: dictionaries with at least `event` (the type) and `timestamp` (seconds since the epoch);
            they get the numbers `expected_seq + 1` and on.
        outcome: what a repetition of the message is told.
        failed: the message could not be handled and `events` only say so.
        replaces: the events before are deleted; the numbers go on.
        snapshot: the fold after `events`, where it is to be kept (`bot.dialog.snapshot`).
    """

    conversation_id: str
    expected_seq: int
    conversation: ConversationUpdate
    events: tuple[Json, ...] = ()
    key: int | None = None
    also: tuple[int, ...] = ()
    outbox: tuple[OutboxRow, ...] = ()
    outcome: Json | None = None
    failed: bool = False
    unanswered: tuple[UnansweredMessage, ...] = ()
    replaces: bool = False
    snapshot: Json | None = None

    @property
    def keys(self) -> tuple[int, ...]:
        """All inbox rows that it answers."""
        return self.also if self.key is None else (*self.also, self.key)


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """A row of the list of conversations; `since`: when it came to its owner."""

    id: str
    channel: str
    account: str
    sender: str
    owner: Owner
    agent: str
    language: str
    preview: str
    last_seq: int
    since: datetime
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Unanswered:
    """A row of the list of what was not answered."""

    id: int
    conversation_id: str
    seq: int
    text: str
    language: str
    reason: str
    candidates: tuple[Json, ...]
    state: UnansweredState
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One row of the outbox. `unknown_at`: when the platform may have had it without our knowing."""

    id: int
    conversation_id: str
    channel: str
    account: str
    recipient: str
    payload: Json
    state: OutboxState
    attempts: int
    due_at: datetime
    claimed_until: datetime | None
    unknown_at: datetime | None
    last_error: str
    platform_id: str | None
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Sizes of the queues; states with nothing in them are absent.

    Attributes:
        outbox: by state, without what was sent.
        unknown_sends: deliveries, of any state, whose outcome was unknown at some time.
        conversations: by owner.
    """

    inbox: Mapping[str, int] = field(default_factory=dict)
    outbox: Mapping[str, int] = field(default_factory=dict)
    unknown_sends: int = 0
    conversations: Mapping[str, int] = field(default_factory=dict)
    unanswered: int = 0
