"""What was said to a customer, read back from stored events: nothing is sent that is not stored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.messages import Button, Citation, Part


def part_of(event: Mapping[str, Any]) -> Part:
    """The bubble of a stored `bot` or `agent` event."""
    data = event.get("data") or {}
    metadata = event.get("metadata") or {}
    return Part(
        text=event.get("text") or "",
        image=data.get("image") or "",
        attachment=data.get("attachment"),
        custom=data.get("custom"),
        buttons=_buttons(data.get("buttons")),
        quick_replies=_buttons(data.get("quick_replies")),
        elements=tuple(data.get("elements") or ()),
        citations=tuple(_citation(item) for item in metadata.get("citations") or ()),
    )


def card_part(element: Mapping[str, Any]) -> Part:
    """One of Rasa's cards (`elements`) as a bubble of its own."""
    lines = [str(element[key]) for key in ("title", "subtitle") if element.get(key)]
    image = str(element.get("image_url") or "")
    return Part(text="\n".join(lines), image=image, buttons=_buttons(element.get("buttons")))


def attached_address(attachment: Any) -> str:
    """The address in Rasa's `{"type": "image", "payload": {"src": …}}`, or the attachment where it is one."""
    if isinstance(attachment, Mapping):
        payload = attachment.get("payload")
        attachment = payload.get("src") if isinstance(payload, Mapping) else None
    return attachment if isinstance(attachment, str) else ""


def _buttons(items: Any) -> tuple[Button, ...]:
    """Buttons that can be pressed; a link (`type: web_url`) has no payload and says its address."""
    return tuple(
        Button(title=str(item.get("title") or ""), payload=str(item.get("payload") or item.get("url") or ""))
        for item in items or ()
        if isinstance(item, Mapping) and item.get("title")
    )


def _citation(item: Mapping[str, Any]) -> Citation:
    return Citation(
        **{key: str(item.get(key) or "") for key in ("title", "url", "document_id", "passage_id")}
    )
