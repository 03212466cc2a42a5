"""A customer's message as events: what was said, what of the shown it chose, and the slots it fills."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Final

from bot.dialog.commands import COMMANDS, SWITCH_LANGUAGE
from bot.dialog.definitions import LANGUAGE_SLOT
from bot.dialog.events import Chosen, Event, Shown, SlotSet, UserUttered
from bot.dialog.payloads import Payload, payload_text
from bot.dialog.slots import filled_slots
from bot.dialog.state import CLARIFICATION
from bot.dialog.tracker import Tracker
from bot.messages import Message
from intents.understanding import Entity, Understanding

_SHOWN_BACK: Final = 120
"""Events to look back through for the button that was pressed."""


def user_turn_events(
    tracker: Tracker,
    message: Message,
    parse_data: Mapping[str, Any],
    *,
    language: str | None = None,
    meant: Payload | None = None,
    now: float,
) -> tuple[Event, ...]:
    """The events of a message, before anything is decided about it.

    Args:
        parse_data: from `parse_data_of`, or `bot.dialog.payloads.payload_parse_data`.
        language: goes into the slot `language`, where the domain has one.
        meant: the payload that the message is or stands for. One of the phrases that every assistant knows
            is no answer to a form and fills no slot.
        now: seconds since the epoch.
    """
    metadata = metadata_of(message)
    said = UserUttered(
        timestamp=now,
        text=message.text,
        parse_data={**parse_data, "message_id": message.id, "metadata": metadata},
        input_channel=message.channel,
        message_id=message.id,
        metadata=metadata,
    )
    first: list[Event] = [said]
    pressed = message.text if meant is None else payload_text(meant.intent, _values(meant))
    if item := _chosen(tracker, (message.text, pressed), now):
        first.append(item)
    if meant is not None and (asked := asked_language(meant)):
        first.append(Chosen(timestamp=now, what=LANGUAGE_SLOT, item=asked))
    if language and LANGUAGE_SLOT in tracker.domain.slots and tracker.slots.get(LANGUAGE_SLOT) != language:
        first.append(SlotSet(timestamp=now, name=LANGUAGE_SLOT, value=language))
    if meant is not None and meant.intent in COMMANDS:
        return tuple(first)
    return (*first, *filled_slots(tracker.extended(first), now=now))


def metadata_of(message: Message) -> dict[str, Any]:
    """What came along: of attachments a reference, for people and for custom actions."""
    found = dict(message.metadata)
    if message.attachments:
        found["attachments"] = [asdict(attachment) for attachment in message.attachments]
    return found


def asked_language(payload: Payload) -> str | None:
    """The language that a message asks to go on in."""
    if payload.intent != SWITCH_LANGUAGE:
        return None
    return next(
        (str(item["value"]) for item in payload.entities if item.get("entity") == LANGUAGE_SLOT), None
    )


def pinned_language(tracker: Tracker) -> str | None:
    """The language that the customer asked for in this session."""
    chosen = (event for event in reversed(tracker.applied) if isinstance(event, Chosen))
    return next((str(event.item) for event in chosen if event.what == LANGUAGE_SLOT), None)


def parse_data_of(understanding: Understanding) -> dict[str, Any]:
    """An understanding as `POST /model/parse` shapes it, with `in_scope`, `language` and `model_id` added."""
    return {
        "text": understanding.text,
        "intent": _intent(understanding),
        "intent_ranking": [
            {"name": score.intent, "confidence": score.confidence} for score in understanding.ranking
        ],
        "entities": [_entity(entity) for entity in understanding.entities],
        "response_selector": {
            "all_retrieval_intents": sorted(understanding.selections),
            **{name: _selection(name, understanding) for name in understanding.selections},
        },
        "in_scope": understanding.in_scope,
        "language": understanding.language,
        "model_id": understanding.model_id,
    }


def _intent(understanding: Understanding) -> dict[str, Any]:
    intent: dict[str, Any] = {"name": understanding.intent, "confidence": understanding.confidence}
    chosen = understanding.selections.get(understanding.intent or "")
    if chosen:
        intent["full_retrieval_intent_name"] = chosen[0].intent
    return intent


def _selection(name: str, understanding: Understanding) -> dict[str, Any]:
    ranking = [
        {"intent_response_key": score.intent, "confidence": score.confidence}
        for score in understanding.selections[name]
    ]
    best = ranking[0] if ranking else {"intent_response_key": None, "confidence": 0.0}
    return {
        "response": {**best, "responses": [], "utter_action": f"utter_{best['intent_response_key']}"},
        "ranking": ranking,
    }


def _entity(entity: Entity) -> dict[str, Any]:
    shape = {
        "entity": entity.entity,
        "start": entity.start,
        "end": entity.end,
        "value": entity.value,
        "extractor": entity.extractor,
        "role": entity.role,
        "group": entity.group,
        "confidence_entity": entity.confidence,
        "confidence_role": entity.role_confidence,
        "confidence_group": entity.group_confidence,
        "additional_info": entity.info,
    }
    always = {"entity", "start", "end", "value", "extractor"}
    return {key: value for key, value in shape.items() if value is not None or key in always}


def _values(payload: Payload) -> dict[str, Any]:
    return {str(item["entity"]): item["value"] for item in payload.entities}


def _chosen(tracker: Tracker, texts: tuple[str, ...], now: float) -> Chosen | None:
    """The choice whose payload a text is: one of the open clarification, else of what was shown last."""
    shown = [event for event in reversed(tracker.events[-_SHOWN_BACK:]) if isinstance(event, Shown)]
    if tracker.clarification:
        shown.insert(0, tracker.clarification)
    for event in shown:
        if event.what == CLARIFICATION and event is not tracker.clarification:
            continue
        for item in event.items:
            if isinstance(item, Mapping) and item.get("payload") in texts:
                return Chosen(timestamp=now, what=event.what, item=item)
    return None
