"""Events: Rasa's JSON shapes, both ways."""

from __future__ import annotations

import pytest
from hypothesis import given

from bot.dialog.events import (
    EVENTS,
    ActionExecuted,
    ActiveLoop,
    BotUttered,
    Event,
    LoopInterrupted,
    OtherEvent,
    SlotSet,
    UserUttered,
    event_from_dict,
    event_to_dict,
)
from tests.unit.dialog_events import events, json_values


@given(events())
def test_every_event_survives_the_round_trip(event: Event) -> None:
    assert event_from_dict(event_to_dict(event)) == event


@given(json_values)
def test_anything_else_is_a_value_error_or_an_event(data: object) -> None:
    shape = {"event": "slot", **data} if isinstance(data, dict) else data
    try:
        event = event_from_dict(shape)  # type: ignore[arg-type]
    except ValueError:
        return
    assert event_from_dict(event_to_dict(event)) == event


def test_the_shapes_are_rasas() -> None:
    assert event_to_dict(SlotSet(timestamp=1.0, name="city", value="Delft")) == {
        "event": "slot",
        "timestamp": 1.0,
        "name": "city",
        "value": "Delft",
    }
    assert event_to_dict(ActionExecuted(timestamp=2.0, name="action_listen", policy="rules")) == {
        "event": "action",
        "timestamp": 2.0,
        "name": "action_listen",
        "policy": "rules",
        "confidence": None,
        "action_text": None,
        "hide_rule_turn": False,
    }
    user = event_to_dict(UserUttered(text="hi", parse_data={"intent": {"name": "greet"}}, message_id="m1"))
    assert set(user) == {"event", "timestamp", "metadata", "text", "parse_data"} | {
        "input_channel",
        "message_id",
    }
    assert set(event_to_dict(BotUttered(text="hi"))) == {"event", "timestamp", "metadata", "text", "data"}


def test_an_action_servers_event_takes_the_time_it_arrived() -> None:
    event = event_from_dict({"event": "slot", "timestamp": None, "name": "a", "value": 1}, timestamp=7.5)
    assert event == SlotSet(timestamp=7.5, name="a", value=1)


def test_an_unknown_event_is_kept_whole() -> None:
    shape = {"event": "stack", "timestamp": 1.0, "update": "[]", "metadata": {"a": 1}}
    event = event_from_dict(shape)
    assert isinstance(event, OtherEvent)
    assert event_to_dict(event) == shape


def test_rasa_1_forms_are_read_under_their_new_names() -> None:
    assert event_from_dict({"event": "form", "name": "f"}) == ActiveLoop(name="f")
    assert event_from_dict({"event": "form_validation", "validate": False}) == LoopInterrupted()


@pytest.mark.parametrize(
    "broken",
    [
        {},
        {"event": ""},
        {"event": 3},
        {"event": "slot"},
        {"event": "slot", "name": 4},
        {"event": "user", "parse_data": []},
        {"event": "bot", "data": "x"},
        {"event": "shown", "what": "buttons", "items": "abc"},
    ],
)
def test_a_known_event_without_its_matter_is_refused(broken: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="event"):
        event_from_dict(broken)


def test_names_are_unique() -> None:
    assert len(set(EVENTS.values())) == len(EVENTS) == 26
