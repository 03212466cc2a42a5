"""Payloads and slot filling."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dialog.domain import Domain, parse_domain
from bot.dialog.events import ActiveLoop, SlotSet, UserUttered
from bot.dialog.payloads import Payload, parse_payload, payload_parse_data, payload_text
from bot.dialog.slots import filled_slots
from bot.dialog.tracker import Tracker
from tests.unit.dialog_assistant import yaml


@pytest.mark.parametrize(
    ("text", "payload"),
    [
        ("/greet", Payload(intent="greet")),
        (" /greet ", Payload(intent="greet")),
        ("/greet@0.7", Payload(intent="greet", confidence=0.7)),
        ("/faq/ask_hours", Payload(intent="faq/ask_hours")),
        (
            '/inform{"city": "Delft"}',
            Payload(intent="inform", entities=({"entity": "city", "value": "Delft", "start": 0, "end": 0},)),
        ),
        ("hello", None),
        ("/", None),
        ('/inform{"city": }', None),
        ('/inform{"city": NaN}', None),
        ("/inform{1}", None),
        ("/greet@0.7.1", None),
        ("/greet@7", None),
        ('/inform{"city": "Delft"} and more', None),
        ("/a{" + "[" * 20000 + "}", None),
    ],
)
def test_payloads(text: str, payload: Payload | None) -> None:
    assert parse_payload(text) == payload


@given(st.text())
def test_any_text_is_a_payload_or_not(text: str) -> None:
    payload = parse_payload(text)
    assert payload is None or payload_parse_data(payload, text)["text"] == text


@given(st.dictionaries(st.text(min_size=1), st.text(), max_size=3))
def test_what_a_button_sends_is_read_back(values: dict[str, str]) -> None:
    payload = parse_payload(payload_text("inform", values))
    assert payload is not None
    assert {entity["entity"]: entity["value"] for entity in payload.entities} == values


def test_lists_roles_and_groups_in_a_payload() -> None:
    payload = parse_payload('/go{"city": [{"value": "Delft", "role": "from"}, "Leiden"]}')
    assert payload is not None
    assert [entity["value"] for entity in payload.entities] == ["Delft", "Leiden"]
    assert payload.entities[0]["role"] == "from"


DOMAIN: Domain = parse_domain(
    yaml(
        """
        intents: [inform, deny, order]
        slots:
          city: {type: text, mappings: [{type: from_entity, entity: place, role: to}]}
          origin: {type: text, mappings: [{type: from_entity, entity: place, role: from}]}
          count: {type: float, mappings: [{type: from_entity, entity: number, not_intent: deny}]}
          toppings: {type: list, mappings: [{type: from_entity, entity: topping}]}
          size:
            type: categorical
            values: [Small, Large]
            mappings: [{type: from_entity, entity: size}]
          outside:
            type: bool
            mappings:
              - type: from_intent
                intent: deny
                value: false
                conditions: [{active_loop: f, requested_slot: outside}]
          note:
            type: text
            mappings:
              - {type: from_text, not_intent: deny, conditions: [{active_loop: f, requested_slot: note}]}
          kind:
            type: text
            mappings:
              - {type: from_trigger_intent, intent: order, value: pizza, conditions: [{active_loop: f}]}
          free: {type: any, mappings: [{type: custom}]}
          first: {type: text, mappings: [{type: from_entity, entity: name}]}
          second: {type: text, mappings: [{type: from_entity, entity: name}]}
        forms:
          f: {required_slots: [outside, note, first, second], ignored_intents: [order]}
        """
    ),
    where="domain.yml",
)


def fill(
    intent: str, *entities: tuple[str, Any], asked: str | None = None, text: str = "x"
) -> dict[str, Any]:
    """The slots that a message fills; with `asked`, the form `f` is active and asked for that slot."""
    tracker = Tracker.start("c", DOMAIN)
    if asked:
        tracker = tracker.extended([ActiveLoop(name="f"), SlotSet(name="requested_slot", value=asked)])
    found = []
    for name, value in entities:
        entity, _, role = name.partition("#")
        found.append({"entity": entity, "value": value, **({"role": role} if role else {})})
    data = {"intent": {"name": intent}, "entities": found}
    tracker = tracker.update(UserUttered(text=text, parse_data=data))
    return {event.name: event.value for event in filled_slots(tracker, now=1.0)}


def test_entities_fill_slots_by_name_and_role() -> None:
    assert fill("inform", ("place#to", "Delft"), ("place#from", "Leiden")) == {
        "city": "Delft",
        "origin": "Leiden",
    }
    assert fill("inform", ("place", "Delft")) == {}


def test_the_last_of_several_values_counts_and_a_list_takes_all() -> None:
    assert fill("inform", ("place#to", "a"), ("place#to", "b")) == {"city": "b"}
    assert fill("inform", ("topping", "ham"), ("topping", "olives")) == {"toppings": ["ham", "olives"]}


def test_values_take_the_slots_type_where_they_can() -> None:
    assert fill("inform", ("number", "3")) == {"count": 3.0}
    assert fill("inform", ("number", "three")) == {"count": "three"}
    assert fill("inform", ("size", "large")) == {"size": "Large"}


def test_intents_that_are_left_out() -> None:
    assert fill("deny", ("number", "3")) == {}


def test_a_condition_on_the_form_and_the_slot_asked_for() -> None:
    assert fill("deny") == {}
    assert fill("deny", asked="outside") == {"outside": False}
    assert fill("deny", asked="note") == {}
    assert fill("inform", asked="note", text="no onions") == {"note": "no onions"}


def test_the_forms_ignored_intents_answer_nothing() -> None:
    assert fill("order", asked="note", text="a pizza") == {}


def test_a_trigger_intent_counts_only_while_no_form_is_active() -> None:
    assert fill("order") == {"kind": "pizza"}
    assert fill("order", asked="outside") == {}


def test_an_entity_that_two_slots_of_the_form_take_goes_to_the_one_asked_for() -> None:
    assert fill("inform", ("name", "Ann"), asked="second") == {"second": "Ann"}
    assert fill("inform", ("name", "Ann")) == {"first": "Ann", "second": "Ann"}


@pytest.mark.parametrize(("text", "filled"), [("4", {"seats": 4}), ("4!", {"seats": 4}), ("4 of us", {})])
def test_a_message_that_is_nothing_but_the_value_asked_for_is_the_answer(
    text: str, filled: dict[str, int]
) -> None:
    """Whatever its intent is taken to be; in a longer message the mapping's intents decide."""
    domain = parse_domain(
        yaml("""
        intents: [inform, deny]
        entities: [number]
        slots:
          seats: {type: float, mappings: [{type: from_entity, entity: number, intent: inform}]}
        forms: {f: {required_slots: [seats]}}
        """),
        where="domain.yml",
    )
    entities = [{"entity": "number", "value": 4, "start": 0, "end": 1}]
    said = UserUttered(text=text, parse_data={"intent": {"name": "deny"}, "entities": entities})
    asked = (ActiveLoop(name="f"), SlotSet(name="requested_slot", value="seats"))
    tracker = Tracker.start("c", domain).extended([*asked, said])
    assert {event.name: event.value for event in filled_slots(tracker, now=1.0)} == filled
    unasked = Tracker.start("c", domain).update(said)
    assert filled_slots(unasked, now=1.0) == ()
