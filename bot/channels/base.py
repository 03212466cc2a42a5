"""What a channel is: a handful of plain functions around `Message` and `Reply`, without a web framework."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol, runtime_checkable

from bot.messages import Message, Part
from bot.store.retry import Failure

Json = Mapping[str, Any]


class BadMessage(Exception):
    """What came in is not what the channel's platform sends; the text says why and quotes nothing of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """An HTTP request to a channel's webhook, as it came.

    Attributes:
        headers: looked up without regard to case.
        body: the exact bytes, which signatures are over.
        received_at: aware UTC.
    """

    headers: Mapping[str, str]
    query: Mapping[str, str]
    body: bytes
    received_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Undelivered:
    """A message of ours that the platform took and then could not deliver; `platform_id` as `SendResult` had it."""

    platform_id: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """What a webhook call was about.

    Attributes:
        messages: customers' messages, oldest first.
        undelivered: messages of ours that did not arrive after all.
        answer: what the platform wants to hear.
        after_turns: the platform waits until the messages were answered; otherwise it is told at once.
    """

    messages: tuple[Message, ...] = ()
    undelivered: tuple[Undelivered, ...] = ()
    answer: str = ""
    content_type: str = "text/plain"
    after_turns: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SendResult:
    """What became of one delivery.

    Attributes:
        failure: None when the platform has it; otherwise whether and how another try makes sense.
        reason: for a person, without the customer's words or our secrets.
        retry_after: how long the platform wants to be left alone.
    """

    platform_id: str | None = None
    failure: Failure | None = None
    reason: str = ""
    retry_after: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """One platform message to one customer.

    Attributes:
        payload: one of those that `Channel.render` made.
        late: the platform takes no free text any more, because the customer has been silent for too long.
    """

    recipient: str
    payload: Json = field(default_factory=dict)
    late: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How a platform lets us speak: so many messages at once, and one more every so many seconds.

    Attributes:
        window: for how long after the customer's last message it takes free text; None where always.
    """

    recipient_every_s: float = 0.0
    recipient_burst: int = 1
    account_every_s: float = 0.0
    account_burst: int = 1
    window: timedelta | None = None


class Channel(Protocol):
    """One account on one messaging platform.

    The web layer calls `handshake` for GET, and `verify`, then `parse` for POST. A turn calls `render` and
    stores what it gives, one outbox row each, so that a retry repeats no more than one message; the outbox
    sender calls `send`.
    """

    @property
    def name(self) -> str:
        """The channel's name, also in its webhook's path."""

    @property
    def account(self) -> str:
        """Which of our accounts on the platform this is."""

    @property
    def pace(self) -> Pace:
        """How the platform lets us speak."""

    def handshake(self, query: Mapping[str, str]) -> str | None:
        """The answer to the platform's test of our address; None refuses it."""

    def verify(self, incoming: Incoming) -> bool:
        """Whether the platform sent this. Never raises, whatever came in."""

    def parse(self, incoming: Incoming) -> Received:
        """The customers' messages in a verified request; what is no message of a customer is left out.

        Raises:
            BadMessage: when it has not the platform's shape at all.
        """

    def render(self, parts: Sequence[Part], *, language: str = "") -> tuple[Json, ...]:
        """The parts of a reply as the platform's own messages, in order, within its limits."""

    async def send(self, outgoing: Outgoing) -> SendResult:
        """Deliver one message, once. Failures are results; only bugs raise."""


@runtime_checkable
class SpeaksLate(Protocol):
    """A channel that has another form for what it may not say freely any more, its window being closed."""

    def late(self, payload: Json) -> Json | SendResult:
        """One of `Channel.render`'s payloads in the form that is still taken; why not, where there is none."""


@runtime_checkable
class HandsOver(Protocol):
    """A channel whose platform decides whether people or the bot have a conversation.

    What its webhook brings is for the bot, and its people are called there.
    """

    def handed_over(self) -> tuple[Json, ...]:
        """What calls them, as messages to send after the reply."""
