"""Who gets a conversation that waits for a person: by language, skill and load, with a cap for each. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

_LAST_MESSAGES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """When the wishes give way, in seconds of waiting: first the skill, then the language; the cap never does."""

    any_skill_after_s: float
    any_language_after_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """Somebody who is there; no languages or skills stand for all. `chats`: how many they have now."""

    name: str
    languages: frozenset[str] = frozenset()
    skills: frozenset[str] = frozenset()
    most_chats: int
    chats: int

    @property
    def load(self) -> float:
        """The part of the cap that is used."""
        return self.chats / self.most_chats if self.most_chats else 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A conversation that waits.

    Attributes:
        topics: the intents of the customer's last messages.
        not_for: who has just put it back.
    """

    language: str
    topics: frozenset[str] = field(default_factory=frozenset)
    waits_s: float
    not_for: str = ""


def choose(waiting: Waiting, agents: Iterable[Agent], rules: Rules) -> str | None:
    """The name of whoever gets it; None while nobody may.

    Of those who fit, the one with the most room, as a part of the cap; of equals the one who is made for it (who names
    its topic), then by name.
    """
    free = [one for one in agents if one.chats < one.most_chats and one.name != waiting.not_for]
    fitting = [one for one in free if _speaks(one, waiting) and _knows(one, waiting)]
    if not fitting and waiting.waits_s >= rules.any_skill_after_s:
        fitting = [one for one in free if _speaks(one, waiting)]
    if not fitting and waiting.waits_s >= rules.any_language_after_s:
        fitting = free
    best = min(fitting, key=lambda one: (one.load, not one.skills & waiting.topics, one.name), default=None)
    return best.name if best else None


def waiting_of(events: Sequence[Mapping[str, Any]], *, language: str, waits_s: float) -> Waiting:
    """What routing has to know of a conversation, from its last events."""
    said = [event for event in events if event["event"] == "user"][-_LAST_MESSAGES:]
    intents = ((event.get("parse_data") or {}).get("intent") or {} for event in said)
    owners = [event for event in events if event["event"] == "owner"]
    put_back = bool(owners) and owners[-1].get("reason") == "transferred"
    holders = [str(event.get("agent") or "") for event in owners if event.get("owner") == "person"]
    return Waiting(
        language=language,
        topics=frozenset(str(one["name"]) for one in intents if one.get("name")),
        waits_s=waits_s,
        not_for=holders[-1] if put_back and holders else "",
    )


def _speaks(agent: Agent, waiting: Waiting) -> bool:
    return not agent.languages or not waiting.language or waiting.language in agent.languages


def _knows(agent: Agent, waiting: Waiting) -> bool:
    return not agent.skills or bool(agent.skills & waiting.topics)
