"""Messages of WeChat and WeCom, read with suspicion: flat XML, or JSON where an account is set to it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Literal
from xml.etree.ElementTree import ParseError

from bot.channels.base import BadMessage
from bot.channels.json_body import read_object
from bot.channels.reading import place
from bot.channels.wording import clean
from bot.messages import Attachment, Message

Fields = Mapping[str, str]

_LARGEST = 256 * 1024
_LONGEST_ID = 128
_MEDIA: dict[str, Literal["image", "audio", "video", "file"]] = {
    "image": "image",
    "voice": "audio",
    "video": "video",
    "shortvideo": "video",
    "file": "file",
}
# A press on a menu or a card says its key; all other events are not said by the customer.
_PRESSED = frozenset({"CLICK", "click", "template_card_event"})


def read_fields(body: bytes) -> Fields:
    """The fields of a message by name; what is nested in them is left out.

    Raises:
        BadMessage: when it is no XML or JSON object, too large, or XML with a DTD or entities.
    """
    if len(body) > _LARGEST:
        raise BadMessage("The message is too large.")
    if body.lstrip()[:1] == b"{":
        found = read_object(body).items()
        return {key: str(value) for key, value in found if isinstance(value, str | int)}
    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    try:
        root = fromstring(body, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError):
        raise BadMessage("The body is no XML that can be read.") from None
    return {child.tag: child.text or "" for child in root}


def message(fields: Fields, *, channel: str, account: str, received_at: datetime) -> Message | None:
    """What the customer said; None for what is not said by a customer.

    Raises:
        BadMessage: when the fields do not say who wrote, or what.
    """
    sender = _id(fields.get("FromUserName"))
    content = _content(fields)
    if content is None:
        return None
    text, attachments = content
    return Message(
        id=_id(fields.get("MsgId") or _event_id(fields, sender)),
        account=account,
        conversation_id=f"{channel}:{account}:{sender}",
        channel=channel,
        sender=sender,
        text=clean(text).strip(),
        received_at=received_at,
        attachments=attachments,
        metadata={"timestamp": clean(fields.get("CreateTime", ""))[:20]},
    )


def _content(fields: Fields) -> tuple[str, tuple[Attachment, ...]] | None:
    kind = fields.get("MsgType", "")
    match kind:
        case "text":
            # A choice from a menu of ours says its id; what is typed by hand has none.
            return fields.get("bizmsgmenuid") or fields.get("Content", ""), ()
        case "event":
            pressed = fields.get("Event") in _PRESSED and fields.get("EventKey")
            return (fields["EventKey"], ()) if pressed else None
        case "location":
            return "", (_location(fields),)
        case "link":
            link = clean(fields.get("Url", ""))
            title = clean(fields.get("Title", ""))
            return f"{title} {link}", (Attachment(kind="file", reference=link, name=title),)
        case _ if kind in _MEDIA:
            reference = f"wechat-media:{_id(fields.get('MediaId'))}"
            attachment = Attachment(
                kind=_MEDIA[kind],
                reference=reference,
                mime_type=f"audio/{clean(fields['Format'])[:20]}" if fields.get("Format") else "",
                name=clean(fields.get("FileName", "")),
            )
            return fields.get("Recognition", ""), (attachment,)  # a voice message as WeChat understood it
        case _:
            # What WeChat has yet to invent: the customer is owed an answer too.
            return "", (Attachment(kind="file", reference=f"wechat-{clean(kind)[:32]}:"),)


def _event_id(fields: Fields, sender: str) -> str:
    """Events have no id; who did what when is one."""
    created, event, key = (fields.get(name, "") for name in ("CreateTime", "Event", "EventKey"))
    return f"{sender}:{created}:{event}:{key}"[:_LONGEST_ID]


def _location(fields: Fields) -> Attachment:
    try:
        label = clean(fields.get("Label", ""))
        return place(fields.get("Location_X"), fields.get("Location_Y"), name=label)
    except ValueError:
        raise BadMessage("A location has no coordinates.") from None


def _id(value: str | None) -> str:
    if not value or len(value) > _LONGEST_ID or not value.isprintable():
        raise BadMessage("A message has no usable id or sender.")
    return value
