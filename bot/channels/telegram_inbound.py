"""Telegram's updates, read with suspicion."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from bot.channels.base import BadMessage
from bot.channels.json_body import read_object
from bot.channels.reading import file, identifier, inner, objects, place, text
from bot.channels.wording import clean
from bot.messages import Attachment, Message

_FILES = {
    "document": "file",
    "audio": "audio",
    "voice": "audio",
    "video": "video",
    "video_note": "video",
    "animation": "video",
    "sticker": "sticker",
}
# Said by the customer, but nothing we can name; whatever else there is are notices about the chat.
_OTHERS = frozenset({"contact", "poll", "dice", "game", "story", "checklist", "paid_media", "invoice"})


def update(body: bytes, *, account: str, received_at: datetime) -> tuple[Message | None, str]:
    """The message in an update, and the id of the press on a button that it is.

    Raises:
        BadMessage: when the body is no update.
    """
    data = read_object(body)
    pressed, said = inner(data, "callback_query"), inner(data, "message")
    try:
        number = identifier(data.get("update_id"))
        if pressed:
            said = inner(pressed, "message")
            found = _message(number, said, pressed, account, received_at, pressed=True)
            return found, identifier(pressed.get("id"))
        if not said or inner(said, "from").get("is_bot"):
            return None, ""
        found = _message(number, said, said, account, received_at)
        return found if found.text or found.attachments else None, ""
    except ValueError:
        raise BadMessage("The body is no update of Telegram.") from None


def _message(
    number: str,
    said: dict[str, Any],
    by: dict[str, Any],
    account: str,
    received_at: datetime,
    *,
    pressed: bool = False,
) -> Message:
    chat, user = identifier(inner(said, "chat").get("id")), inner(by, "from")
    int(chat)  # it becomes part of a call
    attachments = () if pressed else tuple(_attachments(said))
    written = text(by.get("data")) if pressed else text(said.get("text")) or text(said.get("caption"))
    name = " ".join(filter(None, (text(user.get("first_name")), text(user.get("last_name")))))
    facts = {"user": str(user.get("id", "")), "name": clean(name)}
    return Message(
        id=number,
        account=account,
        conversation_id=f"telegram:{account}:{chat}",
        channel="telegram",
        sender=chat,
        text=_command(clean(written).strip()),
        received_at=received_at,
        attachments=attachments,
        metadata={key: value for key, value in facts.items() if value},
    )


def _attachments(said: dict[str, Any]) -> list[Attachment]:
    found: list[Attachment] = []
    if sizes := list(objects(said.get("photo"))):  # the same picture in several sizes, the largest last
        reference = f"telegram-file:{identifier(sizes[-1].get('file_id'))}"
        found.append(Attachment(kind="image", reference=reference, caption=clean(text(said.get("caption")))))
    for key, kind in _FILES.items():
        if key in said and not (key == "document" and "animation" in said):  # which is told twice
            item = inner(said, key)
            name, mime = clean(text(item.get("file_name"))), clean(text(item.get("mime_type")))
            reference = f"telegram-file:{identifier(item.get('file_id'))}"
            found.append(Attachment(kind=kind, reference=reference, mime_type=mime, name=name))  # type: ignore[arg-type]
    if "location" in said:
        where = inner(said, "location")
        found.append(place(where.get("latitude"), where.get("longitude")))
    if not found and _OTHERS & said.keys():  # the customer is owed an answer all the same
        found.append(file(f"telegram-message:{identifier(said.get('message_id'))}"))
    return found


def _command(said: str) -> str:
    """Telegram opens a chat with `/start`, which is no intent of Rasa's: the customer has said nothing yet."""
    return "/session_start" if said.split(" ", maxsplit=1)[0].split("@", maxsplit=1)[0] == "/start" else said
