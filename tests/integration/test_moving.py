"""A Rasa tracker store is taken over: forms that are half filled go on with the same question."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.dialog.events import event_from_dict
from bot.dialog.tracker import Tracker
from bot.moving import count_conversations, move_conversations, source_url
from bot.project import load_assistant, open_project
from bot.store.store import Store
from encoders.errors import InputError
from tests.unit.dialog_assistant import Talk

pytestmark = pytest.mark.integration
PETS = Path(__file__).parents[1] / "data" / "projects" / "pets"
IN_FORM: list[dict[str, Any]] = [
    {"event": "action", "name": "action_session_start"},
    {"event": "session_started"},
    {"event": "action", "name": "action_listen"},
    {"event": "user", "text": "/register", "parse_data": {"intent": {"name": "register", "confidence": 1.0}},
     "input_channel": "rest", "message_id": "m1"},
    {"event": "user_featurization", "use_text_for_featurization": False},
    {"event": "action", "name": "register_form", "policy": "RulePolicy", "confidence": 1.0},
    {"event": "active_loop", "name": "register_form"},
    {"event": "slot", "name": "animal", "value": "cat"},
    {"event": "slot", "name": "gone_since", "value": 1},
    {"event": "slot", "name": "requested_slot", "value": "age"},
    {"event": "bot", "text": "How old is it?", "data": {}, "metadata": {"utter_action": "utter_ask_age"}},
    {"event": "action", "name": "action_listen"},
]  # fmt: skip


def tracker_store(path: Path, **conversations: list[dict[str, Any]]) -> Path:
    """A tracker store as Rasa makes it; rows of conversations lie between each other, times go backwards."""
    with sqlite3.connect(path) as database:
        database.execute(
            "CREATE TABLE events (id INTEGER PRIMARY KEY, sender_id VARCHAR, type_name VARCHAR, timestamp FLOAT,"
            " intent_name VARCHAR, action_name VARCHAR, data TEXT)"
        )
        most = max(map(len, conversations.values()))
        for number in range(most):
            for sender, events in conversations.items():
                if number < len(events):
                    event = {"timestamp": 1_700_000_000.0 - number, **events[number]}
                    database.execute(
                        "INSERT INTO events (sender_id, type_name, timestamp, data) VALUES (?, ?, ?, ?)",
                        (sender, event["event"], event["timestamp"], json.dumps(event)),
                    )
    return path


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = await Store.open(f"sqlite:///{tmp_path / 'kefu.sqlite'}")
    yield opened
    await opened.close()


async def test_a_half_filled_form_goes_on_at_the_same_question(tmp_path: Path, store: Store) -> None:
    assistant = load_assistant(open_project(PETS))
    source = source_url(str(tracker_store(tmp_path / "rasa.db", ann=IN_FORM, bob=IN_FORM[:5])))
    seen: list[str] = []
    moved = await move_conversations(
        source, store, Tracker.start("", assistant.domain), lambda _, sender: seen.append(sender)
    )
    assert (moved.conversations, moved.in_forms, moved.left_out) == (2, 1, 0)
    assert seen == ["ann", "bob"]
    assert await count_conversations(source) == 2

    events = [data for _, data in await store.load_events("ann")]
    assert [event["event"] for event in events[:-1]] == [event["event"] for event in IN_FORM]
    tracker = Tracker.fold("ann", assistant.domain, map(event_from_dict, events))
    assert tracker.requested_slot == "age"
    assert tracker.slots["animal"] == "cat"
    assert not tracker.session_over(tracker.state.latest_event_time or 0.0)
    talk = Talk(assistant, tracker=tracker)
    assert "“Registered: cat, 4 years old.”" in await talk.says("4", "greet", {"number": 4})


async def test_what_is_there_is_left_alone(tmp_path: Path, store: Store) -> None:
    start = Tracker.start("", load_assistant(open_project(PETS)).domain)
    source = source_url(str(tracker_store(tmp_path / "rasa.db", ann=IN_FORM)))
    for conversations, there in ((1, 0), (0, 1)):
        moved = await move_conversations(source, store, start, lambda _, __: None)
        assert (moved.conversations, moved.there) == (conversations, there)
    assert len(await store.load_events("ann")) == len(IN_FORM) + 1


async def test_events_that_are_none_are_counted(tmp_path: Path, store: Store) -> None:
    start = Tracker.start("", load_assistant(open_project(PETS)).domain)
    path = tracker_store(tmp_path / "rasa.db", ann=[*IN_FORM[:3], {"event": "slot"}])
    moved = await move_conversations(source_url(str(path)), store, start, lambda _, __: None)
    assert (moved.events, moved.left_out) == (3, 1)


async def test_another_database_is_refused(tmp_path: Path, store: Store) -> None:
    start = Tracker.start("", load_assistant(open_project(PETS)).domain)
    sqlite3.connect(tmp_path / "other.db").execute("CREATE TABLE a (b)").connection.close()
    with pytest.raises(InputError, match="cannot be read as a tracker store"):
        await move_conversations(source_url(str(tmp_path / "other.db")), store, start, lambda _, __: None)
    with pytest.raises(InputError, match="no such file"):
        source_url(str(tmp_path / "nowhere.db"))
