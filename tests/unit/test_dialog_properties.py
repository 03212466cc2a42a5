"""Whatever is said, pressed, answered or happens: the core does not raise, does not loop, loses no event."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.dialog.assistant import Assistant
from bot.dialog.calls import ActionResult
from bot.dialog.decision import Candidate, Costs, Decision, decide
from bot.dialog.events import Event
from bot.dialog.learned import Guess
from bot.dialog.policy import next_action
from bot.dialog.tracker import Tracker
from tests.unit.dialog_assistant import Talk, assistant
from tests.unit.dialog_events import events, json_values
from tests.unit.test_dialog_forms import DOMAIN, RULES, STORIES

ASSISTANT = assistant(DOMAIN, RULES, STORIES)
ACTIONS = ("table_form", "utter_chat", "utter_done", "action_listen", "gone", "validate_table_form")


class Eager:
    """A learned policy at its worst: sure of something, whatever was said."""

    threshold = 0.0
    features = frozenset({"said None", *(f"said {intent}" for intent in ASSISTANT.domain.intents)})

    def guess(self, features: frozenset[str]) -> Guess:
        action = ACTIONS[len(features) % len(ACTIONS)]
        return Guess(action=action, p=1.0, second="utter_chat", second_p=0.0, because=())


EITHER = st.sampled_from([ASSISTANT, replace(ASSISTANT, learned=Eager())])
INTENTS = [*ASSISTANT.domain.intents, "unknown", None]
texts = st.one_of(
    st.sampled_from(["/restart", "/back", "/session_start", "/book", '/book{"city": ["Delft"]}', "/x@0.1"]),
    st.text(max_size=12),
)
entities = st.dictionaries(st.sampled_from(["city", "number", "other"]), st.sampled_from(["Delft", 4, "x"]))
candidates = st.builds(
    Candidate,
    kind=st.sampled_from(["intent", "passage"]),
    name=st.sampled_from(["book", "stop", "a"]),
    p=st.floats(0, 1),
)
decisions = st.none() | st.builds(
    lambda given_, may: decide(given_, Costs(), may_clarify=may),
    st.lists(candidates, max_size=4),
    st.booleans(),
)
keys = st.sampled_from(["text", "response", "template", "buttons", "custom", "metadata", "image", "x"])
results = st.builds(
    ActionResult,
    events=st.lists(events(), max_size=3).map(tuple),
    responses=st.lists(st.dictionaries(keys, json_values, max_size=3), max_size=2).map(tuple),
    rejected=st.booleans(),
)
turns = st.tuples(
    texts, st.sampled_from(INTENTS), entities, decisions, results, st.lists(events(), max_size=2)
)
Turn = tuple[str, str | None, Mapping[str, Any], Decision | None, ActionResult, list[Event]]


@settings(max_examples=250)
@given(EITHER, st.lists(turns, max_size=6))
def test_no_conversation_breaks_the_core(known: Assistant, said: list[Turn]) -> None:
    async def talk() -> None:
        now = Talk(known)
        happened: list[Event] = []
        for text, intent, found, decision, result, outside in said:
            now.actions = {"validate_table_form": lambda tracker, result=result: result}
            before = now.tracker.length
            await now.says(text, intent, found, decision=decision)
            assert now.tracker.length - before <= 150
            assert now.tracker.latest_action_name == "action_listen"
            happened += now.tracker.events[before - now.tracker.length :]
            happened += outside
            now.tracker = now.tracker.extended(outside)
        assert Tracker.fold("c1", ASSISTANT.domain, happened) == now.tracker

    asyncio.run(talk())


@settings(max_examples=200)
@given(EITHER, st.lists(events(), max_size=20), decisions)
def test_after_any_events_there_is_a_next_action(
    known: Assistant, happened: list[Event], decision: Decision | None
) -> None:
    tracker = Tracker.fold("c1", ASSISTANT.domain, happened)
    choice = next_action(tracker, known, decision)
    assert choice.action
    assert choice == next_action(tracker, known, decision)
