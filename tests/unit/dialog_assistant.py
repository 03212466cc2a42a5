"""Small assistants written in YAML, and conversations with them through the real loop."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from textwrap import dedent
from typing import Any

from ruamel.yaml import YAML

from bot.actions.loop import ActionFailed, Execute, Ports, Reword, TurnResult, run_turn
from bot.actions.message import user_turn_events
from bot.dialog.assistant import Assistant, build_assistant
from bot.dialog.calls import ActionResult
from bot.dialog.decision import Decision
from bot.dialog.domain import parse_domain
from bot.dialog.events import ActionExecuted, BotUttered, Event, OwnerSet
from bot.dialog.payloads import parse_payload, payload_parse_data
from bot.dialog.policy import ActionChoice
from bot.dialog.rules import parse_rules
from bot.dialog.stories import parse_stories
from bot.dialog.tracker import Tracker
from bot.messages import Message

Act = Callable[[Tracker], ActionResult]


def yaml(text: str) -> Any:
    return YAML(typ="safe").load(dedent(text)) or {}


def assistant(domain: str, rules: str = "", stories: str = "") -> Assistant:
    return build_assistant(
        parse_domain(yaml(domain), where="domain.yml"),
        parse_rules(yaml(rules), where="rules.yml"),
        parse_stories(yaml(stories), where="stories.yml"),
    )


def parsed(
    text: str, intent: str | None = None, entities: Mapping[str, Any] | None = None, confidence: float = 0.9
) -> dict[str, Any]:
    """Parse data as a model would give it."""
    return {
        "text": text,
        "intent": {"name": intent, "confidence": confidence},
        "intent_ranking": [{"name": intent, "confidence": confidence}],
        "entities": [
            {"entity": name, "value": value, "start": 0, "end": len(text)}
            for name, value in (entities or {}).items()
        ],
    }


@dataclass
class Talk:
    """A conversation: what was said to the bot goes in, what it did comes out."""

    assistant: Assistant
    actions: Mapping[str, Act] = field(default_factory=dict)
    execute: Execute | None = None
    reword: Reword | None = None
    own: Callable[[ActionChoice], Sequence[Event]] = lambda choice: ()
    tracker: Tracker = None  # type: ignore[assignment]
    keys: list[str] = field(default_factory=list)
    last: TurnResult = None  # type: ignore[assignment]

    def __post_init__(self) -> None:
        self._clock = count(1)
        self._ids = count(1)
        if self.tracker is None:
            self.tracker = Tracker.start("c1", self.assistant.domain)

    @property
    def ports(self) -> Ports:
        return Ports(
            execute=self.execute or self._execute,
            own_action=self._own,
            now=self._now,
            pick=lambda n: 0,
            reword=self.reword,
        )

    async def says(
        self,
        text: str,
        intent: str | None = None,
        entities: Mapping[str, Any] | None = None,
        *,
        decision: Decision | None = None,
        ranking: Sequence[str] = (),
        language: str | None = None,
    ) -> list[str]:
        """The bot's actions and texts about a message, in order, `action_listen` left out."""
        payload = parse_payload(text)
        data = payload_parse_data(payload, text) if payload else parsed(text, intent, entities)
        if ranking:
            data["intent_ranking"] = [{"name": name, "confidence": 0.3} for name in ranking]
        message = Message(
            id=f"m{next(self._ids)}",
            account="",
            conversation_id="c1",
            channel="rest",
            sender="c1",
            text=text,
            received_at=datetime(2026, 1, 1, tzinfo=UTC),
        )
        said_events = user_turn_events(self.tracker, message, data, language=language, now=self._now())
        self.tracker = self.tracker.extended(said_events)
        self.last = await run_turn(self.tracker, self.assistant, decision, self.ports)
        self.tracker = self.last.tracker
        return said(self.last.events)

    def _now(self) -> float:
        return float(next(self._clock))

    async def _execute(self, name: str, tracker: Tracker, *, key: str) -> ActionResult:
        self.keys.append(key)
        if name not in self.actions:
            raise ActionFailed(name, "unknown")
        return self.actions[name](tracker)

    async def _own(self, choice: ActionChoice, tracker: Tracker) -> Sequence[Event]:
        default = [OwnerSet(owner="waiting")] if choice.action == "action_hand_over" else []
        return self.own(choice) or default


def said(events: Sequence[Event]) -> list[str]:
    lines: list[str] = []
    for event in events:
        if isinstance(event, ActionExecuted) and event.name != "action_listen":
            lines.append(str(event.name))
        elif isinstance(event, BotUttered):
            lines.append(f"“{event.text}”")
    return lines
