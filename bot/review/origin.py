"""Where a training example is from, said so that it can be found again and tells strangers nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from bot.store.reviews import Item


def alias(conversation_id: str) -> str:
    """What a live conversation is called in a project's files.

    Its id may be a telephone number, and knowing a chat's id is the right to read it: neither belongs into files
    that are shared.
    """
    digest = hashlib.sha256(conversation_id.encode("utf-8", "surrogatepass")).hexdigest()
    return f"live-{digest[:20]}"


def metadata_of(item: Item) -> dict[str, Any]:
    """What an example that an item becomes says of its origin, as mining writes it."""
    if not item.conversation_id:
        return {"utterance": item.place}
    turn = int(item.place) if item.place.isdecimal() else item.place
    return {"conversation": item.conversation_id if item.draft else alias(item.conversation_id), "turn": turn}


def origin_of(metadata: Mapping[str, Any]) -> str:
    """The same as one text, to compare by."""
    if "utterance" in metadata:
        return str(metadata["utterance"])
    return f"{metadata.get('conversation')}:{metadata.get('turn')}"
