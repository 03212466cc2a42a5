"""A customer's message as JSON, for the inbox."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from bot.messages import Attachment, Message


def message_to_dict(message: Message) -> dict[str, Any]:
    """The message as plain JSON, `received_at` as an ISO 8601 string."""
    return {
        "id": message.id,
        "account": message.account,
        "conversation_id": message.conversation_id,
        "channel": message.channel,
        "sender": message.sender,
        "text": message.text,
        "received_at": message.received_at.isoformat(),
        "attachments": [asdict(attachment) for attachment in message.attachments],
        "metadata": dict(message.metadata),
        **({"by": message.by} if message.by != "customer" else {}),
    }


def message_from_dict(data: Mapping[str, Any]) -> Message:
    """The inverse of `message_to_dict`.

    Raises:
        KeyError, TypeError, ValueError: when a field is missing, unknown or of the wrong shape.
    """
    rest = dict(data)
    received_at = datetime.fromisoformat(rest.pop("received_at"))
    attachments = tuple(Attachment(**item) for item in rest.pop("attachments"))
    return Message(received_at=received_at, attachments=attachments, **rest)
