"""A fold taken up from a snapshot is the fold of all the events."""

from __future__ import annotations

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.dialog.events import EVENTS, ActionReverted, Event, UserUtteranceReverted
from bot.dialog.snapshot import restored, snapshot
from bot.dialog.tracker import Tracker
from tests.unit.dialog_assistant import assistant
from tests.unit.dialog_events import events
from tests.unit.test_dialog_forms import DOMAIN, RULES, STORIES

ASSISTANT = assistant(DOMAIN, RULES, STORIES)
TAKING_BACK = (ActionReverted, UserUtteranceReverted)
onward = events(*(kind for kind in EVENTS.values() if kind not in TAKING_BACK))


def through_json(before: list[Event], after: list[Event], reach: int) -> tuple[Tracker, Tracker]:
    """The whole fold, and the one from a snapshot between the two parts."""
    whole = Tracker.fold("c", ASSISTANT.domain, [*before, *after])
    data = snapshot(Tracker.fold("c", ASSISTANT.domain, before), reach=reach)
    data = json.loads(json.dumps(data))
    return whole, restored("c", ASSISTANT.domain, data, before=before, after=after)


@settings(max_examples=200)
@given(st.lists(onward, max_size=40), st.lists(onward, max_size=12), st.integers(1, 50))
def test_it_is_the_whole_fold(before: list[Event], after: list[Event], reach: int) -> None:
    whole, found = through_json(before, after, reach)
    assert found.state == whole.state
    assert found.length == whole.length
    assert found.events == whole.events


@settings(max_examples=200)
@given(st.lists(events(), max_size=40), st.lists(events(), max_size=20))
def test_also_where_things_are_taken_back(before: list[Event], after: list[Event]) -> None:
    whole, found = through_json(before, after, reach=60)
    assert found.state == whole.state
    assert found.applied == whole.applied
    assert found.current_state() == whole.current_state()


@settings(max_examples=50)
@given(st.lists(onward, min_size=20, max_size=40))
def test_another_domain_gets_its_own_slots(before: list[Event]) -> None:
    data = json.loads(json.dumps(snapshot(Tracker.fold("c", ASSISTANT.domain, before))))
    other = assistant(DOMAIN.replace("city:", "town:"), "").domain
    found = restored("c", other, data, before=before, after=[])
    assert found.slots.keys() == other.initial_slots.keys()
