"""Recorded conversations are held against the assistant: the same actions and slots, or what differs."""

from __future__ import annotations

from typing import Any

from bot.conversations.recorded import play_recorded
from bot.conversations.results import Played
from bot.dialog.events import event_from_dict
from bot.project import load_assistant, open_project
from tests.unit.test_conversation_tests import PETS


def user(intent: str, **entities: Any) -> dict[str, Any]:
    found = [{"entity": name, "value": value} for name, value in entities.items()]
    return {"event": "user", "text": intent, "parse_data": {"intent": {"name": intent}, "entities": found}}


def action(name: str) -> dict[str, Any]:
    return {"event": "action", "name": name}


def slot(name: str, value: Any) -> dict[str, Any]:
    return {"event": "slot", "name": name, "value": value}


LISTEN = action("action_listen")
BEGUN = [action("action_session_start"), {"event": "session_started"}, LISTEN]
FORM = [
    *BEGUN, user("register"), action("register_form"), {"event": "active_loop", "name": "register_form"},
    slot("requested_slot", "animal"), LISTEN, user("ask_breeds"),
    {"event": "action_execution_rejected", "name": "register_form"}, action("utter_breeds"), action("register_form"),
    LISTEN, user("register", animal="cat"), slot("animal", "cat"), action("register_form"), slot("animal", "cat"),
    slot("requested_slot", "age"), LISTEN, user("greet", number=4), slot("age", 4), action("register_form"),
    slot("age", 4), {"event": "active_loop", "name": None}, slot("requested_slot", None), action("utter_registered"),
    LISTEN,
]  # fmt: skip


def play(*events: dict[str, Any]) -> Played:
    assistant = load_assistant(open_project(PETS))
    return play_recorded("ann", [event_from_dict(event) for event in events], assistant, source="rasa.db")


def wrong(played: Played) -> list[tuple[str, str]]:
    return [(check.wanted, check.got) for turn in played.turns for check in turn.checks if not check.passed]


def test_what_goes_the_same_way_passes() -> None:
    played = play(*FORM)
    assert wrong(played) == []
    assert sum(len(turn.checks) for turn in played.turns) == 12


def test_another_action_is_a_difference_and_the_rest_goes_on() -> None:
    played = play(
        *BEGUN, user("greet"), action("utter_breeds"), LISTEN, user("sitter"), action("utter_sitter"), LISTEN
    )
    assert ("utter_breeds", "utter_greet") in wrong(played)
    assert all(check.passed for check in played.turns[1].checks)


def test_another_filled_slot_is_a_difference() -> None:
    assert wrong(play(*BEGUN, user("greet", animal="cat"), action("utter_greet"), LISTEN)) == [
        ("animal not filled", "animal = 'cat'")
    ]
    assert wrong(play(*BEGUN, user("greet"), slot("animal", "dog"), action("utter_greet"), LISTEN)) == [
        ("animal = 'dog'", "animal not filled")
    ]
