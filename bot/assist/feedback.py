"""What became of the suggestions that an agent had before them, as events."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from bot.assist.likeness import SAME, likeness
from bot.assist.ranking import FEATURES
from bot.assist.suggestion import SOURCES
from bot.dialog.events import Chosen, Event, Shown

SUGGESTIONS: Final = "suggestions"
MOST_ITEMS: Final = 8
_LONGEST_KEY = 300
_LARGEST_FEATURE = 100.0


class BadOffer(Exception):
    """What the page says it had before the agent cannot be; the text says what."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """The suggestions that an agent had before them, for a message that was taken to mean `intent`.

    Attributes:
        items: as `Suggestion.as_dict` gave them to the page.
    """

    intent: str
    items: tuple[Mapping[str, Any], ...]

    @classmethod
    def parse(cls, given: Any) -> Offer:
        """The offer in a request.

        Raises:
            BadOffer: when it is none.
        """
        if not isinstance(given, Mapping) or not isinstance(given.get("items"), list):
            raise BadOffer("'suggestions' must be an object with 'items'.")
        items = given["items"][:MOST_ITEMS]
        if not all(_is_item(one) for one in items) or not isinstance(given.get("intent"), str):
            raise BadOffer("'suggestions' must be what the console was given.")
        return cls(intent=given["intent"][:_LONGEST_KEY], items=tuple(items))

    def became(self, sent: str, *, agent: str) -> tuple[Event, ...]:
        """The events for a reply; with nothing `sent` all were turned down."""
        if not self.items:
            return ()
        alike = [likeness(sent, str(one["text"])) if sent else 0.0 for one in self.items]
        best = max(range(len(alike)), key=alike.__getitem__)
        now, metadata = time.time(), {"agent": agent, "intent": self.intent}
        items = tuple({key: one[key] for key in ("source", "key", "features")} for one in self.items)
        taken: dict[str, Any] = {"how": "rejected"}
        if alike[best] >= SAME:
            same = str(self.items[best]["text"]).strip() == sent.strip()
            taken = {**items[best], "how": "accepted" if same else "edited"}
            del taken["features"]
        return (
            Shown(timestamp=now, what=SUGGESTIONS, items=items, metadata=metadata),
            Chosen(timestamp=now, what=SUGGESTIONS, item=taken, metadata=metadata),
        )


def _is_item(one: Any) -> bool:
    if not isinstance(one, Mapping) or one.get("source") not in SOURCES:
        return False
    features = one.get("features")
    return (
        isinstance(one.get("key"), str)
        and 0 < len(one["key"]) <= _LONGEST_KEY
        and isinstance(one.get("text"), str)
        and isinstance(features, list)
        and len(features) == len(FEATURES)
        and all(isinstance(value, int | float) and abs(value) <= _LARGEST_FEATURE for value in features)
    )
