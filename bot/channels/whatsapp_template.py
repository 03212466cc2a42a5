"""Templates: what WhatsApp still takes when 24 hours have passed since the customer wrote."""

from __future__ import annotations

from collections.abc import Mapping

from bot.channels.accounts import Template
from bot.channels.base import Json, SendResult
from encoders.text import detect_language

LONGEST_VARIABLE = 1024
TOO_LATE = "More than 24 hours have passed since the customer wrote: only an approved template may be sent."


def instead_of(payload: Json, templates: Mapping[str, Template]) -> Json | SendResult:
    """The message as the variable of the template in its language; why not, where that cannot be.

    A variable has no line breaks and no rows of spaces (Meta's template reference).
    """
    text = " ".join(_words(payload).split())
    template = templates.get(detect_language(text)) or next(iter(templates.values()), None)
    if template is None:
        return SendResult(failure="permanent", reason=f"{TOO_LATE} credentials.yml names none.")
    if not text or len(text) > LONGEST_VARIABLE:
        return SendResult(failure="permanent", reason=f"{TOO_LATE} This does not fit into one.")
    body = {"type": "body", "parameters": [{"type": "text", "text": text}]}
    worded = {"name": template.name, "language": {"code": template.language}, "components": [body]}
    return {"type": "template", "template": worded}


def _words(payload: Json) -> str:
    """What a message says; choices as its titles."""
    kind = payload.get("type")
    if kind == "text":
        return str(payload["text"]["body"])
    if kind == "image":
        return str(payload["image"]["link"])
    if kind != "interactive":
        return ""
    action = payload["interactive"]["action"]
    replies = [one["reply"]["title"] for one in action.get("buttons", ())]
    rows = [
        row.get("description") or row["title"] for one in action.get("sections", ()) for row in one["rows"]
    ]
    return " / ".join([payload["interactive"]["body"]["text"], *replies, *rows])
