"""Rasa's REST channel: what its clients send and what they expect, to the letter.

An unauthenticated contract: whoever can reach it can speak as any sender. Senders that look like
conversations of other channels are therefore refused.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any
from uuid import uuid4

from bot.channels.base import BadMessage
from bot.channels.json_body import read_object
from bot.channels.wording import clean, clean_json, render_citations
from bot.messages import Message, Part, Reply

NAME = "rest"
ACCOUNT = "default"
# Where ids of conversations on other channels begin with the channel's name and this, ours never do.
SEPARATOR = ":"

_LONGEST_NAME = 255
_LONGEST_ID = 200


def parse_message(body: bytes, *, received_at: datetime, taken: Collection[str] = ()) -> Message:
    """The message in a request's body; `taken` are the names of the channels that are not REST.

    Ids of messages are the client's own and need only differ per sender, so the sender is part of ours:
    otherwise two customers' "1" would be one message and the second would read the first one's answer.

    Raises:
        BadMessage: for anything but the documented shape.
    """
    data = read_object(body)
    sender = _name(data, "sender", default="default")
    channel = _name(data, "input_channel", default=NAME)
    text = data.get("message")
    if not isinstance(text, str):
        raise BadMessage("'message' must be a string.")
    metadata = data.get("metadata")
    if metadata is not None and not isinstance(metadata, dict):
        raise BadMessage("'metadata' must be an object.")
    if channel in taken or sender.split(SEPARATOR)[0] in taken:
        raise BadMessage("'sender' and 'input_channel' must not name another channel's conversations.")
    metadata = clean_json(metadata or {})
    return Message(
        id=f"{sender}{SEPARATOR}{_message_id(metadata)}",
        account=ACCOUNT,
        conversation_id=sender,
        channel=channel,
        sender=sender,
        text=clean(text).strip(),
        received_at=received_at,
        metadata=metadata,
    )


def items(reply: Reply) -> list[dict[str, Any]]:
    """The reply as Rasa's clients know it: a list of objects that have only the keys that say something."""
    return [{"recipient_id": reply.conversation_id, **item} for part in reply.parts for item in _items(part)]


def _items(part: Part) -> Iterator[dict[str, Any]]:
    text = render_citations(part)
    buttons = part.quick_replies or part.buttons
    if buttons:
        yield {"text": text, "buttons": [{"title": b.title, "payload": b.payload} for b in buttons]}
    else:
        yield from ({"text": piece} for piece in paragraphs(text))
    if part.custom is not None:
        yield {"custom": dict(part.custom)}
    if part.image:
        yield {"image": part.image}
    if part.attachment is not None:
        yield {"attachment": part.attachment}
    for card in part.elements:
        text = f"{card.get('title', '')} : {card.get('subtitle', '')}"
        yield {"text": text, "buttons": list(card.get("buttons") or [])}


def paragraphs(text: str) -> list[str]:
    """The pieces between blank lines, each a message of its own."""
    return [piece.strip("\n") for piece in re.split(r"\n\n+", text.strip()) if piece.strip()]


def _name(data: dict[str, Any], key: str, *, default: str) -> str:
    value = data.get(key)
    if value is None or value == "":
        return default
    # Rasa's clients send numbers too; a boolean is a mistake.
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value) if abs(value) < 10**_LONGEST_NAME else None
    if not isinstance(value, str) or len(value) > _LONGEST_NAME:
        raise BadMessage(f"{key!r} must be a string of at most {_LONGEST_NAME} characters.")
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in value):
        raise BadMessage(f"{key!r} must not contain control characters.")
    return value


def _message_id(metadata: dict[str, Any]) -> str:
    """The client's own id, which makes a repetition known; without one every request is new."""
    given = metadata.get("message_id")
    return given if isinstance(given, str) and 0 < len(given) <= _LONGEST_ID else uuid4().hex
