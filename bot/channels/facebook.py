"""Facebook Messenger: one page. Webhooks are signed with the app's secret; they carry no time.

By Meta's Messenger Platform reference. Sends have no idempotency key, so that one whose outcome is unknown
may repeat.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import aiohttp

from bot.channels import meta
from bot.channels.accounts import FacebookAccount, revealed
from bot.channels.base import BadMessage, Incoming, Json, Outgoing, Pace, Received, SendResult
from bot.channels.call import call
from bot.channels.facebook_outbound import TOO_LATE, messages, result
from bot.channels.json_body import read_object
from bot.channels.reading import file, identifier, inner, objects, place, text
from bot.channels.wording import clean
from bot.messages import Attachment, Message, Part

_log = logging.getLogger("kefu.facebook")

NAME = "facebook"
# 300 texts a second to all.
PACE = Pace(account_every_s=1 / 300, account_burst=100, window=timedelta(hours=24))


@dataclass(frozen=True, slots=True, kw_only=True)
class Facebook:
    """The channel of one page; implements `bot.channels.base.Channel`."""

    entry: FacebookAccount
    session: aiohttp.ClientSession = field(repr=False)
    pace: Pace = PACE

    @property
    def name(self) -> str:
        return NAME

    @property
    def account(self) -> str:
        return self.entry.page_id

    def handshake(self, query: Mapping[str, str]) -> str | None:
        """The challenge, where Meta proves with our own token that we asked it to call here."""
        return meta.handshake(query, self.entry.verify_token.get_secret_value())

    def verify(self, incoming: Incoming) -> bool:
        """Whether the body was signed with our app's secret."""
        return meta.verify(incoming, revealed(self.entry.app_secret))

    def parse(self, incoming: Incoming) -> Received:
        """The messages to our page; echoes, receipts, reactions and what another app handles are none.

        Raises:
            BadMessage: when the body is no webhook of a page.
        """
        data = read_object(incoming.body)
        if data.get("object") != "page" or not isinstance(data.get("entry"), list):
            raise BadMessage("The body is not from a Facebook page.")
        events = (
            event
            for entry in objects(data["entry"])
            if str(entry.get("id")) == self.account
            for event in objects(entry.get("messaging"))
        )
        found = (_message(event, self.account, incoming.received_at) for event in events)
        return Received(messages=tuple(message for message in found if message))

    def render(self, parts: Sequence[Part], *, language: str = "") -> tuple[Json, ...]:
        """Messenger messages without their addressee."""
        return tuple(one for part in parts for one in messages(part, language=language))

    async def send(self, outgoing: Outgoing) -> SendResult:
        """One call of the Send API; none when it would be refused as too late."""
        if outgoing.late:
            return SendResult(failure="permanent", reason=TOO_LATE)
        return await call(
            self.session,
            f"{self.entry.api_url}/{self.entry.api_version}/{self.account}/messages",
            platform="Messenger",
            read=result,
            json={
                "recipient": {"id": outgoing.recipient},
                "messaging_type": "RESPONSE",
                "message": outgoing.payload,
            },
            headers={"Authorization": f"Bearer {self.entry.access_token.get_secret_value()}"},
        )


def _message(event: dict[str, Any], page: str, received_at: datetime) -> Message | None:
    """What a customer said; None for all else. One that cannot be read is logged and passed over."""
    said, pressed = inner(event, "message"), inner(event, "postback")
    if said.get("is_echo") or not (said or pressed):
        return None
    try:
        sender = identifier(inner(event, "sender").get("id"))
        written = text(
            pressed.get("payload") or inner(said, "quick_reply").get("payload") or said.get("text")
        )
        attachments = tuple(map(_attached, objects(said.get("attachments"))))
        if sender == page or not (written or attachments):
            return None
        # Postbacks of old apps have no id; who pressed when is one.
        own_id = said.get("mid") or pressed.get("mid") or f"{sender}:{identifier(event.get('timestamp'))}"
        return Message(
            id=identifier(own_id),
            account=page,
            conversation_id=f"{NAME}:{page}:{sender}",
            channel=NAME,
            sender=sender,
            text=clean(written).strip(),
            received_at=received_at,
            attachments=attachments,
            metadata={"timestamp": str(event.get("timestamp", ""))[:20]},
        )
    except ValueError:
        _log.warning("A Messenger message could not be read", extra={"action": "skip"})
        return None


def _attached(item: dict[str, Any]) -> Attachment:
    kind, payload = text(item.get("type")), inner(item, "payload")
    if kind == "location":
        where = inner(payload, "coordinates")
        return place(where.get("lat"), where.get("long"))
    sticker = payload.get("sticker_id") is not None
    address = clean(text(payload.get("url")))[:2000]
    return Attachment(kind="sticker", reference=address) if sticker else file(address, mime_type=f"{kind}/")
