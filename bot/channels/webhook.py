"""Any system of one's own, by Standard Webhooks: signed messages in, signed replies out.

In: `{"sender", "message", "metadata"}` as on REST; `webhook-id` makes a repetition known. Out: the items of a
REST reply, one a call, each with an id that stays the same when it is sent again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import aiohttp

from bot.channels import rest, standard_webhooks
from bot.channels.accounts import WebhookAccount, revealed
from bot.channels.base import BadMessage, Incoming, Json, Outgoing, Pace, Received, SendResult
from bot.channels.call import call
from bot.channels.retry_after import retry_after
from bot.messages import Part, Reply

NAME = "webhook"
_LONGEST_ID = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """The channel of one address; implements `bot.channels.base.Channel`."""

    entry: WebhookAccount
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
        """Whether one of our secrets signed this, now."""
        secrets = revealed(self.entry.secret)
        return standard_webhooks.verify(secrets, incoming.headers, incoming.body, incoming.received_at)

    def parse(self, incoming: Incoming) -> Received:
        """The message.

        Raises:
            BadMessage: for anything but the documented shape.
        """
        message_id = incoming.headers.get("webhook-id", "")
        if len(message_id) > _LONGEST_ID or not message_id.isprintable():
            raise BadMessage("'webhook-id' must be a short id.")
        message = rest.parse_message(incoming.body, received_at=incoming.received_at)
        ours = f"{NAME}{rest.SEPARATOR}{message.sender}"
        return Received(messages=(replace(message, id=message_id, channel=NAME, conversation_id=ours),))

    def render(self, parts: Sequence[Part], *, language: str = "") -> tuple[Json, ...]:
        """The items of a REST reply without their recipient, each with an id."""
        items = rest.items(Reply(conversation_id="", channel=NAME, parts=tuple(parts)))
        return tuple({**item, "id": uuid4().hex} for item in items)

    async def send(self, outgoing: Outgoing) -> SendResult:
        """One item; signed with the newest secret."""
        body = {**outgoing.payload, "recipient_id": outgoing.recipient}
        return await deliver(self.session, self.entry.url, body, secret=revealed(self.entry.secret)[0])


async def deliver(
    session: aiohttp.ClientSession,
    url: str,
    body: Json,
    *,
    secret: str,
    headers: Mapping[str, str] | None = None,
) -> SendResult:
    """POST a JSON object, signed when there is a secret; its `id` is that of the call."""
    raw = json.dumps(body, ensure_ascii=False).encode()
    message_id = str(body.get("id") or uuid4().hex)
    signed = standard_webhooks.headers(secret, message_id, datetime.now(UTC), raw) if secret else {}
    return await call(
        session,
        url,
        platform="The receiving system",
        read=_read,
        data=raw,
        headers={**(headers or {}), **signed, "Content-Type": "application/json"},
    )


def _read(status: int, _answer: Any, wait: str | None) -> SendResult:
    if 200 <= status < 300:
        return SendResult()
    reason = f"The receiving system answered HTTP {status}."
    if status == 429:
        return SendResult(failure="rate_limited", reason=reason, retry_after=retry_after(wait))
    if status >= 500 or status == 408:
        return SendResult(failure="temporary", reason=reason, retry_after=retry_after(wait))
    return SendResult(failure="permanent", reason=reason)
