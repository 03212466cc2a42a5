"""Replies as WhatsApp messages, and what WhatsApp's answers to them mean.

Limits and error codes: Meta's Cloud API reference (messages, interactive messages, error codes).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from bot.channels.base import Json, SendResult
from bot.channels.retry_after import retry_after
from bot.channels.spoken import attached_address, card_part
from bot.channels.wording import numbered, please_choose, render_citations, split_text, utf16_units
from bot.messages import Button, Part
from bot.store.retry import Failure
from encoders.text import detect_language

LONGEST_TEXT = 4096
LONGEST_BODY = 1024
MOST_BUTTONS = 3
MOST_ROWS = 10

_OPEN_LIST = {"en": "Options", "zh": "选项"}

_RATE_LIMITED = frozenset({4, 80007, 130429, 131056})
_TEMPORARY = frozenset({1, 2, 131000, 131016, 131057})
_REASONS = {
    190: "The access token has expired or was revoked: put a new one into credentials.yml.",
    368: "Meta has blocked the account for a breach of its policies.",
    131026: "WhatsApp cannot deliver to this user.",
    131031: "Meta has locked the account.",
    131047: "More than 24 hours have passed since the customer wrote: only an approved template may be sent.",
    131048: "WhatsApp has restricted this number because people reported or blocked it.",
    131051: "WhatsApp does not support this type of message.",
    132000: "The template's variables do not match.",
    132001: "There is no approved template of this name and language.",
}


def messages(part: Part, *, language: str = "") -> Iterator[Json]:
    """The WhatsApp messages that say one part, in order."""
    language = language or detect_language(part.text)
    text = render_citations(part, language)
    yield from _said(text, part.quick_replies or part.buttons, language)
    if part.custom is not None and _is_message(part.custom):
        yield {"type": part.custom["type"], part.custom["type"]: part.custom[part.custom["type"]]}
    for address in (part.image, attached_address(part.attachment)):
        if address:
            yield _image(address)
    for element in part.elements:
        yield from messages(card_part(element), language=language)


def _said(text: str, buttons: tuple[Button, ...], language: str) -> Iterator[Json]:
    text = text if text.strip() else ""  # a blank body is refused, as an empty one is
    if not buttons:
        yield from map(_text, split_text(text, LONGEST_TEXT, size=utf16_units))
        return
    choice = _reply_buttons(buttons) or _list(buttons, language)
    if choice is None:
        listed = numbered(text.strip() or please_choose(language), buttons)
        yield from map(_text, split_text(listed, LONGEST_TEXT, size=utf16_units))
        return
    *before, body = split_text(text.strip() or please_choose(language), LONGEST_BODY, size=utf16_units)
    yield from map(_text, before)
    yield {"type": "interactive", "interactive": {"body": {"text": body}, **choice}}


def _reply_buttons(buttons: tuple[Button, ...]) -> dict[str, Any] | None:
    """Buttons in the bubble; None where they would not fit: what is cut misleads or comes back broken."""
    if len(buttons) > MOST_BUTTONS or not _fit(buttons, title=20, payload=256):
        return None
    if len({button.title for button in buttons}) < len(buttons):
        return None
    replies = [{"type": "reply", "reply": {"id": b.payload, "title": b.title}} for b in buttons]
    return {"type": "button", "action": {"buttons": replies}}


def _list(buttons: tuple[Button, ...], language: str) -> dict[str, Any] | None:
    """A list that opens, a long title shortened with all of it below; None where even that would not fit."""
    if len(buttons) > MOST_ROWS or not _fit(buttons, title=72, payload=200):
        return None
    rows = [_row(button) for button in buttons]
    label = _OPEN_LIST["zh" if language.startswith("zh") else "en"]
    return {"type": "list", "action": {"button": label, "sections": [{"title": label, "rows": rows}]}}


def _row(button: Button) -> dict[str, str]:
    if _units(button.title) <= 24:
        return {"id": button.payload, "title": button.title}
    short = split_text(button.title, 23, size=utf16_units)[0]
    return {"id": button.payload, "title": f"{short}…", "description": button.title}


def _fit(buttons: tuple[Button, ...], *, title: int, payload: int) -> bool:
    distinct = len({button.payload for button in buttons}) == len(buttons)
    return distinct and all(
        0 < _units(button.title.strip()) <= title and 0 < _units(button.payload) <= payload
        for button in buttons
    )


def _text(body: str) -> Json:
    return {"type": "text", "text": {"body": body, "preview_url": False}}


def _image(address: str) -> Json:
    # WhatsApp fetches the image itself, and only from the web.
    if address.startswith(("https://", "http://")):
        return {"type": "image", "image": {"link": address}}
    return _text(address[:LONGEST_TEXT])


def _is_message(custom: Json) -> bool:
    """Whether a custom payload is a WhatsApp message as it stands (a template, say)."""
    return isinstance(custom.get("type"), str) and isinstance(custom.get(custom["type"]), dict)


def _units(text: str) -> int:
    return sum(map(utf16_units, text))


def result(status: int, answer: Any, wait: str | None) -> SendResult:
    """What the Graph API's answer says about a delivery; `wait` is its `Retry-After` header."""
    if 200 <= status < 300:
        return SendResult(platform_id=_message_id(answer))
    error = answer.get("error") if isinstance(answer, dict) else None
    code = error.get("code") if isinstance(error, dict) else None
    code = code if isinstance(code, int) else None
    failure = _failure(status, code)
    pause: timedelta | None = retry_after(wait) if failure in ("rate_limited", "temporary") else None
    reason = _REASONS.get(code or 0, "WhatsApp refused the message.")
    if failure != "permanent":
        reason = "WhatsApp did not take the message for now."
    number = "" if code is None else f", error {code}"
    return SendResult(failure=failure, reason=f"{reason} (HTTP {status}{number})", retry_after=pause)


def why_undelivered(code: Any) -> str:
    """What an error code in a status means, for a person."""
    known = code if isinstance(code, int) else None
    reason = _REASONS.get(known or 0, "WhatsApp could not deliver the message.")
    return reason if known is None else f"{reason} (error {known})"


def _failure(status: int, code: int | None) -> Failure:
    if code in _REASONS:
        return "permanent"
    if status == 429 or code in _RATE_LIMITED:
        return "rate_limited"
    if status == 504:  # somebody in between gave up waiting; the message may be through
        return "unknown"
    return "temporary" if status >= 500 or status == 408 or code in _TEMPORARY else "permanent"


def _message_id(answer: Any) -> str | None:
    try:
        return str(answer["messages"][0]["id"])
    except (KeyError, IndexError, TypeError):
        return None
