"""Rasa's callback channel: messages in as on REST, each bubble posted to an address.

An unauthenticated contract, like REST. With a `secret` both ways are signed by Standard Webhooks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import aiohttp

from bot.channels import rest, standard_webhooks
from bot.channels.accounts import CallbackAccount, revealed
from bot.channels.base import Incoming, Json, Outgoing, Pace, Received, SendResult
from bot.channels.webhook import deliver
from bot.messages import Part, Reply

NAME = "callback"


@dataclass(frozen=True, slots=True, kw_only=True)
class Callback:
    """The channel of one address; implements `bot.channels.base.Channel`."""

    entry: CallbackAccount
    session: aiohttp.ClientSession = field(repr=False)
    pace: Pace = field(default_factory=Pace)

    @property
    def name(self) -> str:
        return NAME

    @property
    def account(self) -> str:
        return rest.ACCOUNT

    def handshake(self, query: Mapping[str, str]) -> str | None:
        """Nobody tests the address."""
        return None

    def verify(self, incoming: Incoming) -> bool:
        """Whether the body is signed, where there is a secret."""
        if self.entry.secret is None:
            return True
        secrets = revealed(self.entry.secret)
        return standard_webhooks.verify(secrets, incoming.headers, incoming.body, incoming.received_at)

    def parse(self, incoming: Incoming) -> Received:
        """The message, as on REST. Rasa says `success` when its turn is done.

        Raises:
            BadMessage: for anything but the documented shape.
        """
        message = rest.parse_message(incoming.body, received_at=incoming.received_at)
        ours = f"{NAME}{rest.SEPARATOR}{message.sender}"
        message = replace(message, channel=NAME, conversation_id=ours)
        return Received(messages=(message,), answer="success", after_turns=True)

    def render(self, parts: Sequence[Part], *, language: str = "") -> tuple[Json, ...]:
        """The items of a REST reply without their recipient."""
        return tuple(rest.items(Reply(conversation_id="", channel=NAME, parts=tuple(parts))))

    async def send(self, outgoing: Outgoing) -> SendResult:
        """One bubble as one JSON object."""
        body = {**outgoing.payload, "recipient_id": outgoing.recipient}
        given = {name: value.get_secret_value() for name, value in self.entry.headers.items()}
        secret = next(iter(revealed(self.entry.secret)), "")
        return await deliver(self.session, self.entry.url, body, secret=secret, headers=given)
