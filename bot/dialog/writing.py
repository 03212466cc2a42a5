"""Stories as YAML has them: steps written so that reading them gives the same steps, and conversations as stories."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from .commands import COMMANDS
from .events import ActionExecuted, ActiveLoop, Event, SlotSet, UserUttered
from .state import ACTION_LISTEN, ACTION_SESSION_START
from .steps import ANY_VALUE, ActionStep, CheckpointStep, LoopStep, Step, UserStep

_NOT_WRITTEN = (ACTION_LISTEN, ACTION_SESSION_START)


def written_story(name: str, steps: Sequence[Step]) -> dict[str, Any]:
    """A story as a member of `stories:`."""
    return {"story": name, "steps": [written_step(step) for step in steps]}


def written_step(step: Step) -> dict[str, Any]:
    """A step as a mapping that `parse_steps` reads as the same."""
    if isinstance(step, UserStep):
        return _user(step)
    if isinstance(step, ActionStep):
        return {"bot" if step.says else "action": step.name}
    if isinstance(step, LoopStep):
        return {"active_loop": step.name}
    if isinstance(step, CheckpointStep):
        values = {"slot_was_set": _slots(step.values)} if step.values else {}
        return {"checkpoint": step.name, **values}
    return {"slot_was_set": _slots(step.values)}


def conversation_steps(events: Iterable[Event]) -> Iterator[dict[str, Any]]:
    """A conversation as the steps of a story test: what was said and meant, and what the bot then did.

    Slots are written where an action set them, forms where they began and ended.
    """
    for event in events:
        if isinstance(event, UserUttered) and event.text:
            intent = event.parse_data.get("intent") or {}
            name = intent.get("full_retrieval_intent_name") or intent.get("name")
            meant = {"intent": name} if name and name not in COMMANDS else {}
            yield {"user": event.text, **meant}
        elif isinstance(event, ActionExecuted) and event.name not in _NOT_WRITTEN:
            yield {"action": event.name} if event.name else {"bot": event.action_text}
        elif isinstance(event, ActiveLoop):
            yield {"active_loop": event.name}
        elif isinstance(event, SlotSet):
            yield {"slot_was_set": [{event.name: event.value}]}


def _user(step: UserStep) -> dict[str, Any]:
    said = {"user": step.said} if step.said is not None else {}
    if step.turn.full_intent is None:
        return said
    entities = [_entity(*entity) for entity in step.turn.entities]
    return {**said, "intent": step.turn.full_intent, **({"entities": entities} if entities else {})}


def _entity(name: str, role: str | None, group: str | None, value: Any) -> Any:
    marks = {key: mark for key, mark in (("role", role), ("group", group)) if mark is not None}
    return {name: value, **marks} if marks or value is not None else name


def _slots(values: Sequence[tuple[str, Any]]) -> list[Any]:
    return [name if value == ANY_VALUE else {name: value} for name, value in values]
