"""Replies as Slack messages, and what Slack's answers to them mean.

Limits: Slack's Block Kit reference; a text of more than 4,000 characters is advised against.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from bot.channels.base import Json, SendResult
from bot.channels.retry_after import retry_after
from bot.channels.spoken import attached_address, card_part
from bot.channels.wording import numbered, please_choose, render_citations, split_text
from bot.messages import Button, Part
from bot.store.retry import Failure
from encoders.text import detect_language

LONGEST_TEXT = 4000
LONGEST_SECTION = 3000
LONGEST_TITLE = 75
LONGEST_VALUE = 2000
MOST_BUTTONS = 25
_ESCAPED = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_OWN_BLOCKS = ("text", "blocks", "attachments")
_TEMPORARY = frozenset({"fatal_error", "internal_error", "request_timeout", "service_unavailable"})
_REASONS = {
    "channel_not_found": "Slack does not know this channel.",
    "not_in_channel": "The bot is not a member of this channel.",
    "is_archived": "The channel is archived.",
    "invalid_auth": "The bot token is wrong: put the right one into credentials.yml.",
    "token_revoked": "The bot token was revoked: put a new one into credentials.yml.",
    "missing_scope": "The app lacks the scope chat:write.",
}


def messages(part: Part, *, language: str = "") -> Iterator[Json]:
    """The Slack messages that say one part, in order."""
    language = language or detect_language(part.text)
    yield from _said(render_citations(part, language), part.quick_replies or part.buttons, language)
    if part.custom is not None and any(key in part.custom for key in _OWN_BLOCKS):
        yield {key: part.custom[key] for key in _OWN_BLOCKS if key in part.custom}
    for address in (part.image, attached_address(part.attachment)):
        if address:
            yield _image(address)
    for element in part.elements:
        yield from messages(card_part(element), language=language)


def _said(text: str, buttons: tuple[Button, ...], language: str) -> Iterator[Json]:
    if not buttons or not _fit(buttons):
        whole = numbered(text.strip() or please_choose(language), buttons) if buttons else text
        yield from ({"text": _escaped(piece)} for piece in _pieces(whole, LONGEST_TEXT))
        return
    *before, last = _pieces(text.strip() or please_choose(language), LONGEST_SECTION)
    yield from ({"text": _escaped(piece)} for piece in before)
    section = {"type": "section", "text": {"type": "mrkdwn", "text": _escaped(last)}}
    choices = {"type": "actions", "elements": [_button(n, button) for n, button in enumerate(buttons)]}
    yield {"text": _escaped(last), "blocks": [section, choices]}


def _button(number: int, button: Button) -> dict[str, Any]:
    title = {"type": "plain_text", "text": button.title}
    return {"type": "button", "text": title, "action_id": f"choice-{number}", "value": button.payload}


def _fit(buttons: tuple[Button, ...]) -> bool:
    return len(buttons) <= MOST_BUTTONS and all(
        0 < len(button.title.strip()) <= LONGEST_TITLE
        and len(button.title) <= LONGEST_TITLE
        and 0 < len(button.payload) <= LONGEST_VALUE
        for button in buttons
    )


def _pieces(text: str, limit: int) -> tuple[str, ...]:
    return split_text(text, limit, size=lambda character: len(_ESCAPED.get(character, character)))


def _escaped(text: str) -> str:
    return "".join(_ESCAPED.get(character, character) for character in text)


def _image(address: str) -> Json:
    if not address.startswith(("https://", "http://")) or len(address) > 3000:
        return {"text": _escaped(address[:LONGEST_TEXT])}
    return {"text": address, "blocks": [{"type": "image", "image_url": address, "alt_text": "image"}]}


def result(status: int, answer: Any, wait: str | None) -> SendResult:
    """What an answer says about a delivery: Slack says 200 to what it refuses too."""
    said = answer if isinstance(answer, dict) else {}
    if 200 <= status < 300 and said.get("ok") is True:
        sent = said.get("ts")
        return SendResult(platform_id=sent if isinstance(sent, str) else None)
    error = said.get("error")
    error = error if isinstance(error, str) and re.fullmatch(r"[a-z_]{1,60}", error) else ""
    failure = _failure(status, error)
    reason = _REASONS.get(error, "Slack did not take the message.")
    named = f", {error}" if error else ""
    return SendResult(
        failure=failure, reason=f"{reason} (HTTP {status}{named})", retry_after=retry_after(wait)
    )


def _failure(status: int, error: str) -> Failure:
    if status == 429 or error in ("ratelimited", "rate_limited"):
        return "rate_limited"
    if status == 504:
        return "unknown"
    if status >= 500 or error in _TEMPORARY or (status < 300 and not error):
        return "temporary"
    return "permanent"
