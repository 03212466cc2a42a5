"""Forms: asking for one slot after the other until all are filled and valid."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping
from typing import Any, Final

from .calls import ActionCall, ActionResult, Context, Steps, events_of
from .definitions import REQUESTED_SLOT, Form
from .events import ActionExecutionRejected, ActiveLoop, Event, SlotSet, UserUttered
from .responses import uttered
from .state import ACTION_LISTEN
from .tracker import Tracker

VALIDATE_SLOTS: Final = "action_validate_slot_mappings"


def run_form(tracker: Tracker, form: Form, context: Context) -> Steps:
    """One run of a form: begin or validate what was said, then ask for the next slot or end.

    Returns only an `ActionExecutionRejected` when the message did not fill the slot asked for, so that rules,
    stories or the decision answer it and the form asks again. A validation that declines by an event of its own
    is followed by no question either. Follows Rasa's FormAction.
    """
    begins = tracker.active_loop is None or tracker.active_loop.name != form.name
    events: tuple[Event, ...] = (ActiveLoop(timestamp=context.now(), name=form.name),) if begins else ()
    if begins or _answers(tracker):
        candidates = _prefilled(tracker, form) if begins else _said(tracker, form)
        validated = yield from _validated(tracker.extended(events), form, candidates, context)
        if validated is None or (not begins and tracker.requested_slot and not _is_heard(validated)):
            return (ActionExecutionRejected(timestamp=context.now(), name=form.name),)
        events = (*events, *validated)
    else:
        events = yield from _come_back_to(tracker, form, context)
    if _declines(events):
        return events
    if not _ends(events):
        events = (*events, *(yield from _asked(tracker.extended(events), form, events, context)))
    if _ends(events):
        events = (*events, *deactivation(context))
    return events


def answers_form(tracker: Tracker) -> bool:
    """Whether the last message fills something the active form wants, so that nothing needs to be decided.

    A slot that only the project's own code can fill is taken to be answered: the form will say if it is not.
    """
    form = tracker.domain.forms.get(tracker.active_loop.name) if tracker.active_loop else None
    if form is None:
        return False
    slot = tracker.domain.slots.get(tracker.requested_slot or "")
    custom = slot is not None and any(mapping.type == "custom" for mapping in slot.mappings)
    return custom or bool(_said(tracker, form))


def run_extraction(tracker: Tracker, context: Context) -> Steps:
    """The project's own slot extraction and validation for a new message, before anything is decided."""
    events: tuple[Event, ...] = ()
    for action in _extractors(tracker):
        now = tracker.extended(events)
        result = yield ActionCall(name=action, tracker=now)
        events = (*events, *events_of(result, now, context))
    return events


def deactivation(context: Context) -> tuple[Event, ...]:
    """What ends a form."""
    now = context.now()
    return (ActiveLoop(timestamp=now, name=None), SlotSet(timestamp=now, name=REQUESTED_SLOT, value=None))


def _answers(tracker: Tracker) -> bool:
    """Whether the last thing that happened is a message to the form, not an answer to an interruption."""
    loop = tracker.active_loop
    return tracker.latest_action_name == ACTION_LISTEN and loop is not None and not loop.is_interrupted


def _prefilled(tracker: Tracker, form: Form) -> dict[str, Any]:
    return {name: tracker.slots[name] for name in form.required_slots if tracker.slots.get(name) is not None}


def _said(tracker: Tracker, form: Form) -> dict[str, Any]:
    """The slots of the form that the last message filled."""
    wanted = {*form.required_slots, tracker.requested_slot}
    filled: dict[str, Any] = {}
    for event in reversed(tracker.applied):
        if isinstance(event, UserUttered):
            break
        if isinstance(event, SlotSet) and event.name in wanted:
            filled.setdefault(event.name, event.value)
    return dict(reversed(filled.items()))


def _come_back_to(tracker: Tracker, form: Form, context: Context) -> Steps:
    """After an interruption `validate_<form>` has nothing to judge, but may say which slot to ask for."""
    validated = yield from _validated(tracker, form, {}, context)
    return () if validated is None or _declines(validated) else validated


def _validated(
    tracker: Tracker, form: Form, candidates: Mapping[str, Any], context: Context
) -> Generator[ActionCall, ActionResult, tuple[Event, ...] | None]:
    """Slot events after `validate_<form>`, where the project has it; None when it declined.

    rasa-sdk reads the candidates from the slot events at the end of the tracker. A candidate that the action
    does not mention is valid.
    """
    events = tuple(
        SlotSet(timestamp=context.now(), name=name, value=value) for name, value in candidates.items()
    )
    action = f"validate_{form.name}"
    if not tracker.domain.has_action(action):
        return events
    now = tracker.extended(events)
    result: ActionResult = yield ActionCall(name=action, tracker=now)
    if result.rejected:
        return None
    answered = {event.name for event in result.events if isinstance(event, SlotSet)}
    return (*(event for event in events if event.name not in answered), *events_of(result, now, context))


def _asked(tracker: Tracker, form: Form, events: Iterable[Event], context: Context) -> Steps:
    """The request for the next slot; `requested_slot` None when none is missing."""
    chosen = [event.value for event in events if isinstance(event, SlotSet) and event.name == REQUESTED_SLOT]
    slot = chosen[-1] if chosen else _missing(tracker, form)
    request = () if chosen else (SlotSet(timestamp=context.now(), name=REQUESTED_SLOT, value=slot),)
    if not isinstance(slot, str):
        return request
    now = tracker.extended(request)
    for name in (f"{form.name}_{slot}", slot):
        if tracker.domain.has_action(f"action_ask_{name}"):
            result = yield ActionCall(name=f"action_ask_{name}", tracker=now)
            return (*request, *events_of(result, now, context))
        if f"utter_ask_{name}" in tracker.domain.responses:
            question = uttered(now, f"utter_ask_{name}", pick=context.pick, now=context.now())
            return (*request, question) if question else request
    return request


def _missing(tracker: Tracker, form: Form) -> str | None:
    return next((name for name in form.required_slots if tracker.slots.get(name) is None), None)


def _is_heard(events: tuple[Event, ...]) -> bool:
    """Whether the message filled a slot, or the validation says itself that it is not for the form."""
    fills = (isinstance(event, SlotSet) and event.name != REQUESTED_SLOT for event in events)
    return any(fills) or _declines(events)


def _declines(events: Iterable[Event]) -> bool:
    return any(isinstance(event, ActionExecutionRejected) for event in events)


def _ends(events: Iterable[Event]) -> bool:
    """A validation action may end a form early, by taking back the request or the form itself."""
    return any(
        (isinstance(event, SlotSet) and event.name == REQUESTED_SLOT and event.value is None)
        or (isinstance(event, ActiveLoop) and event.name is None)
        for event in events
    )


def _extractors(tracker: Tracker) -> list[str]:
    """Actions named by custom mappings, then the one that validates all slots."""
    domain = tracker.domain
    named = [
        mapping.action
        for slot in domain.slots.values()
        for mapping in slot.mappings
        if mapping.type == "custom" and mapping.action and domain.has_action(mapping.action)
    ]
    validation = [VALIDATE_SLOTS] if domain.has_action(VALIDATE_SLOTS) else []
    return [*dict.fromkeys(name for name in named if name != VALIDATE_SLOTS), *validation]
