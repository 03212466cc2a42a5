"""Recorded Rasa conversations held against this assistant: the same intents, and would it have done the same?

Each message counts as what Rasa took it to mean, so no model is asked and no action runs: what actions did is what
was recorded.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from bot.conversations.results import Played, Turn
from bot.dialog.assistant import Assistant
from bot.dialog.events import ActionExecuted, ActionExecutionRejected, Event, SlotSet, UserUttered
from bot.dialog.policy import next_action
from bot.dialog.slots import filled_slots
from bot.dialog.state import ACTION_SESSION_START
from bot.dialog.tracker import Tracker

_PASSED_OVER: Final = frozenset({ACTION_SESSION_START, "action_unlikely_intent", "action_extract_slots"})


def play_recorded(sender: str, events: Sequence[Event], assistant: Assistant, *, source: str) -> Played:
    """Each turn with the actions and filled slots that differ."""
    played = Played(name=f"conversation {sender}", where=Path(source))
    tracker = Tracker.start(sender, assistant.domain)
    for place, event in enumerate(events):
        if isinstance(event, UserUttered):
            turn = Turn(said=event.text or "")
            played.turns.append(turn)
            _hold_slots(turn, tracker.update(event), events[place + 1 :])
        elif isinstance(event, ActionExecuted) and played.turns and event.name not in _PASSED_OVER:
            tracker = _hold_action(played, tracker, event, assistant)
        tracker = tracker.update(event)
    return played


def _hold_action(played: Played, tracker: Tracker, event: ActionExecuted, assistant: Assistant) -> Tracker:
    wanted = event.name or event.action_text or ""
    choice = next_action(tracker, assistant, None)
    loop = tracker.active_loop
    if choice.action != wanted and loop is not None and choice.action == loop.name:
        tracker = tracker.update(ActionExecutionRejected(name=loop.name))
        choice = next_action(tracker, assistant, None)
    played.turns[-1].expect("action", wanted, choice.action, why=f"{choice.policy}: {choice.why}")
    played.reached |= {choice.why, choice.action}
    return tracker


def _hold_slots(turn: Turn, tracker: Tracker, after: Sequence[Event]) -> None:
    """The slots that the message filled by the domain's mappings, as recorded right after it."""
    ours = {event.name: event.value for event in filled_slots(tracker, now=0.0)}
    recorded = {event.name: event.value for event in _slots(after)}
    for name in recorded.keys() | ours.keys():
        slot = tracker.domain.slots.get(name)
        if slot is None or not slot.mappings or all(mapping.type == "custom" for mapping in slot.mappings):
            continue
        wanted = f"{name} = {recorded[name]!r}" if name in recorded else f"{name} not filled"
        got = f"{name} = {ours[name]!r}" if name in ours else f"{name} not filled"
        same = name in recorded and name in ours and recorded[name] == ours[name]
        turn.expect("slot", wanted, got, passed=same)


def _slots(after: Sequence[Event]) -> Iterator[SlotSet]:
    for event in after:
        if isinstance(event, ActionExecuted | UserUttered):
            return
        if isinstance(event, SlotSet):
            yield event
