"""Telegram: one bot. Its webhook proves itself by a secret in a header, which is not over the body.

By the Bot API. Updates come in order per chat and again until they are acknowledged; sends have no
idempotency key, so that one whose outcome is unknown may repeat.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import aiohttp

from bot.channels import telegram_inbound
from bot.channels.accounts import TelegramAccount, revealed
from bot.channels.base import Incoming, Json, Outgoing, Pace, Received, SendResult
from bot.channels.call import call
from bot.channels.media import Media, MediaUnavailable, ask, download, host_of, named
from bot.channels.retry_after import retry_after
from bot.channels.signing import same
from bot.channels.spoken import attached_address, card_part
from bot.channels.wording import numbered, please_choose, render_citations, split_text, utf16_units
from bot.messages import Button, Part
from encoders.text import detect_language

NAME = "telegram"
# 30 messages a second in all, one a second to a chat, with some to spare.
PACE = Pace(recipient_every_s=1.0, recipient_burst=5, account_every_s=1 / 30, account_burst=30)
LONGEST_TEXT = 4096
LONGEST_DATA = 64
"""Bytes of UTF-8 that come back from a button."""
MOST_BUTTONS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Telegram:
    """The channel of one bot; implements `bot.channels.base.Channel`."""

    entry: TelegramAccount
    session: aiohttp.ClientSession = field(repr=False)
    pace: Pace = PACE

    @property
    def name(self) -> str:
        return NAME

    @property
    def account(self) -> str:
        """The bot's id: the part of its token that is no secret."""
        return self.entry.access_token.get_secret_value().partition(":")[0]

    def handshake(self, query: Mapping[str, str]) -> str | None:
        """Telegram does not test the address."""
        return None

    def verify(self, incoming: Incoming) -> bool:
        """Whether the request has the secret that `setWebhook` was given."""
        given = incoming.headers.get("X-Telegram-Bot-Api-Secret-Token", "")
        matches = [same(secret, given) for secret in revealed(self.entry.secret_token)]
        return any(matches)

    def parse(self, incoming: Incoming) -> Received:
        """The message or pressed button in an update; edits and bots' messages are none.

        Raises:
            BadMessage: when the body is no update.
        """
        message, pressed = telegram_inbound.update(
            incoming.body, account=self.account, received_at=incoming.received_at
        )
        messages = (message,) if message else ()
        if not pressed:
            return Received(messages=messages)
        # The answer may be a call of the API: it stops the button from showing that it waits.
        stops = {"method": "answerCallbackQuery", "callback_query_id": pressed}
        return Received(messages=messages, answer=json.dumps(stops), content_type="application/json")

    def render(self, parts: Sequence[Part], *, language: str = "") -> tuple[Json, ...]:
        """Calls of the API: `method` and the rest of its arguments, without the chat."""
        return tuple(one for part in parts for one in messages(part, language=language))

    async def send(self, outgoing: Outgoing) -> SendResult:
        """One call of the Bot API."""
        arguments = {**outgoing.payload, "chat_id": int(outgoing.recipient)}
        method = arguments.pop("method")
        token = self.entry.access_token.get_secret_value()
        return await call(
            self.session,
            f"{self.entry.api_url}/bot{token}/{method}",
            platform="Telegram",
            read=result,
            json=arguments,
        )

    async def media(self, reference: str) -> Media:
        """What a customer sent, of at most 20 MB. Its address holds our token and is told to nobody.

        Raises:
            MediaUnavailable: when it cannot be had.
        """
        token = self.entry.access_token.get_secret_value()
        file_id = named(reference, "telegram-file")
        found = await ask(
            self.session, f"{self.entry.api_url}/bot{token}/getFile", params={"file_id": file_id}
        )
        path = str((found.get("result") or {}).get("file_path", ""))
        if not re.fullmatch(r"[A-Za-z0-9_-]+(/[A-Za-z0-9_.-]*[A-Za-z0-9])+", path):
            raise MediaUnavailable("Telegram's answer cannot be read.")
        url = f"{self.entry.api_url}/file/bot{token}/{path}"
        return await download(self.session, url, hosts=(host_of(url),))


def messages(part: Part, *, language: str = "") -> Iterator[Json]:
    """The calls that say one part, in order."""
    language = language or detect_language(part.text)
    yield from _said(render_citations(part, language), part.quick_replies or part.buttons, language)
    for address in (part.image, attached_address(part.attachment)):
        if address.startswith(("https://", "http://")):
            yield {"method": "sendPhoto", "photo": address}
        elif address:
            yield _text(address[:LONGEST_TEXT])
    for element in part.elements:
        yield from messages(card_part(element), language=language)


def _said(text: str, buttons: tuple[Button, ...], language: str) -> Iterator[Json]:
    if buttons:
        text = text.strip() or please_choose(language)
    if buttons and not _fit(buttons):
        text, buttons = numbered(text, buttons), ()
    *before, last = split_text(text, LONGEST_TEXT, size=utf16_units) or ("",)
    yield from map(_text, before)
    if buttons:
        rows = [[{"text": button.title, "callback_data": button.payload}] for button in buttons]
        yield {**_text(last), "reply_markup": {"inline_keyboard": rows}}
    elif last:
        yield _text(last)


def _text(text: str) -> dict[str, Any]:
    return {"method": "sendMessage", "text": text}


def _fit(buttons: tuple[Button, ...]) -> bool:
    return len(buttons) <= MOST_BUTTONS and all(
        button.title.strip() and 0 < len(button.payload.encode()) <= LONGEST_DATA for button in buttons
    )


def result(status: int, answer: Any, wait: str | None) -> SendResult:
    """What an answer of the Bot API says about a delivery."""
    said = answer if isinstance(answer, dict) else {}
    if 200 <= status < 300 and said.get("ok") is True:
        sent = said.get("result")
        number = sent.get("message_id") if isinstance(sent, dict) else None
        return SendResult(platform_id=None if number is None else str(number))
    if status == 429:
        return SendResult(
            failure="rate_limited",
            reason="Telegram asks to send more slowly. (HTTP 429)",
            retry_after=_asked_pause(said) or retry_after(wait),
        )
    if status == 504:
        return SendResult(failure="unknown", reason="Telegram did not answer in time. (HTTP 504)")
    if status >= 500 or status < 300:
        return SendResult(failure="temporary", reason=f"Telegram did not take the message. (HTTP {status})")
    return SendResult(failure="permanent", reason=f"{_why(status)} (HTTP {status})")


def _asked_pause(said: Mapping[str, Any]) -> timedelta | None:
    parameters = said.get("parameters")
    seconds = parameters.get("retry_after") if isinstance(parameters, dict) else None
    return retry_after(str(seconds)) if isinstance(seconds, int) else None


def _why(status: int) -> str:
    if status in (401, 404):
        return "The bot's token is wrong: put the right one into credentials.yml."
    if status == 403:
        return "The user has blocked the bot, or it may not write to this chat."
    return "Telegram refused the message."
