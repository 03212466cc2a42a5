from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from encoders.errors import InputError
from intents.transcripts.conversation import BadRecord, Conversation
from intents.transcripts.read import FORMATS, reader_of

START = datetime(2026, 3, 2, 8, 14, 5, tzinfo=UTC)
SECONDS = int(START.timestamp())

SAID = [("customer", "hi, where is it?"), ("agent", "on its way"), ("customer", "谢谢")]
"""What every format below says, in its own way."""

AGENT_ASSIST = {
    "conversation_info": {"categories": [{"display_name": "delivery"}]},
    "entries": [
        {"text": text, "role": speaker.upper(), "start_timestamp_usec": (SECONDS + i) * 10**6}
        for i, (speaker, text) in enumerate(SAID)
    ],
}  # fmt: skip
CONTACT_LENS = {
    "Version": "1.1.0",
    "Participants": [
        {"ParticipantId": "C1", "ParticipantRole": "CUSTOMER"},
        {"ParticipantId": "A1", "ParticipantRole": "AGENT"},
    ],
    "ContentMetadata": {"RedactionTypes": ["PII"], "Output": "Raw"},
    "CustomerMetadata": {"ContactId": "c1"},
    "Transcript": [
        {"ParticipantId": "C1" if speaker == "customer" else "A1", "Id": str(i), "Content": text}
        for i, (speaker, text) in enumerate(SAID)
    ],
}
ZENDESK = {
    "id": "c1", "requester_id": 7, "subject": "Where is it?", "via": {"channel": "email"},
    "comments": [
        {"author_id": 7, "html_body": "<p>hi, where <b>is</b> it?</p>", "created_at": "2026-03-02T08:14:05Z"},
        {"author_id": 9, "body": "ask the depot", "public": False, "created_at": "2026-03-02T08:14:05Z"},
        {"author_id": 9, "plain_body": "on its way", "public": True, "created_at": "2026-03-02T08:14:06Z"},
        {"author_id": 7, "body": "谢谢", "created_at": "2026-03-02T08:14:07Z"},
    ],
}  # fmt: skip
ZENDESK_CHAT = {
    "id": "c1",
    "history": [
        {"type": "chat.memberjoin", "nick": "visitor"},
        {"type": "chat.msg", "sender_type": "Visitor", "msg": "hi, where is it?", "timestamp": "2026-03-02T08:14:05Z"},
        {"type": "chat.msg", "nick": "agent:1", "msg": "on its way", "timestamp": "2026-03-02T08:14:06Z"},
        {"type": "chat.msg", "sender_type": "Visitor", "msg": "谢谢", "timestamp": "2026-03-02T08:14:07Z"},
    ],
}  # fmt: skip
INTERCOM = {
    "type": "conversation", "id": "c1", "created_at": SECONDS,
    "source": {"type": "conversation", "body": "<p>hi, where is it?</p>", "author": {"type": "user", "id": "1"}},
    "conversation_parts": {
        "type": "conversation_part.list",
        "conversation_parts": [
            {"part_type": "assignment", "body": None, "created_at": SECONDS, "author": {"type": "bot"}},
            {"part_type": "note", "body": "<p>a slow one</p>", "created_at": SECONDS, "author": {"type": "admin"}},
            {"part_type": "comment", "body": "on its&nbsp;way", "created_at": SECONDS + 1, "author": {"type": "admin"}},
            {"part_type": "comment", "body": "谢谢", "created_at": SECONDS + 2, "author": {"type": "lead"}},
        ],
    },
}  # fmt: skip
CHATWOOT_MESSAGES = [
    {"id": 3, "content": "谢谢", "message_type": 0, "created_at": SECONDS + 2, "sender_type": "Contact"},
    {"id": 1, "content": "hi, where is it?", "message_type": 0, "created_at": SECONDS, "sender_type": "Contact"},
    {"id": 2, "content": "on its way", "message_type": 1, "created_at": SECONDS + 1, "sender_type": "User"},
    {"id": 4, "content": "Conversation was resolved", "message_type": 2, "created_at": SECONDS + 3},
    {"id": 5, "content": "a note", "message_type": 1, "private": True, "created_at": SECONDS, "sender_type": "User"},
]  # fmt: skip
CHATWOOT = {"id": "c1", "meta": {"channel": "Channel::WebWidget"}, "messages": CHATWOOT_MESSAGES}
CHATWOOT_WEBHOOKS = [
    {
        **message, "event": "message_created", "conversation": {"id": "c1"},
        "message_type": ["incoming", "outgoing", "activity"][message["message_type"]],  # type: ignore[index]
    }
    for message in [*CHATWOOT_MESSAGES, CHATWOOT_MESSAGES[0]]
]  # fmt: skip
RASA_EVENTS: list[dict[str, Any]] = [
    {"event": "session_started", "timestamp": SECONDS},
    {"event": "user", "text": "hi, where is it?", "timestamp": SECONDS, "input_channel": "rest"},
    {"event": "slot", "name": "order", "value": None, "timestamp": SECONDS},
    {"event": "agent", "text": "on its way", "data": {}, "timestamp": SECONDS + 1},
    {"event": "user", "text": "谢谢", "timestamp": SECONDS + 2},
]
RASA_TRACKER = {"sender_id": "c1", "slots": {}, "events": RASA_EVENTS}
RASA_BROKER = [{"sender_id": "c1", **event} for event in RASA_EVENTS]


def lines(path: Path, records: Sequence[Any]) -> Path:
    path.write_text("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in records), encoding="utf-8")
    return path


def array(path: Path, records: Sequence[Any]) -> Path:
    path.write_text(json.dumps(list(records), ensure_ascii=False, indent=2), encoding="utf-8")
    return path


def conversations(path: Path, **options: Any) -> list[Conversation]:
    items = list(reader_of(path, **options)(path))
    assert [item for item in items if isinstance(item, BadRecord)] == []
    return [item for item in items if isinstance(item, Conversation)]


@pytest.mark.parametrize(
    ("name", "records"),
    [
        ("agent-assist", [AGENT_ASSIST]),
        ("contact-lens", [CONTACT_LENS]),
        ("zendesk", [ZENDESK]),
        ("zendesk", [ZENDESK_CHAT]),
        ("intercom", [INTERCOM]),
        ("chatwoot", [CHATWOOT]),
        ("chatwoot", CHATWOOT_WEBHOOKS),
        ("rasa", [RASA_TRACKER]),
        ("rasa", RASA_BROKER),
    ],
)
@pytest.mark.parametrize("write", [lines, array])
def test_each_format_is_told_and_read_as_the_same_conversation(
    tmp_path: Path, name: str, records: list[Any], write: Any
) -> None:
    file = write(tmp_path / ("c1.jsonl" if write is lines else "c1.json"), records)

    (conversation,) = conversations(file)

    assert (conversation.id, [(turn.speaker, turn.text) for turn in conversation.turns]) == ("c1", SAID)
    assert conversations(file, format=name) == [conversation]
    if name != "contact-lens":
        assert conversation.turns[0].time == START


def test_every_format_has_a_name_for_the_option() -> None:
    assert set(FORMATS) == {
        "jsonl", "csv", "tsv", "rasa", "chatwoot", "agent-assist", "contact-lens", "zendesk", "intercom"
    }  # fmt: skip


def test_notes_among_agents_are_counted_and_left_out(tmp_path: Path) -> None:
    for record in (ZENDESK, INTERCOM):
        (conversation,) = conversations(lines(tmp_path / "c.jsonl", [record]))
        assert conversation.metadata["internal_notes"] == 1


def test_a_page_of_an_api_holds_many(tmp_path: Path) -> None:
    tickets = [{**ZENDESK, "id": number} for number in range(3)]
    file = tmp_path / "page.json"
    file.write_text(json.dumps({"tickets": tickets, "count": 3, "end_of_stream": True}))

    assert [conversation.id for conversation in conversations(file)] == ["0", "1", "2"]


def test_a_page_longer_than_what_is_held_in_memory_is_streamed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("intents.transcripts.json_stream._LARGEST", 2000)
    monkeypatch.setattr("intents.transcripts.encodings._BLOCK", 500)
    tickets = [{**ZENDESK, "id": number} for number in range(40)]
    file = tmp_path / "page.json"
    file.write_text(json.dumps({"count": 40, "tickets": tickets, "next_page": None}, indent=1))

    assert [item.id for item in FORMATS["zendesk"](file) if isinstance(item, Conversation)] == [
        str(number) for number in range(40)
    ]


def test_a_tracker_store_is_read_by_id_and_cut_into_sessions(tmp_path: Path) -> None:
    file = tmp_path / "rasa.db"
    with sqlite3.connect(file) as database:
        database.execute(
            "CREATE TABLE events (id INTEGER PRIMARY KEY, sender_id, type_name, timestamp, data)"
        )
        for event in [*RASA_EVENTS, *RASA_EVENTS]:
            for sender in ("c1", "c2"):
                row = (sender, event["event"], event["timestamp"], json.dumps(event))
                database.execute(
                    "INSERT INTO events (sender_id, type_name, timestamp, data) VALUES (?, ?, ?, ?)", row
                )
    database.close()

    read = conversations(file)

    assert [one.id for one in read] == ["c1", "c1/2", "c2", "c2/2"]
    assert all([(turn.speaker, turn.text) for turn in one.turns] == SAID for one in read)
    assert {one.channel for one in read} == {"rest"}


def test_a_database_without_events_is_refused(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "x.db") as database:
        database.execute("CREATE TABLE other (id)")
    database.close()

    with pytest.raises(
        InputError, match=r"x\.db: cannot be read as a tracker store \(no such table: events\)"
    ):
        conversations(tmp_path / "x.db")


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        ({**AGENT_ASSIST, "entries": [{"text": "?", "role": "GHOST"}]}, "'GHOST'"),
        ({**CONTACT_LENS, "Participants": []}, "the participant 'C1' of turn '0'"),
        ({"id": 1, "requester_id": 7, "comments": []}, "has no text"),
        ({**INTERCOM, "source": {}, "conversation_parts": {}}, "has no text"),
        ({"id": 1, "messages": [{"content": "?", "message_type": 9}]}, "message_type 9"),
        ({"sender_id": "", "events": []}, "'sender_id' is missing"),
        ({**AGENT_ASSIST, "entries": ["text"]}, "has not the form that was expected"),
    ],
)
def test_a_record_that_cannot_be_used_is_named_with_its_line(
    tmp_path: Path, record: Any, reason: str
) -> None:
    file = lines(tmp_path / "x.jsonl", [record])

    (bad,) = list(reader_of(file)(file))

    assert isinstance(bad, BadRecord)
    assert (bad.path, bad.line) == (file, 1)
    assert reason in bad.reason
    assert bad.record == json.dumps(record, ensure_ascii=False)


def test_json_that_breaks_off_gives_what_came_before(tmp_path: Path) -> None:
    file = array(tmp_path / "x.json", [{**AGENT_ASSIST, "conversation_id": str(n)} for n in range(3)])
    text = file.read_text(encoding="utf-8")
    file.write_text(text[: text.rindex('"text"')], encoding="utf-8")

    items = list(reader_of(file)(file))

    assert [item.id for item in items if isinstance(item, Conversation)] == ["0", "1"]
    (bad,) = [item for item in items if isinstance(item, BadRecord)]
    assert "is not JSON" in bad.reason
    assert bad.line > 1


def test_a_json_file_of_no_known_format_is_refused_with_those_known(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text('{"a": 1}')

    with pytest.raises(InputError, match=r"the format 'json' is not known.*agent-assist"):
        reader_of(tmp_path / "x.json")
