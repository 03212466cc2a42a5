"""kefu's own dialog format: JSONL, one conversation a line.

{"conversation_id": "c1", "channel": "chat",
 "turns": [{"speaker": "customer", "text": "hi", "time": "2026-03-02T08:14:05Z"}, …]}
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from encoders.progress import Progress
from intents.transcripts.conversation import BadRecord, Conversation, Turn
from intents.transcripts.fields import speaker_field, time_field
from intents.transcripts.json_stream import json_conversations
from intents.transcripts.speakers import FILLED, Said, turns_of

_OWN = {"conversation_id", "channel", "turns"}


def read_canonical(path: Path, *, step: Progress | None = None) -> Iterator[Conversation | BadRecord]:
    """The file's conversations, one in memory at a time; a record that cannot be used is a BadRecord.

    Raises:
        InputError: when the file cannot be opened.
    """
    return json_conversations(path, lambda record, _: parse_conversation(record), step=step)


def parse_conversation(record: Mapping[str, Any]) -> Conversation:
    """A conversation from its JSON form; fields that we do not know become its metadata.

    Raises:
        ValueError: naming the field or the turn (from 0) that is wrong.
    """
    identifier = record.get("conversation_id")
    if not isinstance(identifier, str | int) or not str(identifier).strip():
        raise ValueError("'conversation_id' is missing or empty.")
    turns = record.get("turns")
    if not isinstance(turns, list) or not turns:
        raise ValueError("'turns' is missing, empty or no list.")
    said, filled = turns_of([_said(turn, index) for index, turn in enumerate(turns)])
    metadata = {name: value for name, value in record.items() if name not in _OWN}
    return Conversation(
        id=str(identifier).strip(),
        turns=said,
        channel=str(record.get("channel") or ""),
        metadata=metadata | ({FILLED: filled} if filled else {}),
    )


def conversation_record(conversation: Conversation) -> dict[str, Any]:
    """The JSON form that `parse_conversation` reads as the same conversation."""
    record: dict[str, Any] = {"conversation_id": conversation.id}
    if conversation.channel:
        record["channel"] = conversation.channel
    record["turns"] = [_turn_record(turn) for turn in conversation.turns]
    return record | {name: value for name, value in conversation.metadata.items() if name not in _OWN}


def conversation_line(conversation: Conversation) -> str:
    """One line of a dialog file, with its line break."""
    return json.dumps(conversation_record(conversation), ensure_ascii=False) + "\n"


def _said(turn: Any, index: int) -> Said:
    if not isinstance(turn, dict):
        raise ValueError(f"turn {index} is no object.")
    text = turn.get("text")
    if not isinstance(text, str):
        raise ValueError(f"turn {index}: 'text' is missing or no text.")
    try:
        speaker = speaker_field(turn["speaker"]) if turn.get("speaker") else None
        return Said(speaker=speaker, text=text, time=time_field(turn.get("time")))
    except ValueError as error:
        raise ValueError(f"turn {index}: {error}") from None


def _turn_record(turn: Turn) -> dict[str, str]:
    record = {"speaker": turn.speaker, "text": turn.text}
    if turn.time is not None:
        record["time"] = turn.time.isoformat().replace("+00:00", "Z")
    return record
