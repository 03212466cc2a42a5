"""Messages that say their intent outright: `/track_order`, `/inform{"city": "Delft"}`, `/greet@0.7`."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

_PATTERN: Final = re.compile(
    r"^/(?P<name>[^{@]+)(?P<confidence>@[0-9.]+)?(?P<entities>{.+})?(?P<rest>.*)$", re.DOTALL
)
_ROLE_KEYS: Final = frozenset({"value", "role", "group"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Payload:
    """An intent with entities, as a button or a developer sends it."""

    intent: str
    entities: tuple[Mapping[str, Any], ...] = ()
    confidence: float = 1.0


def parse_payload(text: str) -> Payload | None:
    """The payload that a text is, or None for ordinary text, which broken JSON makes it."""
    match = _PATTERN.match(text.strip())
    if match is None or match["rest"].strip():
        return None
    name = match["name"].strip()
    confidence = _confidence(match["confidence"])
    entities = _entities(match["entities"])
    if not name or confidence is None or entities is None:
        return None
    return Payload(intent=name, entities=entities, confidence=confidence)


def payload_text(intent: str, entities: Mapping[str, Any] | None = None) -> str:
    """The text a button sends for an intent."""
    return f"/{intent}" + (json.dumps(dict(entities), ensure_ascii=False) if entities else "")


def payload_parse_data(payload: Payload, text: str) -> dict[str, Any]:
    """What `POST /model/parse` says about such a text."""
    intent: dict[str, Any] = {"name": payload.intent.partition("/")[0], "confidence": payload.confidence}
    if "/" in payload.intent:
        intent["full_retrieval_intent_name"] = payload.intent
    return {
        "text": text,
        "intent": intent,
        "intent_ranking": [{"name": intent["name"], "confidence": payload.confidence}],
        "entities": [dict(entity) for entity in payload.entities],
    }


def _confidence(written: str | None) -> float | None:
    if written is None:
        return 1.0
    try:
        value = float(written[1:])
    except ValueError:
        return None
    return value if 0.0 <= value <= 1.0 else None


def _entities(written: str | None) -> tuple[Mapping[str, Any], ...] | None:
    if written is None:
        return ()
    try:
        values = json.loads(written, parse_constant=_no_number)
    except (ValueError, RecursionError):
        return None
    start = 0
    found: list[Mapping[str, Any]] = []
    for entity, value in values.items():
        for one in value if isinstance(value, list) else [value]:
            found.append({"entity": entity, "start": start, "end": start, **_value(one)})
    return tuple(found)


def _no_number(written: str) -> None:
    raise ValueError(f"{written} is not JSON")


def _value(value: Any) -> dict[str, Any]:
    """A plain value, or `{"value", "role", "group"}` for an entity that has a role or a group."""
    if isinstance(value, Mapping) and "value" in value and _ROLE_KEYS.issuperset(value):
        return dict(value)
    return {"value": value}
