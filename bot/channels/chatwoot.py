"""Chatwoot's agent bot: answers in pending conversations, and opens them when people are wanted.

Whose turn it is Chatwoot decides: a conversation that its people have open is not answered, and one that
they set to pending again is the bot's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import aiohttp

from bot.channels import reading
from bot.channels.accounts import ChatwootAccount, revealed
from bot.channels.base import BadMessage, Incoming, Json, Outgoing, Pace, Received, SendResult
from bot.channels.call import call
from bot.channels.json_body import read_object
from bot.channels.reading import identifier, inner, objects
from bot.channels.retry_after import retry_after
from bot.channels.signing import fresh, same, verify_hmac_hex
from bot.channels.spoken import attached_address, card_part
from bot.channels.wording import clean, please_choose, render_citations, split_text
from bot.messages import Attachment, Message, Part
from encoders.text import detect_language

NAME = "chatwoot"
# 3,000 requests a minute from one address.
PACE = Pace(account_every_s=1 / 50, account_burst=50)
LONGEST_TEXT = 4000
_KINDS = {"image": "image", "audio": "audio", "video": "video", "location": "location"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Chatwoot:
    """The channel of one agent bot; implements `bot.channels.base.Channel`."""

    entry: ChatwootAccount
    session: aiohttp.ClientSession = field(repr=False)
    pace: Pace = PACE

    @property
    def name(self) -> str:
        return NAME

    @property
    def account(self) -> str:
        return str(self.entry.account_id)

    def handshake(self, query: Mapping[str, str]) -> str | None:
        """Chatwoot does not test the address."""
        return None

    def verify(self, incoming: Incoming) -> bool:
        """Whether Chatwoot signed the body, now; or for servers that do not sign, whether it knows the token."""
        if self.entry.url_token is not None:
            given = incoming.query.get("token", "")
            if not any([same(token, given) for token in revealed(self.entry.url_token)]):
                return False
        if self.entry.secret is None:
            return True
        timestamp = incoming.headers.get("X-Chatwoot-Timestamp")
        if timestamp is None or not fresh(timestamp, incoming.received_at):
            return False
        signed = f"{timestamp}.".encode() + incoming.body
        signature = incoming.headers.get("X-Chatwoot-Signature")
        return verify_hmac_hex(revealed(self.entry.secret), signed, signature, prefix="sha256=")

    def parse(self, incoming: Incoming) -> Received:
        """A contact's message in a pending conversation; notes, our own and people's messages are none.

        Raises:
            BadMessage: when the body is no event of Chatwoot.
        """
        data = read_object(incoming.body)
        if not isinstance(data.get("event"), str):
            raise BadMessage("The body is no event of Chatwoot.")
        if str(inner(data, "account").get("id")) != self.account:
            return Received()
        try:
            found = _message(data, self.account, incoming.received_at)
        except ValueError:
            raise BadMessage("The event names no message or conversation.") from None
        return Received(messages=(found,) if found else ())

    def render(self, parts: Sequence[Part], *, language: str = "") -> tuple[Json, ...]:
        """Bodies of new messages."""
        return tuple(one for part in parts for one in messages(part, language=language))

    def handed_over(self) -> tuple[Json, ...]:
        """What opens the conversation for Chatwoot's people."""
        return ({"status": "open"},)

    async def send(self, outgoing: Outgoing) -> SendResult:
        """One new message in a conversation, or its new status."""
        deed = "toggle_status" if "status" in outgoing.payload else "messages"
        conversation = f"accounts/{self.account}/conversations/{int(outgoing.recipient)}"
        return await call(
            self.session,
            f"{self.entry.api_url}/api/v1/{conversation}/{deed}",
            platform="Chatwoot",
            read=result,
            json=outgoing.payload,
            headers={"api_access_token": self.entry.access_token.get_secret_value()},
        )


def _message(data: dict[str, Any], account: str, received_at: datetime) -> Message | None:
    pending = inner(data, "conversation").get("status") == "pending"
    if not pending or data.get("private"):
        return None
    chosen = _choice(data) if data["event"] == "message_updated" else ""
    said = data["event"] == "message_created" and data.get("message_type") in ("incoming", 0)
    if not (said or chosen):
        return None
    number, conversation = identifier(data.get("id")), identifier(inner(data, "conversation").get("id"))
    int(conversation)  # it becomes part of an address
    return Message(
        id=f"{number}:{chosen}"[:255] if chosen else number,
        account=account,
        conversation_id=f"{NAME}:{account}:{conversation}",
        channel=NAME,
        sender=conversation,
        text=clean(chosen or reading.text(data.get("content"))).strip(),
        received_at=received_at,
        attachments=tuple(_attached(item) for item in objects(data.get("attachments"))),
        metadata={"name": clean(reading.text(inner(data, "sender").get("name")))},
    )


def _choice(data: dict[str, Any]) -> str:
    """What was chosen in a message of ours that asked: it is told as that message's update."""
    values = objects(inner(data, "content_attributes").get("submitted_values"))
    return next((reading.text(one.get("value")) for one in values), "")


def _attached(item: dict[str, Any]) -> Attachment:
    kind: Any = _KINDS.get(reading.text(item.get("file_type")), "file")
    if kind == "location":
        return reading.place(item.get("coordinates_lat"), item.get("coordinates_long"))
    return Attachment(kind=kind, reference=clean(reading.text(item.get("data_url")))[:2000])


def messages(part: Part, *, language: str = "") -> Iterator[Json]:
    """The messages that say one part, in order; pictures by their address."""
    language = language or detect_language(part.text)
    text, buttons = render_citations(part, language), part.quick_replies or part.buttons
    if buttons:
        text = text.strip() or please_choose(language)
    *before, last = split_text(text, LONGEST_TEXT) or ("",)
    yield from map(_text, before)
    if buttons:
        items = [{"title": button.title, "value": button.payload} for button in buttons]
        asked = {"content_type": "input_select", "content_attributes": {"items": items}}
        yield {**_text(last), **asked}
    elif last:
        yield _text(last)
    for address in (part.image, attached_address(part.attachment)):
        if address:
            yield _text(address[:LONGEST_TEXT])
    for element in part.elements:
        yield from messages(card_part(element), language=language)


def _text(content: str) -> dict[str, Any]:
    return {"content": content, "message_type": "outgoing", "private": False}


def result(status: int, answer: Any, wait: str | None) -> SendResult:
    """What an answer says about a delivery."""
    if 200 <= status < 300:
        number = answer.get("id") if isinstance(answer, dict) else None
        return SendResult(platform_id=None if number is None else str(number))
    reason = f"Chatwoot answered HTTP {status}."
    if status == 429:
        return SendResult(failure="rate_limited", reason=reason, retry_after=retry_after(wait))
    if status == 504:
        return SendResult(failure="unknown", reason=reason)
    return SendResult(failure="temporary" if status >= 500 else "permanent", reason=reason)
