"""kefu's own dialog format: JSONL, one conversation a line.

{"conversation_id": "c1", "channel": "chat",
 "turns": [{"speaker": "customer", "text": "hi", "time": "2026-03-02T08:14:05Z"}, …]}
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from encoders.errors import InputError
from encoders.records import MAX_LINE, parse_object
from intents.transcripts.conversation import BadRecord, Conversation, Turn
from intents.transcripts.fields import speaker_field, time_field

_OWN = {"conversation_id", "channel", "turns"}
_SHOWN = 2000  # characters of a bad record that are kept


def read_canonical(path: Path) -> Iterator[Conversation | BadRecord]:
    """The file's conversations, one line in memory at a time; a line that cannot be used is a BadRecord.

    Raises:
        InputError: when the file cannot be opened.
    """
    for line, raw in _lines(path):
        try:
            if len(raw) > MAX_LINE:
                raise ValueError(f"the line is longer than {MAX_LINE} bytes.")
            yield parse_conversation(parse_object(raw, path, line))
        except (InputError, ValueError) as error:
            reason = error.problem if isinstance(error, InputError) else str(error)
            shown = raw[:_SHOWN].decode("utf-8", "replace").strip()
            yield BadRecord(path=path, line=line, reason=reason, record=shown)


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
    return Conversation(
        id=str(identifier).strip(),
        turns=tuple(_turn(turn, index) for index, turn in enumerate(turns)),
        channel=str(record.get("channel") or ""),
        metadata={name: value for name, value in record.items() if name not in _OWN},
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


def _turn(turn: Any, index: int) -> Turn:
    if not isinstance(turn, dict):
        raise ValueError(f"turn {index} is no object.")
    text = turn.get("text")
    if not isinstance(text, str):
        raise ValueError(f"turn {index}: 'text' is missing or no text.")
    try:
        return Turn(speaker=speaker_field(turn.get("speaker")), text=text, time=time_field(turn.get("time")))
    except ValueError as error:
        raise ValueError(f"turn {index}: {error}") from None


def _turn_record(turn: Turn) -> dict[str, str]:
    record = {"speaker": turn.speaker, "text": turn.text}
    if turn.time is not None:
        record["time"] = turn.time.isoformat().replace("+00:00", "Z")
    return record


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """(number, line) of each line with something on it; of a line that is too long, its beginning."""
    try:
        file = path.open("rb")
    except OSError as error:
        raise InputError(path, f"cannot be read ({error.strerror}).") from error
    with file:
        for number, raw in enumerate(iter(lambda: file.readline(MAX_LINE + 1), b""), start=1):
            rest = raw
            while len(rest) > MAX_LINE and not rest.endswith(b"\n"):
                rest = file.readline(MAX_LINE + 1)
            if raw.strip():
                yield number, raw
