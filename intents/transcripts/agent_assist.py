"""Google Agent Assist and CX Insights: one JSON object a conversation.

{"conversation_info": {"categories": [{"display_name": "refund"}]},
 "entries": [{"text": "hi", "role": "CUSTOMER", "user_id": 1, "start_timestamp_usec": 1000000}, …]}
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from encoders.progress import Progress
from intents.transcripts.conversation import BadRecord, Conversation, Turn
from intents.transcripts.fields import identifier_of, speaker_field, time_field
from intents.transcripts.json_stream import json_conversations


def read_agent_assist(path: Path, *, step: Progress | None = None) -> Iterator[Conversation | BadRecord]:
    """The file's conversations; one without an id is called by the file's name."""
    return json_conversations(path, _conversation, step=step)


def _conversation(record: Mapping[str, Any], fallback: str) -> Conversation | None:
    entries = record.get("entries")
    if not isinstance(entries, list):
        raise ValueError("'entries' is missing or no list.")
    turns = tuple(
        Turn(
            speaker=speaker_field(entry.get("role")),
            text=str(entry.get("text") or ""),
            time=_time(entry.get("start_timestamp_usec")),
        )
        for entry in entries
    )
    info = record.get("conversation_info") or {}
    categories = [one.get("display_name") for one in info.get("categories") or [] if one.get("display_name")]
    return Conversation(
        id=identifier_of(record, "conversation_id", "name", "id")
        or identifier_of(info, "conversation_id")
        or fallback,
        turns=turns,
        metadata={"categories": categories} if categories else {},
    )


def _time(value: Any) -> Any:
    """Microseconds since 1970. Small ones count from the conversation's beginning and say nothing of the day."""
    if value in (None, ""):
        return None
    microseconds = float(value)
    return time_field(microseconds / 1e6) if microseconds > 1e14 else None
