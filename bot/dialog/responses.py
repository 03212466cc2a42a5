"""Saying something: choosing a wording of a response and filling its gaps."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from .defaults import DEFAULT_RESPONSES
from .definitions import LANGUAGE_SLOT, Variant
from .events import BotUttered
from .tracker import Tracker

Pick = Callable[[int], int]
"""Given n > 0, an index below n: the only randomness of the core, and the caller's."""

DATA_KEYS: Final = ("elements", "quick_replies", "buttons", "attachment", "image", "custom")
_SDK_KEYS: Final = frozenset({*DATA_KEYS, "text", "template", "response", "metadata"})
_GAP: Final = re.compile(r"\{\{|\}\}|\{([^\n{}]+?)\}")


def has_response(tracker: Tracker, name: str) -> bool:
    """Whether the domain, or our own defaults, know a response."""
    return name in tracker.domain.responses or name in DEFAULT_RESPONSES


def uttered(
    tracker: Tracker, name: str, *, pick: Pick, now: float, variables: Mapping[str, Any] | None = None
) -> BotUttered | None:
    """The `bot` event that a response makes, or None when no wording applies.

    A response that the domain names without any wording makes an empty one, for a server to word.

    Args:
        pick: chooses between equally fitting wordings.
        now: seconds since the epoch.
        variables: values for gaps, before slots, before entities of the last message.
    """
    variants = tracker.domain.responses.get(name) or DEFAULT_RESPONSES.get(name, ())
    fitting = _fitting(variants, tracker)
    if not fitting:
        named = name in tracker.domain.responses and not variants
        return _event({}, {"utter_action": name}, now) if named else None
    variant = fitting[pick(len(fitting)) % len(fitting)]
    values = {**_entities(tracker), **tracker.slots, **(variables or {})}
    content = {key: filled(value, values) for key, value in variant.content.items()}
    metadata = {**variant.metadata, "utter_action": name} | ({"id": variant.id} if variant.id else {})
    return _event(content, metadata, now)


def spoken(
    responses: Sequence[Mapping[str, Any]], tracker: Tracker, *, pick: Pick, now: float
) -> tuple[BotUttered, ...]:
    """The `bot` events for what an action's dispatcher collected.

    `response` (or `template`, as older code says) names a response whose gaps the other keys fill; what
    is not empty among Rasa's own keys is then laid over it; buttons come after the response's own.
    """
    events = (_spoken(message, tracker, pick=pick, now=now) for message in responses)
    return tuple(event for event in events if event is not None)


def filled(value: Any, values: Mapping[str, Any]) -> Any:
    """A text, or texts inside lists and objects, with `{name}` replaced; `{{` and `}}` are plain braces.

    An unfilled slot reads "None", as in Rasa; a name that nothing knows is left as it stands.
    """
    if isinstance(value, str):
        return _GAP.sub(lambda gap: _gap(gap, values), value)
    if isinstance(value, Mapping):
        return {key: filled(item, values) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [filled(item, values) for item in value]
    return value


def _gap(gap: re.Match[str], values: Mapping[str, Any]) -> str:
    name = gap[1]
    if name is None:
        return gap[0][0]
    return str(values[name]) if name in values else gap[0]


def _fitting(variants: Sequence[Variant], tracker: Tracker) -> list[Variant]:
    """The first to be found of: conditional for the channel, for the channel, conditional, the rest."""
    holding = [variant for variant in variants if _holds(variant, tracker)]
    channel = tracker.state.latest_input_channel
    for wanted in (channel, None) if channel else (None,):
        for conditional in (True, False):
            tier = [
                variant
                for variant in holding
                if variant.channel == wanted and bool(variant.conditions) is conditional
            ]
            if tier:
                return tier
    return []


def _holds(variant: Variant, tracker: Tracker) -> bool:
    return all(_value(condition.name, tracker) == condition.value for condition in variant.conditions)


def _value(slot: str, tracker: Tracker) -> Any:
    return tracker.language if slot == LANGUAGE_SLOT else tracker.slots.get(slot)


def _entities(tracker: Tracker) -> dict[str, Any]:
    user = tracker.state.now.user
    return {entity: value for entity, _role, _group, value in (user.entities if user else ())}


def _event(content: Mapping[str, Any], metadata: Mapping[str, Any], now: float) -> BotUttered:
    text = content.get("text")
    return BotUttered(
        timestamp=now,
        text=None if text is None else str(text),
        data={key: content.get(key) or None for key in DATA_KEYS},
        metadata=metadata,
    )


def _spoken(message: Mapping[str, Any], tracker: Tracker, *, pick: Pick, now: float) -> BotUttered | None:
    name = message.get("response") or message.get("template")
    variables = {key: value for key, value in message.items() if key not in _SDK_KEYS}
    named = uttered(tracker, name, pick=pick, now=now, variables=variables) if isinstance(name, str) else None
    content: dict[str, Any] = {**named.data, "text": named.text} if named else {}
    added = message.get("buttons")
    buttons = [*(content.get("buttons") or ()), *(added if isinstance(added, list | tuple) else ())]
    content |= {key: message[key] for key in (*DATA_KEYS, "text") if message.get(key)}
    content["buttons"] = buttons
    if not any(content.values()):
        return None
    extra = message.get("metadata")
    metadata = {**(named.metadata if named else {}), **(extra if isinstance(extra, Mapping) else {})}
    return _event(content, metadata, now)
