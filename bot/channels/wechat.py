"""WeChat Official Accounts: signed messages in, plain or under AES; customer-service messages out.

A plain signature does not cover the body: it is taken for five minutes, and for one body only. With an
`aes_key` nothing plain is taken. Only verified service accounts may send customer-service messages.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any

import aiohttp

from bot.channels import tencent, wechat_crypto
from bot.channels.access_token import AccessToken
from bot.channels.accounts import WeChatAccount, revealed
from bot.channels.base import BadMessage, Incoming, Json, Outgoing, Pace, Received, SendResult
from bot.channels.call import Read, call
from bot.channels.media import Media
from bot.channels.signing import Nonces, fresh
from bot.channels.spoken import attached_address, card_part
from bot.channels.wechat_inbound import message, read_fields
from bot.channels.wording import numbered, please_choose, render_citations, split_text, utf8_bytes
from bot.messages import Button, Part
from encoders.text import detect_language

NAME = "wechat"
PACE = Pace(window=timedelta(hours=48))
LONGEST_TEXT = 2048
"""Bytes of UTF-8; what is longer is refused."""
MOST_CHOICES = 10
LONGEST_CHOICE = 128
_IMAGE = {"en": "Image", "zh": "图片"}


@dataclass(frozen=True, slots=True, kw_only=True)
class WeChat:
    """The channel of one Official Account; implements `bot.channels.base.Channel`."""

    entry: WeChatAccount
    session: aiohttp.ClientSession = field(repr=False)
    pace: Pace = PACE
    _nonces: Nonces = field(default_factory=Nonces, repr=False)
    _token: AccessToken = field(init=False, repr=False)

    def __post_init__(self) -> None:
        # Frozen: set once, here.
        explain = partial(tencent.outcome, "WeChat")
        object.__setattr__(self, "_token", AccessToken(self._ask_for_token, explain))

    @property
    def name(self) -> str:
        return NAME

    @property
    def account(self) -> str:
        return self.entry.app_id

    def handshake(self, query: Mapping[str, str]) -> str | None:
        """The `echostr`, where it is signed with our token."""
        return query.get("echostr", "") if self._plainly_signed(query) else None

    def verify(self, incoming: Incoming) -> bool:
        """Whether somebody with our token sent this, now."""
        query = incoming.query
        if not fresh(query.get("timestamp"), incoming.received_at):
            return False
        if self.entry.aes_key is not None:
            return self._signed_with_ciphertext(incoming)
        signed = self._plainly_signed(query)
        return signed and self._nonces.takes(_pair(query), incoming.body, incoming.received_at)

    def parse(self, incoming: Incoming) -> Received:
        """The message in a request; events other than presses on our menus are none.

        Raises:
            BadMessage: when it cannot be decrypted or read, or does not say who wrote.
        """
        fields = read_fields(incoming.body)
        if self.entry.aes_key is not None:
            plain = wechat_crypto.decrypt(
                self.entry.aes_key.get_secret_value(), self.entry.app_id, fields.get("Encrypt", "")
            )
            fields = read_fields(plain)
        found = message(fields, channel=NAME, account=self.account, received_at=incoming.received_at)
        return Received(messages=(found,) if found else (), answer="success")

    def render(self, parts: Sequence[Part], *, language: str = "") -> tuple[Json, ...]:
        """Customer-service messages without their addressee."""
        return tuple(one for part in parts for one in messages(part, language=language))

    async def send(self, outgoing: Outgoing) -> SendResult:
        """One customer-service message; none when it would be refused as too late."""
        if outgoing.late:
            return SendResult(failure="permanent", reason=tencent.TOO_LATE)
        return await tencent.send(
            self.session,
            f"{self.entry.api_url}/cgi-bin/message/custom/send",
            {"touser": outgoing.recipient, **outgoing.payload},
            platform="WeChat",
            token=self._token,
        )

    def _plainly_signed(self, query: Mapping[str, str]) -> bool:
        tokens = revealed(self.entry.token)
        pieces = (query.get("timestamp"), query.get("nonce"))
        return wechat_crypto.verify(tokens, query.get("signature"), *pieces)

    def _signed_with_ciphertext(self, incoming: Incoming) -> bool:
        try:
            encrypted = read_fields(incoming.body).get("Encrypt")
        except BadMessage:
            return False
        query, tokens = incoming.query, revealed(self.entry.token)
        pieces = (query.get("timestamp"), query.get("nonce"), encrypted)
        return wechat_crypto.verify(tokens, query.get("msg_signature"), *pieces)

    async def media(self, reference: str) -> Media:
        """What a customer sent.

        Raises:
            MediaUnavailable: when it cannot be had.
        """
        return await tencent.media(self.session, self.entry.api_url, reference, self._token)

    async def _ask_for_token(self, read: Read) -> SendResult:
        # The stable one: asking for it leaves those valid that other programs have.
        return await call(
            self.session,
            f"{self.entry.api_url}/cgi-bin/stable_token",
            platform="WeChat",
            read=read,
            json={
                "grant_type": "client_credential",
                "appid": self.entry.app_id,
                "secret": self.entry.app_secret.get_secret_value(),
            },
        )


def _pair(query: Mapping[str, str]) -> str:
    """What a plain signature is over besides the token."""
    return f"{query.get('timestamp')}:{query.get('nonce')}"


def messages(part: Part, *, language: str = "") -> Iterator[Json]:
    """The customer-service messages that say one part, in order."""
    language = language or detect_language(part.text)
    buttons = part.quick_replies or part.buttons
    yield from said(render_citations(part, language), buttons, language)
    for address in (part.image, attached_address(part.attachment)):
        if address:
            yield picture(address, language)
    for element in part.elements:
        yield from messages(card_part(element), language=language)


def said(text: str, buttons: tuple[Button, ...], language: str) -> Iterator[Json]:
    if not buttons:
        yield from texts(text)
        return
    if not _fit(buttons):
        yield from texts(numbered(text.strip() or please_choose(language), buttons))
        return
    *before, head = split_text(text.strip() or please_choose(language), LONGEST_TEXT // 2, size=utf8_bytes)
    for piece in before:
        yield from texts(piece)
    choices = [{"id": button.payload, "content": button.title} for button in buttons]
    yield {"msgtype": "msgmenu", "msgmenu": {"head_content": head, "list": choices, "tail_content": ""}}


def texts(text: str) -> Iterator[Json]:
    """A text as messages that are short enough."""
    for piece in split_text(text, LONGEST_TEXT, size=utf8_bytes):
        yield {"msgtype": "text", "text": {"content": piece}}


def picture(address: str, language: str) -> Json:
    """A picture as a card with it: the platform shows it from its address, without an upload."""
    if not address.startswith(("https://", "http://")):
        return {"msgtype": "text", "text": {"content": address[: LONGEST_TEXT // 4]}}
    title = _IMAGE["zh" if language.startswith("zh") else "en"]
    card: dict[str, Any] = {"title": title, "description": "", "url": address, "picurl": address}
    return {"msgtype": "news", "news": {"articles": [card]}}


def _fit(buttons: tuple[Button, ...]) -> bool:
    return len(buttons) <= MOST_CHOICES and all(
        0 < len(button.payload.encode()) <= LONGEST_CHOICE and 0 < len(button.title.strip()) <= LONGEST_CHOICE
        for button in buttons
    )
