from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from encoders.errors import InputError
from intents.transcripts.canonical import conversation_record, parse_conversation, read_canonical
from intents.transcripts.conversation import BadRecord, Conversation, Turn
from intents.transcripts.csv_table import read_table
from intents.transcripts.fields import speaker_field, time_field
from intents.transcripts.read import dialog_files, read_conversations

GOOD = {"conversation_id": "c1", "turns": [{"speaker": "customer", "text": "hi"}]}

turns = st.builds(
    Turn,
    speaker=st.sampled_from(["customer", "agent", "bot"]),
    text=st.text(),
    time=st.none() | st.datetimes(min_value=datetime(1971, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
)


def write(path: Path, *lines: object) -> Path:
    text = "".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines)
    path.write_text(text, encoding="utf-8")
    return path


@given(st.lists(turns, min_size=1, max_size=4), st.text(max_size=5))
def test_a_conversation_survives_its_json_form(said: list[Turn], channel: str) -> None:
    conversation = Conversation(id="x", turns=tuple(said), channel=channel, metadata={"team": "a"})

    assert parse_conversation(json.loads(json.dumps(conversation_record(conversation)))) == conversation


def test_bad_lines_are_named_and_the_good_ones_still_read(tmp_path: Path) -> None:
    file = write(
        tmp_path / "d.jsonl",
        GOOD,
        "{not json",
        "",
        {"conversation_id": "c2", "turns": [{"speaker": "alien", "text": "?"}]},
        {"turns": GOOD["turns"]},
        {"conversation_id": "c3", "turns": [{"speaker": "agent", "text": "yes", "time": "yesterday"}]},
        {**GOOD, "conversation_id": "c4"},
    )

    items = list(read_canonical(file))

    assert [item.id for item in items if isinstance(item, Conversation)] == ["c1", "c4"]
    bad = [item for item in items if isinstance(item, BadRecord)]
    assert [item.line for item in bad] == [2, 4, 5, 6]
    assert "not JSON" in bad[0].reason
    assert "turn 0" in bad[1].reason
    assert "alien" in bad[1].reason
    assert "conversation_id" in bad[2].reason
    assert "yesterday" in bad[3].reason


def test_reading_a_project_stops_at_a_bad_line_with_file_and_line(tmp_path: Path) -> None:
    (tmp_path / "dialogs").mkdir()
    file = write(tmp_path / "dialogs" / "d.jsonl", GOOD, "[]")

    with pytest.raises(InputError, match=rf"{file}:2: is not a JSON object"):
        list(read_conversations(tmp_path))


def test_the_quarantine_is_not_read_as_dialogs(tmp_path: Path) -> None:
    (tmp_path / "dialogs" / "quarantine").mkdir(parents=True)
    file = write(tmp_path / "dialogs" / "d.jsonl", GOOD)
    write(tmp_path / "dialogs" / "quarantine" / "q.jsonl", {"reason": "bad"})

    assert dialog_files(tmp_path) == [file]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        (
            "t.csv",
            "Ticket ID,From,Message,Created_At\n7,customer,hello,2026-03-02T08:14:05Z\n7,agent,yes?,\n",
        ),
        ("t.tsv", "session\trole\tbody\tdate\n7\tUser\thello\t2026-03-02 08:14:05\n7\tSupport\tyes?\t\n"),
        ("t.csv", "会话,角色,内容,时间\n7,客户,hello,2026/3/2 8:14:05\n7,客服,yes?,\n"),
        ("t.csv", "chat;sender;text;timestamp\n7;visitor;hello;1772439245\n7;operator;yes?;\n"),
    ],
)
def test_columns_are_found_by_their_usual_names(tmp_path: Path, name: str, content: str) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8")

    (conversation,) = read_table(tmp_path / name)

    assert isinstance(conversation, Conversation)
    assert conversation.id == "7"
    assert {(turn.speaker, turn.text) for turn in conversation.turns} == {
        ("customer", "hello"),
        ("agent", "yes?"),
    }
    assert datetime(2026, 3, 2, 8, 14, 5, tzinfo=UTC) in {turn.time for turn in conversation.turns}


def test_rows_of_two_conversations_may_be_mixed(tmp_path: Path) -> None:
    file = tmp_path / "t.csv"
    file.write_text(
        "conversation_id,speaker,text,time\n"
        "b,customer,b1,2026-01-01T10:00:00Z\na,customer,a1,2026-01-01T10:00:01Z\n"
        "b,agent,b3,2026-01-01T10:00:09Z\nb,customer,b2,2026-01-01T10:00:05Z\n"
    )

    read = {item.id: [turn.text for turn in item.turns] for item in read_table(file)}  # type: ignore[union-attr]

    assert read == {"b": ["b1", "b2", "b3"], "a": ["a1"]}


def test_a_missing_column_is_named_with_those_found(tmp_path: Path) -> None:
    file = tmp_path / "t.csv"
    file.write_text("id,who,text\n1,customer,hi\n")

    with pytest.raises(
        InputError, match=r"t\.csv:1: has no column for the conversation \(found: id, who, text\)"
    ):
        list(read_table(file))


def test_a_bad_row_is_named_by_the_line_where_it_begins(tmp_path: Path) -> None:
    file = tmp_path / "t.csv"
    file.write_text('chat,speaker,text\n1,customer,"two\nlines"\n1,ghost,boo\n1\n1,agent,fine\n')

    items = list(read_table(file))

    assert [(item.line, item.reason) for item in items if isinstance(item, BadRecord)] == [
        (4, "the speaker 'ghost' is not known: customer, agent or bot is needed."),
        (5, "has 1 fields, fewer than the header."),
    ]
    assert [len(item.turns) for item in items if isinstance(item, Conversation)] == [2]


@pytest.mark.parametrize("value", [1772439245, 1772439245000, 1772439245000000, "1772439245"])
def test_seconds_milliseconds_and_microseconds_are_told_apart(value: object) -> None:
    assert time_field(value) == datetime(2026, 3, 2, 8, 14, 5, tzinfo=UTC)


@pytest.mark.parametrize("value", ["soon", "2026-13-01", float("nan"), 1e300])
def test_an_unreadable_time_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="cannot be read"):
        time_field(value)


@pytest.mark.parametrize("value", [None, "", "martian"])
def test_an_unknown_speaker_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="is not known"):
        speaker_field(value)


def test_columns_can_be_named(tmp_path: Path) -> None:
    file = tmp_path / "t.csv"
    file.write_text("who;thread no;said\ncustomer;1;hi\nagent;1;yes?\n")

    items = list(read_table(file, columns={"conversation": "Thread No", "speaker": "who", "text": "said"}))

    assert [(turn.speaker, turn.text) for item in items for turn in item.turns] == [  # type: ignore[union-attr]
        ("customer", "hi"),
        ("agent", "yes?"),
    ]
    with pytest.raises(InputError, match=r"has no column 'nobody' \(found: who, thread_no, said\)"):
        list(read_table(file, columns={"speaker": "nobody", "conversation": "who"}))


def test_missing_speakers_are_filled_in_where_enough_are_known(tmp_path: Path) -> None:
    file = tmp_path / "t.csv"
    file.write_text(
        "chat,speaker,text\n1,,hi\n1,agent,yes?\n1,,where is it\n1,agent,here\n1,customer,ah\n1,,more?\n2,,a\n2,,b\n"
    )

    read, bad = list(read_table(file))

    assert isinstance(read, Conversation)
    assert [turn.speaker for turn in read.turns] == [
        "customer",
        "agent",
        "customer",
        "agent",
        "customer",
        "agent",
    ]
    assert read.metadata == {"speakers_filled": 3}
    assert isinstance(bad, BadRecord)
    assert (bad.line, bad.reason) == (8, "2 of 2 turns do not say who speaks.")
