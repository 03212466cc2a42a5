"""WhatsApp's webhook bodies, read with suspicion."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from bot.channels.base import BadMessage, Received, Undelivered
from bot.channels.json_body import read_object
from bot.channels.whatsapp_outbound import why_undelivered
from bot.channels.wording import clean
from bot.messages import Attachment, Message

_log = logging.getLogger("kefu.whatsapp")

_MEDIA = {"image": "image", "audio": "audio", "video": "video", "document": "file", "sticker": "sticker"}
# A reaction, an edit and a deletion want no answer; the others are not said by the customer at all.
_IGNORED = frozenset({"reaction", "edit", "revoke", "system", "request_welcome"})
_LONGEST_ID = 255


def received(body: bytes, *, phone_number_id: str, received_at: datetime) -> Received:
    """What is about `phone_number_id`, in the order it stands in; one POST has up to 1,000 updates.

    A single message that cannot be read is logged and passed over: refusing the call would make Meta send
    all of it again for days.

    Raises:
        BadMessage: when the body is no webhook of a WhatsApp business account.
    """
    data = read_object(body)
    if data.get("object") != "whatsapp_business_account" or not isinstance(data.get("entry"), list):
        raise BadMessage("The body is not from a WhatsApp business account.")
    values = list(_values(data["entry"], phone_number_id))
    found = (
        _message_or_none(item, value, phone_number_id, received_at)
        for value in values
        for item in _objects(value.get("messages"))
    )
    statuses = (status for value in values for status in _objects(value.get("statuses")))
    return Received(
        messages=tuple(message for message in found if message),
        undelivered=tuple(_undelivered(status) for status in statuses if status.get("status") == "failed"),
    )


def _message_or_none(
    item: dict[str, Any], value: dict[str, Any], phone_number_id: str, received_at: datetime
) -> Message | None:
    try:
        return _message(item, value, phone_number_id, received_at)
    except (KeyError, TypeError, ValueError) as error:
        kind = type(error).__name__
        _log.warning("A WhatsApp message could not be read (%s)", kind, extra={"action": "skip"})
        return None


def _undelivered(status: dict[str, Any]) -> Undelivered:
    """WhatsApp takes most messages before it knows whether it can deliver them."""
    error = next(iter(_objects(status.get("errors"))), {})
    number = status.get("id")
    return Undelivered(
        platform_id=number if isinstance(number, str) else "", reason=why_undelivered(error.get("code"))
    )


def _values(entries: list[Any], phone_number_id: str) -> Iterator[dict[str, Any]]:
    """The changes that are about messages to our number."""
    for entry in _objects(entries):
        for change in _objects(entry.get("changes")):
            value = change.get("value")
            if change.get("field") != "messages" or not isinstance(value, dict):
                continue
            metadata = value.get("metadata")
            if isinstance(metadata, dict) and metadata.get("phone_number_id") == phone_number_id:
                yield value


def _message(
    item: dict[str, Any], value: dict[str, Any], phone_number_id: str, received_at: datetime
) -> Message | None:
    kind = item["type"]
    if kind in _IGNORED:
        return None
    text, attachments = _content(kind, item)
    # Who hides the phone number has only the business-scoped id; who shows it has both.
    user = _id(item.get("from_user_id") or item.get("from"))
    return Message(
        id=_id(item["id"]),
        account=phone_number_id,
        conversation_id=f"whatsapp:{phone_number_id}:{user}",
        channel="whatsapp",
        sender=user,
        text=clean(text).strip(),
        received_at=received_at,
        attachments=attachments,
        metadata=_metadata(item, value, user),
    )


def _content(kind: str, item: dict[str, Any]) -> tuple[str, tuple[Attachment, ...]]:
    if kind == "text":
        return _text(item["text"]["body"]), ()
    if kind == "button":  # of a template
        return _text(item["button"]["payload"]), ()
    if kind == "interactive" and item["interactive"]["type"] in ("button_reply", "list_reply"):
        return _text(item["interactive"][item["interactive"]["type"]]["id"]), ()
    return _attached(kind, item)


def _attached(kind: str, item: dict[str, Any]) -> tuple[str, tuple[Attachment, ...]]:
    if kind in _MEDIA:
        media = _object(item[kind])
        caption = clean(_text(media.get("caption") or ""))
        attachment = Attachment(
            kind=_MEDIA[kind],  # type: ignore[arg-type]  # the table's values are the type's
            reference=f"whatsapp-media:{_id(media['id'])}",
            mime_type=clean(_text(media.get("mime_type") or "")),
            name=clean(_text(media.get("filename") or "")),
            caption=caption,
        )
        return caption, (attachment,)
    if kind == "location":
        place = _object(item["location"])
        name = clean(_text(place.get("name") or place.get("address") or ""))
        where = f"geo:{float(place['latitude'])},{float(place['longitude'])}"
        return "", (Attachment(kind="location", reference=where, name=name),)
    # Contacts, orders, polls and what WhatsApp has yet to invent: the customer is owed an answer too.
    reference = f"whatsapp-{clean(_text(kind))[:32]}:{_id(item['id'])}"
    return "", (Attachment(kind="file", reference=reference),)


def _metadata(item: dict[str, Any], value: dict[str, Any], user: str) -> dict[str, Any]:
    """What else is known: the customer's name, phone number, the platform's time, what was answered to."""
    facts: dict[str, Any] = {"timestamp": item.get("timestamp"), "phone": item.get("from")}
    for contact in _objects(value.get("contacts")):
        if user in (contact.get("user_id"), contact.get("wa_id")) and isinstance(
            contact.get("profile"), dict
        ):
            facts["name"] = contact["profile"].get("name")
    if isinstance(item.get("context"), dict):
        facts["reply_to"] = item["context"].get("id")
    if item["type"] == "interactive":
        choice = item["interactive"].get(item["interactive"]["type"])
        facts["title"] = choice.get("title") if isinstance(choice, dict) else None
    return {key: clean(fact) for key, fact in facts.items() if isinstance(fact, str) and fact}


def _objects(value: Any) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _object(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise TypeError("not an object")
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("not a text")
    return value


def _id(value: Any) -> str:
    identifier = _text(value)
    if not identifier or len(identifier) > _LONGEST_ID or not identifier.isprintable():
        raise ValueError("not an id")
    return identifier
