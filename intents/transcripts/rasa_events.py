"""Rasa's history: SQL tracker stores (SQLite files), dumped trackers, and what the event broker published.

events(id, sender_id, type_name, timestamp, intent_name, action_name, data)                  a tracker store
{"sender_id": "7", "events": [{"event": "user", "text": "hi", "timestamp": 1772439245.3}, …]}  a tracker
{"sender_id": "7", "event": "user", "text": "hi", "timestamp": 1772439245.3}                   an event of a broker
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from itertools import groupby
from pathlib import Path
from typing import Any

from encoders.errors import InputError
from encoders.progress import Progress
from intents.transcripts.conversation import BadRecord, Conversation, Speaker, Turn
from intents.transcripts.fields import identifier_of, time_field
from intents.transcripts.json_stream import bad_record, json_records

_SPEAKERS: Mapping[str, Speaker] = {"user": "customer", "bot": "bot", "agent": "agent"}
_SQLITE = b"SQLite format 3\x00"
_Event = tuple[int, Mapping[str, Any]]


def is_sqlite(path: Path) -> bool:
    """Whether the file is a SQLite database."""
    try:
        with path.open("rb") as file:
            return file.read(len(_SQLITE)) == _SQLITE
    except OSError:
        return False


def read_rasa(path: Path, *, step: Progress | None = None) -> Iterator[Conversation | BadRecord]:
    """The conversations in a tracker store, a dump of trackers, or a file of events.

    Events are in the order of their ids, or of the file: their timestamps are not always. A new session of
    the same sender is a conversation of its own, `<sender>/2` and so on.

    Raises:
        InputError: when the file cannot be read, or is a database without a table of events.
    """
    yield from _from_database(path) if is_sqlite(path) else _from_json(path, step)


def _from_database(path: Path) -> Iterator[Conversation | BadRecord]:
    try:
        with closing(sqlite3.connect(f"file:{path.absolute()}?mode=ro", uri=True)) as database:
            database.execute("PRAGMA temp_store=FILE")
            rows = database.execute(
                "SELECT sender_id, id, data FROM events ORDER BY min(id) OVER (PARTITION BY sender_id), sender_id, id"
            )
            yield from _grouped(path, rows)
    except sqlite3.DatabaseError as error:
        remedy = "A Rasa tracker store has a table events(id, sender_id, …, data)."
        raise InputError(path, f"cannot be read as a tracker store ({error}).", remedy=remedy) from error


def _from_json(path: Path, step: Progress | None) -> Iterator[Conversation | BadRecord]:
    """Trackers as they come; the events of a broker are sorted by sender first, on disk."""
    with closing(sqlite3.connect("")) as database:  # a temporary file, which SQLite removes
        database.execute("CREATE TABLE events (sender_id, id INTEGER, data)")
        for item in json_records(path, step=step):
            if isinstance(item, BadRecord):
                yield item
                continue
            line, record = item
            sender = identifier_of(record, "sender_id", "conversation_id")
            if not sender:
                yield bad_record(path, line, "'sender_id' is missing or empty.", record)
            elif isinstance(record.get("events"), list):
                yield from _sessions(path, sender, ((line, event) for event in record["events"]))
            elif "event" in record:
                database.execute("INSERT INTO events VALUES (?, ?, ?)", (sender, line, json.dumps(record)))
            else:
                yield bad_record(
                    path, line, "is neither a tracker ('events') nor an event ('event').", record
                )
        rows = database.execute(
            "SELECT sender_id, id, data FROM events ORDER BY min(id) OVER (PARTITION BY sender_id), sender_id, id"
        )
        yield from _grouped(path, rows)


def _grouped(path: Path, rows: Iterable[tuple[Any, int, str]]) -> Iterator[Conversation | BadRecord]:
    for sender, group in groupby(rows, key=lambda row: str(row[0])):
        events: list[_Event] = []
        for _, line, data in group:
            try:
                events.append((line, json.loads(data)))
            except (ValueError, TypeError) as error:
                yield bad_record(path, line, f"the event of {sender!r} is not JSON ({error}).", str(data))
        yield from _sessions(path, sender, events)


def _sessions(path: Path, sender: str, events: Iterable[_Event]) -> Iterator[Conversation | BadRecord]:
    number = 1
    turns: list[Turn] = []
    channel = ""
    for line, event in events:
        try:
            kind = event.get("event")
            if kind == "session_started" and any(turn.speaker == "customer" for turn in turns):
                yield _session(sender, number, turns, channel)
                number, turns = number + 1, []
            channel = channel or str(event.get("input_channel") or "")
            turns += turns_of_event(event)
        except (ValueError, AttributeError) as error:
            yield bad_record(path, line, f"an event of {sender!r}: {error}", event)
    if turns:
        yield _session(sender, number, turns, channel)


def _session(sender: str, number: int, turns: list[Turn], channel: str) -> Conversation:
    identifier = sender if number == 1 else f"{sender}/{number}"
    return Conversation(id=identifier, turns=tuple(turns), channel=channel)


def turns_of_event(event: Mapping[str, Any]) -> Iterator[Turn]:
    """What the event says to the other side, as a turn; slots, actions and the like say nothing.

    Raises:
        ValueError: when its timestamp cannot be read.
    """
    kind, text = str(event.get("event")), event.get("text")
    if kind in _SPEAKERS and isinstance(text, str) and text.strip():
        yield Turn(speaker=_SPEAKERS[kind], text=text, time=time_field(event.get("timestamp")))
