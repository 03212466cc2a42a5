"""A conversation as a Rasa test story in YAML: what the customer said, what it was taken for, what was done."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bot.dialog.events import ActionExecuted, ActiveLoop, DecisionMade, Event, SlotSet, UserUttered
from bot.dialog.payloads import parse_payload
from bot.dialog.state import ACTION_LISTEN, ACTION_SESSION_START

_UNSEEN = frozenset({ACTION_LISTEN, ACTION_SESSION_START})


def story_yaml(conversation_id: str, sessions: Sequence[Sequence[Event]]) -> str:
    """One story a session, in Rasa's format 3.1."""
    from ruamel.yaml import YAML

    many = len(sessions) > 1
    stories = [
        {"story": f"{conversation_id}, story {number}" if many else conversation_id, "steps": _steps(events)}
        for number, events in enumerate(sessions, start=1)
    ]
    writer, out = YAML(), io.StringIO()
    writer.default_flow_style = False
    writer.width = 10_000
    writer.dump({"version": "3.1", "stories": stories}, out)
    return out.getvalue()


def sessions_of(events: Sequence[Event]) -> list[list[Event]]:
    """The events by session; at least one, which may be empty."""
    sessions: list[list[Event]] = [[]]
    for event in events:
        if event.name_ == "session_started" and any(isinstance(one, UserUttered) for one in sessions[-1]):
            sessions.append([])
        sessions[-1].append(event)
    return sessions


def _steps(events: Sequence[Event]) -> list[dict[str, Any]]:
    return [step for place, event in enumerate(events) for step in _step(event, events[place + 1 :])]


def _step(event: Event, following: Sequence[Event]) -> Iterator[dict[str, Any]]:
    match event:
        case UserUttered():
            yield _user(event, following)
        case ActionExecuted(name=str(name)) if name not in _UNSEEN:
            yield {"action": name}
        case ActionExecuted(name=None, action_text=str(text)):
            yield {"bot": text}
        case SlotSet(name=name, value=value):
            yield {"slot_was_set": [{name: value}]}
        case ActiveLoop(name=name):
            yield {"active_loop": name}


def _user(event: UserUttered, following: Sequence[Event]) -> dict[str, Any]:
    """A message with the intent that rules and stories took it for."""
    intent = event.parse_data.get("intent")
    intent = intent if isinstance(intent, Mapping) else {}
    name = intent.get("full_retrieval_intent_name") or intent.get("name")
    for one in following:
        if isinstance(one, UserUttered):
            break
        if isinstance(one, DecisionMade):
            name = one.intent or name
            break
    text = event.text or ""
    step: dict[str, Any] = {"intent": name} if isinstance(name, str) else {}
    if parse_payload(text) is None:
        step["user"] = _marked(text, event.parse_data.get("entities"))
    elif entities := _values(event.parse_data.get("entities")):
        step["entities"] = entities
    return step


def _marked(text: str, entities: Any) -> str:
    """The text with its entities in Rasa's brackets, where they are in it and do not overlap."""
    found = [one for one in entities or () if isinstance(one, Mapping) and _lies_in(one, text)]
    marked, end = "", 0
    for one in sorted(found, key=lambda one: int(one["start"])):
        if one["start"] < end:
            continue
        marked += f"{text[end : one['start']]}[{text[one['start'] : one['end']]}]({one['entity']})"
        end = one["end"]
    return marked + text[end:]


def _lies_in(entity: Mapping[str, Any], text: str) -> bool:
    start, end = entity.get("start"), entity.get("end")
    return isinstance(start, int) and isinstance(end, int) and 0 <= start < end <= len(text)


def _values(entities: Any) -> list[dict[str, Any]]:
    items = [one for one in entities or () if isinstance(one, Mapping)]
    return [{str(one.get("entity")): one.get("value")} for one in items]
