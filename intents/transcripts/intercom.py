"""Intercom: conversations as the API and the data export give them.

{"type": "conversation", "id": "147", "created_at": 1539897198,
 "source": {"body": "<p>…</p>", "author": {"type": "user"}},
 "conversation_parts": {"conversation_parts": [
     {"part_type": "comment", "body": "<p>…</p>", "created_at": 1539897300, "author": {"type": "admin"}}, …]}}
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from encoders.progress import Progress
from intents.transcripts.conversation import BadRecord, Conversation, Turn
from intents.transcripts.fields import identifier_of, metadata_of, speaker_field, text_of, time_field
from intents.transcripts.json_stream import json_conversations
from intents.transcripts.markup import plain_text


def read_intercom(path: Path, *, step: Progress | None = None) -> Iterator[Conversation | BadRecord]:
    """The file's conversations, without notes among agents and without parts that say nothing."""
    return json_conversations(path, _conversation, step=step)


def _conversation(record: Mapping[str, Any], fallback: str) -> Conversation | None:
    source = record.get("source") or record.get("conversation_message") or {}
    parts = record.get("conversation_parts") or {}
    listed = parts.get("conversation_parts") or [] if isinstance(parts, dict) else parts
    turns: list[Turn] = []
    if text_of(source, "body", "subject"):
        turns.append(_turn(source, record.get("created_at")))
    notes = [part for part in listed if part.get("part_type") in ("note", "note_and_reopen")]
    turns += [
        _turn(part, part.get("created_at")) for part in listed if part not in notes and text_of(part, "body")
    ]
    if not turns:
        raise ValueError("the conversation has no text: neither 'source' nor a part has a body.")
    metadata = metadata_of(record, "title", "state", "conversation_rating")
    tags = [tag.get("name") for tag in (record.get("tags") or {}).get("tags") or []]
    return Conversation(
        id=identifier_of(record, "id") or fallback,
        turns=tuple(turns),
        channel=str(source.get("type") or ""),
        metadata=metadata
        | ({"tags": tags} if tags else {})
        | ({"internal_notes": len(notes)} if notes else {}),
    )


def _turn(part: Mapping[str, Any], time: Any) -> Turn:
    author = part.get("author") or {}
    role = author.get("type") or part.get("delivered_as")
    text = plain_text(text_of(part, "body", "subject"))
    return Turn(speaker=speaker_field(role), text=text, time=time_field(time))
