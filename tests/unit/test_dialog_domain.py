"""Domains: the whole 3.1 format in, errors with their place out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from bot.dialog.definitions import ANY_LOOP, MappingCondition
from bot.dialog.domain import DomainError, parse_domain
from bot.dialog.rules import parse_rules
from bot.dialog.stories import parse_stories
from tests.unit.dialog_assistant import yaml

SHOP = Path(__file__).parents[2] / "data" / "shop"


def test_every_part_is_read() -> None:
    domain = parse_domain(
        yaml(
            """
            version: "3.1"
            intents: [greet, {inform: {use_entities: [city]}}, {deny: {use_entities: false}}]
            entities: [city, {place: {roles: [from, to], groups: [a]}}]
            slots:
              city: {type: text, mappings: [{type: from_entity, entity: city, intent: inform}]}
              level:
                type: categorical
                values: [low, high]
                initial_value: low
                mappings:
                  - type: from_intent
                    intent: [greet, inform]
                    not_intent: deny
                    value: high
                    conditions:
                      - {active_loop: f, requested_slot: level}
                      - {active_loop: null}
                      - {requested_slot: city}
              own: {type: my.slots.Own}
            forms: {f: {required_slots: [city, level], ignored_intents: [deny]}}
            responses:
              utter_greet:
                - {text: "hi {city}", channel: rest, id: 7, metadata: {a: 1}}
                - text: "你好"
                  condition: [{type: slot, name: level, value: high}]
                  buttons: [{title: x, payload: /x}]
            actions: [action_a, {action_b: {send_domain: true}}, action_a]
            session_config: {session_expiration_time: 5, carry_over_slots_to_new_session: false}
            """
        ),
        where="domain.yml",
    )
    assert list(domain.intents) == ["greet", "inform", "deny"]
    assert [domain.intents[name].use_entities for name in domain.intents] == [None, ("city",), ()]
    assert domain.entities["place"].roles == ("from", "to")
    mapping = domain.slots["level"].mappings[0]
    assert (mapping.intents, mapping.not_intents) == (("greet", "inform"), ("deny",))
    assert mapping.conditions == (
        MappingCondition(active_loop="f", requested_slot="level"),
        MappingCondition(active_loop=None),
        MappingCondition(active_loop=ANY_LOOP, requested_slot="city"),
    )
    assert (domain.slots["own"].type, domain.slots["own"].type_name) == ("any", "my.slots.Own")
    assert domain.initial_slots == {
        "city": None, "level": "low", "own": None, "requested_slot": None, "session_started_metadata": None
    }  # fmt: skip
    assert domain.forms["f"].ignored_intents == ("deny",)
    first, second = domain.responses["utter_greet"]
    assert (first.channel, first.id, first.metadata) == ("rest", "7", {"a": 1})
    assert second.conditions[0].value == "high"
    assert domain.actions == ("action_a", "action_b")
    assert (domain.session.expiration, domain.session.carry_over_slots) == (5.0, False)


def test_the_dict_for_action_servers_is_plain_complete_and_ones_own() -> None:
    loaded = YAML().load("intents: [greet]\nslots: {city: {type: text}}\n")
    domain = parse_domain(loaded, where="domain.yml")
    shape = domain.as_dict()
    assert type(shape) is dict
    assert shape["intents"] == ["greet"]
    assert set(shape["slots"]) == {"city", "requested_slot", "session_started_metadata"}
    assert {"entities", "forms", "responses", "actions", "session_config", "e2e_actions"} <= shape.keys()
    shape["slots"].clear()
    assert domain.as_dict()["slots"]


@pytest.mark.parametrize(
    ("domain", "path", "problem"),
    [
        ({"intent": []}, ("intent",), "unknown key"),
        ({"intents": "greet"}, ("intents",), "a list"),
        ({"intents": [{"a": {}, "b": {}}]}, ("intents", 0), "one name"),
        ({"intents": [3]}, ("intents", 0), "a text"),
        ({"slots": {"a": {"type": "texty"}}}, ("slots", "a", "type"), "unknown slot type"),
        ({"slots": {"a": {}}}, ("slots", "a", "type"), "a text"),
        (
            {"slots": {"a": {"type": "text", "mappings": [{"type": "from_entity"}]}}},
            ("slots", "a", "mappings", 0, "entity"),
            "a text",
        ),
        (
            {"slots": {"a": {"type": "text", "mappings": [{"type": "from_dream"}]}}},
            ("slots", "a", "mappings", 0, "type"),
            "unknown mapping",
        ),
        ({"forms": {"f": {"required_slots": {"a": []}}}}, ("forms", "f", "required_slots"), "Rasa 2"),
        ({"responses": {"utter_a": {"text": "hi"}}}, ("responses", "utter_a"), "a list of variants"),
        ({"responses": {"utter_a": [{"text": 3}]}}, ("responses", "utter_a", 0, "text"), "quotes"),
        (
            {"responses": {"utter_a": [{"text": "a", "buttons": [{"payload": "/x"}]}]}},
            ("responses", "utter_a", 0, "buttons", 0, "title"),
            "a text",
        ),
        (
            {"session_config": {"session_expiration_time": "long"}},
            ("session_config", "session_expiration_time"),
            "number",
        ),
    ],
)
def test_what_is_wrong_is_said_with_its_place(domain: Any, path: tuple[str | int, ...], problem: str) -> None:
    with pytest.raises(DomainError, match=problem) as error:
        parse_domain(domain, where="domain.yml")
    assert error.value.where == "domain.yml"
    assert error.value.path == path


@pytest.mark.parametrize(
    ("steps", "problem"),
    [
        ([], "at least one step"),
        ([{"intnt": "greet"}], "unknown step"),
        (["greet"], "a step is a mapping"),
        ([{"or": [{"intent": f"i{i}"} for i in range(17)]}] * 2, "ways through"),
    ],
)
def test_a_step_that_cannot_be_run_is_refused(steps: Any, problem: str) -> None:
    with pytest.raises(DomainError, match=problem):
        parse_rules({"rules": [{"rule": "r", "steps": steps}]}, where="rules.yml")
    with pytest.raises(DomainError, match=problem):
        parse_stories({"stories": [{"story": "s", "steps": steps}]}, where="stories.yml")


@pytest.mark.parametrize("step", [{"checkpoint": "c"}, {"user": "hello"}, {"bot": "Hi"}])
def test_what_only_stories_have_is_refused_in_a_rule(step: dict[str, str]) -> None:
    with pytest.raises(DomainError, match="are for stories") as error:
        parse_rules({"rules": [{"rule": "r", "steps": [{"intent": "greet"}, step]}]}, where="rules.yml")
    assert error.value.path == ("rules", 0, "steps", 1)


def test_an_unknown_key_of_a_rule_is_refused() -> None:
    with pytest.raises(DomainError, match="conditions"):
        parse_rules({"rules": [{"rule": "r", "conditions": [], "steps": []}]}, where="rules.yml")


def test_or_gives_each_way() -> None:
    steps = [{"or": [{"intent": "a"}, {"intent": "b"}]}, {"action": "utter_x"}]
    assert len(parse_rules({"rules": [{"rule": "r", "steps": steps}]}, where="rules.yml")) == 2


def test_the_demo_assistant_is_read() -> None:
    reader = YAML(typ="safe")
    domain = parse_domain(reader.load(SHOP / "domain.yml"), where="domain.yml")
    rules = parse_rules(reader.load(SHOP / "rules.yml"), where="rules.yml")
    assert len(domain.intents) >= 30
    assert {rule.steps[0].name for rule in rules if not hasattr(rule.steps[0], "turn")} <= set(domain.forms)  # type: ignore[union-attr]
