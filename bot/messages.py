"""What comes in from a channel and what goes out to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """Something a customer sent that is not text, kept as a reference."""

    kind: Literal["image", "audio", "video", "file", "location", "sticker"]
    reference: str
    mime_type: str = ""
    name: str = ""
    caption: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message from a customer.

    Attributes:
        id: the platform's message id; with channel and account the key that makes handling it exactly once.
        account: which of our accounts on that channel it came to.
        conversation_id: unique over channels, `sender` for REST as Rasa has it.
        received_at: aware UTC.
        by: whose words the text is; a program's are the bot's to say.
    """

    id: str
    account: str
    conversation_id: str
    channel: str
    sender: str
    text: str
    received_at: datetime
    attachments: tuple[Attachment, ...] = ()
    metadata: Mapping[str, Any] = field(default_factory=dict)
    by: Literal["customer", "program"] = "customer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """A choice shown to the customer; `payload` comes back as the message's text."""

    title: str
    payload: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """Where an answer was quoted from."""

    title: str
    url: str
    document_id: str
    passage_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One bubble: a text, an image or a custom payload, with its buttons and citations."""

    text: str = ""
    image: str = ""
    attachment: Any = None
    custom: Mapping[str, Any] | None = None
    buttons: tuple[Button, ...] = ()
    quick_replies: tuple[Button, ...] = ()
    elements: tuple[Mapping[str, Any], ...] = ()
    citations: tuple[Citation, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What one turn says to one customer, derived from the stored `bot` events."""

    conversation_id: str
    channel: str
    parts: tuple[Part, ...] = ()
