"""From stored events to the lines that the customer's page shows; most events nobody sees."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from typing import Any

from bot.channels.spoken import attached_address, card_part, part_of
from bot.messages import Part
from bot.store.uploads import upload_id

_SPEAKERS = {"user": "customer", "bot": "bot", "agent": "agent"}


def lines_of(conversation_id: str, events: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The lines of the transcript, with their numbers."""
    return [line for event in events if (line := _line(conversation_id, event))]


def bubbles(part: Part) -> Iterator[dict[str, Any]]:
    """A part as the page takes it: one bubble, and one more for each card."""
    yield {
        "text": part.text,
        "image": part.image,
        "attachment": attached_address(part.attachment),
        "buttons": [asdict(button) for button in part.buttons or part.quick_replies],
        "citations": [{"title": one.title, "url": one.url} for one in part.citations],
    }
    for element in part.elements:
        card = card_part(element)
        yield {"text": card.text, "image": card.image, "buttons": [asdict(one) for one in card.buttons]}


def _line(conversation_id: str, event: Mapping[str, Any]) -> dict[str, Any] | None:
    place = {"seq": event["seq"], "timestamp": event["timestamp"]}
    if event["event"] == "owner":
        owner = {"owner": event["owner"], "agent": event.get("agent") or ""}
        return {**place, "speaker": "notice", "parts": [], **owner}
    if event["event"] == "rating":
        return {**place, "speaker": "notice", "parts": [], "rating": event["score"]}
    speaker = _SPEAKERS.get(event["event"])
    if speaker is None:
        return None
    text = event.get("text") or ""
    return {
        **place,
        "speaker": speaker,
        "agent": (event.get("metadata") or {}).get("agent", ""),
        "text": text,
        "message_id": (event.get("message_id") or "").removeprefix(f"{conversation_id}:"),
        "parts": [_said(event, text)] if speaker == "customer" else list(bubbles(part_of(event))),
    }


def _said(event: Mapping[str, Any], text: str) -> dict[str, Any]:
    """What the customer wrote and the files with it."""
    attached = (event.get("metadata") or {}).get("attachments") or ()
    files = [
        {"id": upload_id(one.get("reference")), **{key: one.get(key, "") for key in ("kind", "name")}}
        for one in attached
        if isinstance(one, Mapping) and upload_id(one.get("reference"))
    ]
    return {"text": text, "files": files}
