"""WeCom (企业微信): one self-built application. Messages come signed and under AES; replies are application messages.

Cards have an id of their own, which WeCom takes once; a text whose send is repeated may arrive twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from uuid import uuid4

import aiohttp

from bot.channels import tencent, wechat_crypto
from bot.channels.access_token import AccessToken
from bot.channels.accounts import WeComAccount, revealed
from bot.channels.base import BadMessage, Incoming, Json, Outgoing, Pace, Received, SendResult
from bot.channels.call import Read, call
from bot.channels.media import Media
from bot.channels.signing import fresh
from bot.channels.spoken import attached_address, card_part
from bot.channels.wechat import picture, texts
from bot.channels.wechat_inbound import message, read_fields
from bot.channels.wording import numbered, please_choose, render_citations
from bot.messages import Button, Part
from encoders.text import detect_language

NAME = "wecom"
# 30 messages a minute to one member; what is more WeCom drops without a word.
PACE = Pace(recipient_every_s=2.0, recipient_burst=5)
MOST_BUTTONS = 6
LONGEST_TITLE = 10
LONGEST_KEY = 1024
LONGEST_BODY = 160


@dataclass(frozen=True, slots=True, kw_only=True)
class WeCom:
    """The channel of one application; implements `bot.channels.base.Channel`."""

    entry: WeComAccount
    session: aiohttp.ClientSession = field(repr=False)
    pace: Pace = PACE
    _token: AccessToken = field(init=False, repr=False)

    def __post_init__(self) -> None:
        # Frozen: set once, here.
        explain = partial(tencent.outcome, "WeCom")
        object.__setattr__(self, "_token", AccessToken(self._ask_for_token, explain))

    @property
    def name(self) -> str:
        return NAME

    @property
    def account(self) -> str:
        return f"{self.entry.corp_id}:{self.entry.agent_id}"

    def handshake(self, query: Mapping[str, str]) -> str | None:
        """What is in the encrypted `echostr`, where it is signed with our token."""
        echo = query.get("echostr")
        if echo is None or not self._signed(query, echo):
            return None
        try:
            return self._decrypted(echo).decode()
        except (BadMessage, UnicodeDecodeError):
            return None

    def verify(self, incoming: Incoming) -> bool:
        """Whether somebody with our token sent this, now."""
        if not fresh(incoming.query.get("timestamp"), incoming.received_at):
            return False
        try:
            encrypted = read_fields(incoming.body).get("Encrypt")
        except BadMessage:
            return False
        return self._signed(incoming.query, encrypted)

    def parse(self, incoming: Incoming) -> Received:
        """The message in a request; events other than presses on our cards are none.

        Raises:
            BadMessage: when it cannot be decrypted or read, or does not say who wrote.
        """
        fields = read_fields(self._decrypted(read_fields(incoming.body).get("Encrypt", "")))
        if fields.get("AgentID", str(self.entry.agent_id)) != str(self.entry.agent_id):
            return Received()  # for another application of the company
        found = message(fields, channel=NAME, account=self.account, received_at=incoming.received_at)
        return Received(messages=(found,) if found else ())

    def render(self, parts: Sequence[Part], *, language: str = "") -> tuple[Json, ...]:
        """Application messages without their addressee."""
        return tuple(one for part in parts for one in messages(part, language=language))

    async def send(self, outgoing: Outgoing) -> SendResult:
        """One application message."""
        addressed = {"touser": outgoing.recipient, "agentid": self.entry.agent_id}
        return await tencent.send(
            self.session,
            f"{self.entry.api_url}/cgi-bin/message/send",
            {**addressed, **outgoing.payload},
            platform="WeCom",
            token=self._token,
        )

    def _signed(self, query: Mapping[str, str], encrypted: str | None) -> bool:
        pieces = (query.get("timestamp"), query.get("nonce"), encrypted)
        return wechat_crypto.verify(revealed(self.entry.token), query.get("msg_signature"), *pieces)

    def _decrypted(self, encrypted: str) -> bytes:
        return wechat_crypto.decrypt(self.entry.aes_key.get_secret_value(), self.entry.corp_id, encrypted)

    async def media(self, reference: str) -> Media:
        """What a customer sent.

        Raises:
            MediaUnavailable: when it cannot be had.
        """
        return await tencent.media(self.session, self.entry.api_url, reference, self._token)

    async def _ask_for_token(self, read: Read) -> SendResult:
        secret = self.entry.secret.get_secret_value()
        return await call(
            self.session,
            f"{self.entry.api_url}/cgi-bin/gettoken",
            platform="WeCom",
            read=read,
            method="GET",
            params={"corpid": self.entry.corp_id, "corpsecret": secret},
        )


def messages(part: Part, *, language: str = "") -> Iterator[Json]:
    """The application messages that say one part, in order."""
    language = language or detect_language(part.text)
    text, buttons = render_citations(part, language), part.quick_replies or part.buttons
    if buttons and _fit(buttons):
        if len(text) > LONGEST_BODY:
            yield from texts(text)
            text = ""
        yield _card(text.strip() or please_choose(language), buttons)
    else:
        yield from texts(numbered(text.strip() or please_choose(language), buttons) if buttons else text)
    for address in (part.image, attached_address(part.attachment)):
        if address:
            yield picture(address, language)
    for element in part.elements:
        yield from messages(card_part(element), language=language)


def _card(text: str, buttons: tuple[Button, ...]) -> Json:
    pressable: list[dict[str, Any]] = [
        {"text": button.title, "style": 1, "key": button.payload} for button in buttons
    ]
    card = {
        "card_type": "button_interaction",
        "main_title": {"title": ""},
        "sub_title_text": text,
        "task_id": uuid4().hex,
        "button_list": pressable,
    }
    return {"msgtype": "template_card", "template_card": card}


def _fit(buttons: tuple[Button, ...]) -> bool:
    return len(buttons) <= MOST_BUTTONS and all(
        0 < len(button.title.strip()) <= LONGEST_TITLE and 0 < len(button.payload.encode()) <= LONGEST_KEY
        for button in buttons
    )
