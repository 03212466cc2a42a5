"""Amazon Contact Lens and Lex, version 1.1.0: what one uploads, and what its analysis gives back.

{"Version": "1.1.0", "Participants": [{"ParticipantId": "C1", "ParticipantRole": "CUSTOMER"}, …],
 "CustomerMetadata": {"ContactId": "…"}, "Transcript": [{"ParticipantId": "C1", "Id": "1", "Content": "hi"}, …]}
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from encoders.progress import Progress
from intents.transcripts.conversation import BadRecord, Conversation, Speaker, Turn
from intents.transcripts.fields import identifier_of, speaker_field, time_field
from intents.transcripts.json_stream import json_conversations


def read_contact_lens(path: Path, *, step: Progress | None = None) -> Iterator[Conversation | BadRecord]:
    """The file's conversations."""
    return json_conversations(path, _conversation, step=step)


def _conversation(record: Mapping[str, Any], fallback: str) -> Conversation | None:
    said, participants = record.get("Transcript"), record.get("Participants")
    if not isinstance(said, list) or not isinstance(participants, list):
        raise ValueError("'Transcript' or 'Participants' is missing or no list.")
    roles = {str(one.get("ParticipantId")): speaker_field(one.get("ParticipantRole")) for one in participants}
    turns = tuple(
        _turn(item, roles) for item in said if item.get("Type", "MESSAGE") == "MESSAGE" or "Content" in item
    )
    about = record.get("CustomerMetadata") or {}
    content = record.get("ContentMetadata") or {}
    identifier = identifier_of(about, "ContactId") or identifier_of(record, "ContactId") or fallback
    metadata = {"redaction": content["Output"]} if content.get("Output") else {}
    return Conversation(
        id=identifier, turns=turns, channel=str(record.get("Channel") or "").lower(), metadata=metadata
    )


def _turn(item: Mapping[str, Any], roles: Mapping[str, Speaker]) -> Turn:
    participant = str(item.get("ParticipantId"))
    if participant not in roles:
        raise ValueError(
            f"the participant {participant!r} of turn {item.get('Id')!r} is not in 'Participants'."
        )
    return Turn(
        speaker=roles[participant],
        text=str(item.get("Content") or ""),
        time=time_field(item.get("AbsoluteTime")),
    )
