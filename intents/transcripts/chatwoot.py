"""Chatwoot: conversations with their messages, message lists of the API, and recorded webhooks.

{"id": 12, "messages": [{"id": 1, "content": "hi", "message_type": 0, "created_at": 1772439245, …}, …]}
{"meta": {…}, "payload": [{"id": 1, "conversation_id": 12, "content": "hi", "message_type": 0, …}, …]}
{"event": "message_created", "id": 1, "content": "hi", "message_type": "incoming", "conversation": {"id": 12}, …}
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from encoders.progress import Progress
from intents.transcripts.conversation import BadRecord, Conversation, Speaker, Turn
from intents.transcripts.fields import identifier_of, metadata_of, time_field
from intents.transcripts.gather import Gathering, gathering
from intents.transcripts.json_stream import bad_record, json_records
from intents.transcripts.markup import plain_text
from intents.transcripts.speakers import Said

_TYPES: Mapping[Any, Speaker | None] = {
    0: "customer", "incoming": "customer", 1: "agent", "outgoing": "agent", 3: "bot", "template": "bot",
    2: None, "activity": None,
}  # fmt: skip
_BOTS = frozenset({"agent_bot", "agentbot", "captain::assistant"})


def read_chatwoot(path: Path, *, step: Progress | None = None) -> Iterator[Conversation | BadRecord]:
    """The file's conversations, without private notes and the system's remarks.

    Messages that come one by one, as webhooks do, are gathered by their conversation; one that is there
    twice counts once.

    Raises:
        InputError: when the file cannot be read.
    """
    with gathering() as messages:
        for item in json_records(path, step=step):
            if isinstance(item, BadRecord):
                yield item
                continue
            line, record = item
            try:
                if "content" in record:
                    _gather(record, line, messages)
                    continue
                conversation = _conversation(record, path.stem)
            except (ValueError, TypeError, AttributeError) as error:
                yield bad_record(path, line, str(error), record)
            else:
                yield conversation
        yield from messages.conversations(path)


def _gather(record: Mapping[str, Any], line: int, messages: Gathering) -> None:
    """A message by itself."""
    if record.get("event") == "message_updated":
        return
    owner = identifier_of(record.get("conversation") or {}, "id") or identifier_of(record, "conversation_id")
    if not owner:
        raise ValueError("the message names no conversation.")
    turn = _turn(record)
    if turn is not None:
        said = Said(speaker=turn.speaker, text=turn.text, time=turn.time)
        channel = str((record.get("conversation") or {}).get("channel") or "")
        messages.add(owner, line, said, channel=channel, key=identifier_of(record, "id") or None)


def _conversation(record: Mapping[str, Any], fallback: str) -> Conversation:
    messages = record.get("messages", record.get("payload"))
    if not isinstance(messages, list):
        raise ValueError("has no list of 'messages'.")
    ordered = sorted(messages, key=lambda message: message.get("id") or 0)
    turns = tuple(turn for turn in map(_turn, ordered) if turn is not None)
    if not turns:
        raise ValueError("the conversation has no message that a customer wrote or saw.")
    own = identifier_of(record, "id", "display_id") or identifier_of(messages[0], "conversation_id")
    about = record.get("meta") or {}
    return Conversation(
        id=own or fallback, turns=turns, channel=str(about.get("channel") or record.get("channel") or ""),
        metadata=metadata_of(record, "labels", "status", "custom_attributes"),
    )  # fmt: skip


def _turn(message: Mapping[str, Any]) -> Turn | None:
    """The message as a turn; None for what is no part of the talk."""
    kind = message.get("message_type")
    if kind not in _TYPES:
        raise ValueError(f"the message_type {kind!r} is not known.")
    speaker = _TYPES[kind]
    if speaker is None or message.get("private"):
        return None
    sender = message.get("sender") or {}
    if speaker == "agent" and str(message.get("sender_type") or sender.get("type") or "").lower() in _BOTS:
        speaker = "bot"
    text = plain_text(str(message.get("content") or ""))
    files = "".join(f"[{one.get('file_type') or 'file'}]" for one in message.get("attachments") or [])
    said = " ".join(part for part in (text, files) if part)
    return Turn(speaker=speaker, text=said, time=time_field(message.get("created_at"))) if said else None
