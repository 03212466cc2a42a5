"""Zendesk: tickets with their comments, and chats, as the incremental export and the API give them.

{"tickets": [{"id": 35, "requester_id": 7, "description": "…", "created_at": "…", "via": {"channel": "email"},
              "comments": [{"author_id": 7, "plain_body": "…", "public": true, "created_at": "…"}, …]}, …]}
{"id": "2409", "history": [{"type": "chat.msg", "sender_type": "Visitor", "msg": "…", "timestamp": "…"}, …]}
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from encoders.progress import Progress
from intents.transcripts.conversation import BadRecord, Conversation, Speaker, Turn
from intents.transcripts.fields import identifier_of, metadata_of, speaker_field, text_of, time_field
from intents.transcripts.json_stream import json_conversations
from intents.transcripts.markup import plain_text

_BY_SYSTEM = "-1"


def read_zendesk(path: Path, *, step: Progress | None = None) -> Iterator[Conversation | BadRecord]:
    """The file's tickets and chats. Notes that customers never saw are counted in the metadata and left out."""
    return json_conversations(path, _conversation, step=step)


def _conversation(record: Mapping[str, Any], fallback: str) -> Conversation | None:
    if isinstance(record.get("history"), list):
        return _chat(record, fallback)
    if not record.keys() & {"comments", "description", "requester_id"}:
        raise ValueError("is no ticket: it has neither 'comments' nor 'description' nor 'requester_id'.")
    requester = str(record.get("requester_id") or _person(record.get("requester")))
    comments = record.get("comments") or []
    seen = [comment for comment in comments if comment.get("public", True)]
    turns = [_comment(comment, requester) for comment in seen]
    if not comments and text_of(record, "description"):
        first = plain_text(text_of(record, "description"))
        turns = [Turn(speaker="customer", text=first, time=time_field(record.get("created_at")))]
    if not turns:
        raise ValueError("the ticket has no text: neither public comments nor a description.")
    metadata = metadata_of(record, "subject", "status", "tags", "satisfaction_rating")
    if len(seen) < len(comments):
        metadata["internal_notes"] = len(comments) - len(seen)
    via = record.get("via") or {}
    return Conversation(
        id=identifier_of(record, "id") or fallback, turns=tuple(turns),
        channel=str(via.get("channel") or ""), metadata=metadata,
    )  # fmt: skip


def _comment(comment: Mapping[str, Any], requester: str) -> Turn:
    author = str(comment.get("author_id") or _person(comment.get("author")))
    speaker: Speaker = "agent"
    if author == requester:
        speaker = "customer"
    elif author == _BY_SYSTEM:
        speaker = "bot"
    elif isinstance(comment.get("author"), dict) and comment["author"].get("role"):
        speaker = speaker_field(str(comment["author"]["role"]).replace("end-user", "customer"))
    text = plain_text(text_of(comment, "plain_body", "html_body", "body", "value"))
    return Turn(speaker=speaker, text=text, time=time_field(comment.get("created_at")))


def _chat(record: Mapping[str, Any], fallback: str) -> Conversation:
    said = [
        entry
        for entry in record["history"]
        if entry.get("type") in ("chat.msg", "msg", None) and entry.get("msg")
    ]
    turns = tuple(
        Turn(
            speaker=_chatter(entry),
            text=plain_text(str(entry["msg"])),
            time=time_field(entry.get("timestamp")),
        )
        for entry in said
    )
    if not turns:
        raise ValueError("the chat has no messages.")
    identifier, metadata = identifier_of(record, "id") or fallback, metadata_of(record, "rating", "tags")
    return Conversation(id=identifier, turns=turns, channel="chat", metadata=metadata)


def _chatter(entry: Mapping[str, Any]) -> Speaker:
    by_agent = str(entry.get("nick", "")).startswith("agent")
    return speaker_field(entry.get("sender_type") or ("agent" if by_agent else "visitor"))


def _person(value: Any) -> str:
    return str(value.get("id")) if isinstance(value, dict) else ""
