"""Replies as Messenger messages, and what the Send API's answers to them mean."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bot.channels.base import Json, SendResult
from bot.channels.retry_after import retry_after
from bot.channels.spoken import attached_address, card_part
from bot.channels.wording import numbered, please_choose, render_citations, split_text, utf16_units
from bot.messages import Button, Part
from bot.store.retry import Failure
from encoders.text import detect_language

LONGEST_TEXT = 2000
MOST_BUTTONS = 13
LONGEST_TITLE = 20
LONGEST_PAYLOAD = 1000

TOO_LATE = "More than 24 hours have passed since the customer wrote."

_RATE_LIMITED = frozenset({4, 17, 32, 613, 80006})
_TEMPORARY = frozenset({1, 2, 1200})
_REASONS = {
    10: "More than 24 hours have passed since the customer wrote, or the app lacks a permission.",
    190: "The access token has expired or was revoked: put a new one into credentials.yml.",
    368: "Meta has blocked the page for a breach of its policies.",
    551: "This person cannot be written to at the moment.",
}


def messages(part: Part, *, language: str = "") -> Iterator[Json]:
    """The Messenger messages that say one part, in order."""
    language = language or detect_language(part.text)
    yield from _said(render_citations(part, language), part.quick_replies or part.buttons, language)
    if part.custom is not None and isinstance(part.custom.get("attachment"), dict):
        yield {"attachment": part.custom["attachment"]}
    for address in (part.image, attached_address(part.attachment)):
        if address.startswith(("https://", "http://")):
            yield {"attachment": {"type": "image", "payload": {"url": address, "is_reusable": True}}}
        elif address:
            yield {"text": address[:LONGEST_TEXT]}
    for element in part.elements:
        yield from messages(card_part(element), language=language)


def _said(text: str, buttons: tuple[Button, ...], language: str) -> Iterator[Json]:
    if buttons:
        text = text.strip() or please_choose(language)
    if buttons and not _fit(buttons):
        text, buttons = numbered(text, buttons), ()
    *before, last = split_text(text, LONGEST_TEXT, size=utf16_units) or ("",)
    yield from ({"text": piece} for piece in before)
    if buttons:
        choices = [{"content_type": "text", "title": b.title, "payload": b.payload} for b in buttons]
        yield {"text": last, "quick_replies": choices}
    elif last:
        yield {"text": last}


def _fit(buttons: tuple[Button, ...]) -> bool:
    return len(buttons) <= MOST_BUTTONS and all(
        button.title.strip()
        and sum(map(utf16_units, button.title)) <= LONGEST_TITLE
        and 0 < len(button.payload) <= LONGEST_PAYLOAD
        for button in buttons
    )


def result(status: int, answer: Any, wait: str | None) -> SendResult:
    """What the Send API's answer says about a delivery."""
    said = answer if isinstance(answer, dict) else {}
    if 200 <= status < 300:
        sent = said.get("message_id")
        return SendResult(platform_id=sent if isinstance(sent, str) else None)
    error = said.get("error")
    code = error.get("code") if isinstance(error, dict) else None
    code = code if isinstance(code, int) else None
    failure = _failure(status, code)
    reason = _REASONS.get(code or 0, "Messenger did not take the message.")
    number = "" if code is None else f", error {code}"
    return SendResult(
        failure=failure, reason=f"{reason} (HTTP {status}{number})", retry_after=retry_after(wait)
    )


def _failure(status: int, code: int | None) -> Failure:
    if code in _REASONS:
        return "permanent"
    if status == 429 or code in _RATE_LIMITED:
        return "rate_limited"
    if status == 504:
        return "unknown"
    return "temporary" if status >= 500 or code in _TEMPORARY else "permanent"
