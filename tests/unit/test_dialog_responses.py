"""Responses: which wording is chosen and how its gaps are filled."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dialog.domain import parse_domain
from bot.dialog.events import BotUttered, SlotSet, UserUttered
from bot.dialog.responses import filled, spoken, uttered
from bot.dialog.tracker import Tracker
from tests.unit.dialog_assistant import yaml

DOMAIN = parse_domain(
    yaml(
        """
        slots: {language: {type: text, initial_value: en}, city: {type: text}, tier: {type: text}}
        responses:
          utter_tiers:
            - {text: plain}
            - {text: plain too}
            - {text: conditional, condition: [{type: slot, name: tier, value: gold}]}
            - {text: channel, channel: slack}
            - {text: both, channel: slack, condition: [{type: slot, name: tier, value: gold}]}
          utter_gold: [{text: gold only, condition: [{type: slot, name: tier, value: gold}]}]
          utter_city:
            - text: "{city} or {{city}} or {unknown}"
              image: "http://x/{city}.png"
              custom: {deep: [{name: "{city}", n: 3}]}
              buttons: [{title: "{city}", payload: '/go{{"city": "{city}"}}'}]
              metadata: {a: 1}
        """
    ),
    where="domain.yml",
)


def say(name: str, *, channel: str = "rest", pick: int = 0, **slots: Any) -> BotUttered | None:
    tracker = Tracker.start("c", DOMAIN).extended(
        SlotSet(name=slot, value=value) for slot, value in slots.items()
    )
    tracker = tracker.update(UserUttered(text="x", input_channel=channel))
    return uttered(tracker, name, pick=lambda n: pick, now=1.0)


def text(event: BotUttered | None) -> str | None:
    return event.text if event else None


def test_the_tiers() -> None:
    assert text(say("utter_tiers")) == "plain"
    assert text(say("utter_tiers", pick=1)) == "plain too"
    assert text(say("utter_tiers", pick=7)) == "plain too"
    assert text(say("utter_tiers", tier="gold")) == "conditional"
    assert text(say("utter_tiers", channel="slack")) == "channel"
    assert text(say("utter_tiers", channel="slack", tier="gold")) == "both"
    assert say("utter_gold") is None
    assert say("utter_none") is None


def test_gaps_are_filled_wherever_a_text_stands() -> None:
    event = say("utter_city", city="Delft")
    assert event is not None
    assert event.text == "Delft or {city} or {unknown}"
    assert event.data["image"] == "http://x/Delft.png"
    assert event.data["custom"] == {"deep": [{"name": "Delft", "n": 3}]}
    assert event.data["buttons"] == [{"title": "Delft", "payload": '/go{"city": "Delft"}'}]
    assert event.metadata == {"a": 1, "utter_action": "utter_city"}


def test_an_unfilled_slot_reads_none() -> None:
    assert text(say("utter_city")) == "None or {city} or {unknown}"


@given(st.text(), st.dictionaries(st.text(max_size=3), st.text(max_size=3), max_size=3))
def test_any_text_can_be_filled(template: str, values: dict[str, str]) -> None:
    assert isinstance(filled(template, values), str)
    assert filled(template.replace("{", "").replace("}", ""), values) == template.replace("{", "").replace(
        "}", ""
    )


@pytest.mark.parametrize(("language", "start"), [("en", "Sorry"), ("zh", "抱歉"), ("fr", "Sorry")])
def test_default_wordings_speak_the_conversations_language(language: str, start: str) -> None:
    assert str(text(say("utter_default", language=language))).startswith(start)


def test_the_domain_overrides_a_default() -> None:
    domain = parse_domain({"responses": {"utter_default": [{"text": "eh?"}]}}, where="d")
    assert text(uttered(Tracker.start("c", domain), "utter_default", pick=lambda n: 0, now=0.0)) == "eh?"


def test_what_an_action_says() -> None:
    tracker = Tracker.start("c", DOMAIN).update(SlotSet(name="city", value="Delft"))
    empty: dict[str, Any] = {"buttons": [], "elements": [], "custom": {}, "template": None, "response": None}
    messages = [
        {**empty, "text": "plain"},
        {**empty, "response": "utter_city", "city": "Leiden", "buttons": [{"title": "b", "payload": "/b"}]},
        {**empty, "template": "utter_tiers", "text": "overwritten"},
        {**empty, "custom": {"a": 1}},
        {**empty, "response": "utter_none"},
        {**empty, "buttons": 3, "response": ["x"], "metadata": "m"},
        {},
    ]
    events = spoken(messages, tracker, pick=lambda n: 0, now=2.0)
    assert [event.text for event in events] == ["plain", "Leiden or {city} or {unknown}", "overwritten", None]
    assert [button["title"] for button in events[1].data["buttons"]] == ["Leiden", "b"]
    assert events[1].metadata["utter_action"] == "utter_city"
    assert events[3].data["custom"] == {"a": 1}
