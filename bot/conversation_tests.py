"""Conversation tests (Rasa's `tests/test_*.yml`) held against what the trained assistant does."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.dialog.events import ActionExecuted, ActiveLoop, Event, SlotSet
from bot.respond import Response
from bot.session import Session
from bot.yaml_files import read_yaml
from encoders.errors import InputError
from intents.annotations import read_annotations

_NO_STEP = ("action_listen", "action_session_start")


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """A test as written."""

    name: str
    where: Path
    steps: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """The first step at which the assistant did something else."""

    step: int
    wanted: str
    got: str


def read_conversations(folder: Path) -> Iterator[Conversation]:
    """The tests in `folder`.

    Raises:
        InputError: for a file without stories, or a story without steps.
    """
    for path in sorted(folder.glob("*.y*ml")):
        for story in read_yaml(path).get("stories") or ():
            if not isinstance(story, Mapping) or not isinstance(story.get("steps"), list):
                raise InputError(path, "each story is a mapping with `story` and a list of `steps`.")
            yield Conversation(name=str(story.get("story", "")), where=path, steps=tuple(story["steps"]))


async def run_conversation(conversation: Conversation, session: Session) -> Difference | None:
    """Play the customer's part; None when the assistant did all that was written."""
    session.restart()
    waiting: list[str] = []
    for number, step in enumerate(conversation.steps, start=1):
        if "user" in step or "intent" in step:
            if waiting:
                return Difference(step=number, wanted="nothing more", got=waiting[0])
            response = await session.say(_said(step))
            if (difference := _understood(step, response, number)) is not None:
                return difference
            waiting = list(_did(response.events))
        elif "action" in step:
            got = waiting.pop(0) if waiting else "nothing"
            if got != step["action"]:
                return Difference(step=number, wanted=str(step["action"]), got=got)
        elif (difference := _state(step, session, number)) is not None:
            return difference
    return (
        Difference(step=len(conversation.steps), wanted="nothing more", got=waiting[0]) if waiting else None
    )


def _said(step: Mapping[str, Any]) -> str:
    if "user" not in step:
        return f"/{step['intent']}"
    return read_annotations(re.sub(r"^\|\s*", "", str(step["user"]).strip()))[0]


def _understood(step: Mapping[str, Any], response: Response, number: int) -> Difference | None:
    """Where an intent is written beside the text and the decision was to answer, it must be that one."""
    decision = response.decision
    if "intent" not in step or decision is None or decision.kind != "answer":
        return None
    if decision.intent == step["intent"]:
        return None
    return Difference(step=number, wanted=f"intent {step['intent']}", got=f"intent {decision.intent}")


def _did(events: tuple[Event, ...]) -> Iterator[str]:
    for event in events:
        if isinstance(event, ActionExecuted) and event.name and event.name not in _NO_STEP:
            yield event.name


def _state(step: Mapping[str, Any], session: Session, number: int) -> Difference | None:
    """`active_loop` and `slot_was_set` are held against the conversation as it stands after the turn."""
    tracker = session.tracker
    if "active_loop" in step:
        begun = {event.name for event in tracker.events if isinstance(event, ActiveLoop)}
        active = tracker.active_loop.name if tracker.active_loop else None
        if step["active_loop"] not in {active, *begun}:
            return Difference(step=number, wanted=f"form {step['active_loop']}", got=f"form {active}")
    for item in step.get("slot_was_set") or ():
        for name, value in item.items() if isinstance(item, Mapping) else ():
            values = [
                event.value for event in tracker.events if isinstance(event, SlotSet) and event.name == name
            ]
            if value not in (*values, tracker.slots.get(name)):
                got = f"{name} = {tracker.slots.get(name)!r}"
                return Difference(step=number, wanted=f"{name} = {value!r}", got=got)
    return None
