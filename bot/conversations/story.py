"""Story tests as Rasa runs them: the conversation is taken as written, and each next action is predicted.

No action runs: what actions did is what the story says. So a form that the story fills in one line needs no
code, and one wrong prediction does not spoil the steps after it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from bot.conversations.reading import StoryTest
from bot.conversations.results import Kind, Played, Turn
from bot.dialog.decision import Decision, decision_event
from bot.dialog.events import ActionExecuted, ActionExecutionRejected, Event, UserUttered
from bot.dialog.policy import ActionChoice, next_action
from bot.dialog.state import ACTION_LISTEN
from bot.dialog.steps import ActionStep, UserStep
from bot.dialog.stories import step_events
from bot.dialog.tracker import Tracker
from bot.respond import Heard
from bot.session import Session
from intents.annotations import AnnotationError, read_annotations
from intents.examples import AnnotatedEntity

_LISTEN = ActionStep(name=ACTION_LISTEN)


async def play_story(test: StoryTest, session: Session) -> Played:
    """Each turn of the story with what was understood and predicted."""
    story = _Story(test, session)
    for step in test.steps:
        if isinstance(step, UserStep):
            story.listen()
            await story.hear(step)
        elif isinstance(step, ActionStep):
            story.act(step)
        else:
            story.add(step_events(step))
    story.listen()
    return story.played


class _Story:
    """A story on its way."""

    def __init__(self, test: StoryTest, session: Session) -> None:
        self.played = Played(name=test.name, where=test.where, line=test.line)
        self._session = session
        self._assistant = session.runtime.assistant
        self._decision: Decision | None = None
        self.tracker = Tracker.start(session.id, self._assistant.domain).update(
            ActionExecuted(name=ACTION_LISTEN)
        )

    def add(self, events: Iterable[Event]) -> None:
        self.tracker = self.tracker.extended(events)

    async def hear(self, step: UserStep) -> None:
        """The message as it is understood, or as it is written where it was misunderstood."""
        self._decision = None
        if step.said is None:
            self.played.turns.append(Turn(said=f"/{step.turn.full_intent}"))
            self.add(step_events(step))
            return
        turn = Turn(said=step.said)
        self.played.turns.append(turn)
        text, marked = _read(step.said)
        heard = await self._session.hear(text, self.tracker)
        wanted = step.turn.full_intent
        got = understood_intent(heard, self._assistant.domain)
        if wanted is not None:
            same = wanted in {got, (got or "").partition("/")[0]}
            why = heard.decision.why if heard.decision else ""
            turn.expect("intent", wanted, got or "nothing", passed=same, why=why)
        _hold_entities(turn, marked, heard)
        if wanted is None or turn.checks[0].passed:
            self._decision = heard.decision
            self.add(event for event in heard.events if isinstance(event, UserUttered))
            if heard.decision is not None:
                self.add([decision_event(heard.decision, self._assistant.domain, timestamp=0.0)])
        else:
            self.add(step_events(step))

    def listen(self) -> None:
        """It must be the customer's turn, where the story has them speak or ends."""
        if self.tracker.latest_action_name != ACTION_LISTEN or self.tracker.user_spoke_last:
            self.act(_LISTEN)

    def act(self, step: ActionStep) -> None:
        """Predict, compare, and go on as the story has it."""
        choice = next_action(self.tracker, self._assistant, self._decision)
        loop = self.tracker.active_loop
        if choice.action != step.name and loop is not None and choice.action == loop.name:
            # The story knows better than the form, which declines a message that is no answer to it.
            self.add([ActionExecutionRejected(name=loop.name)])
            choice = next_action(self.tracker, self._assistant, self._decision)
        if not self.played.turns:
            self.played.turns.append(Turn(said=""))
        kind: Kind = "says" if step.says else "action"
        turn = self.played.turns[-1]
        turn.expect(kind, step.name, choice.action, why=f"{choice.policy}: {choice.why}")
        self._reached(choice)
        self.add(step_events(step))

    def _reached(self, choice: ActionChoice) -> None:
        self.played.reached |= {choice.why, choice.action}


def understood_intent(heard: Heard, domain: Any) -> str | None:
    """The intent that rules and stories are to see; None where the message is cited for or asked about."""
    if heard.decision is not None:
        return decision_event(heard.decision, domain, timestamp=0.0).intent
    user = heard.tracker.state.now.user
    return user.full_intent if user else None


def _read(said: str) -> tuple[str, tuple[AnnotatedEntity, ...]]:
    try:
        return read_annotations(re.sub(r"^\|\s*", "", said))
    except AnnotationError:
        return said, ()


def _hold_entities(turn: Turn, marked: Iterable[AnnotatedEntity], heard: Heard) -> None:
    """What is marked must be found, in the same place or with the same value; more may be found."""
    said = next(event for event in heard.events if isinstance(event, UserUttered))
    found: list[Mapping[str, Any]] = list(said.parse_data.get("entities") or ())
    for one in marked:
        same = any(_is_like(item, one) for item in found)
        wanted = _written(one.entity, one.role, one.group, one.value)
        got = ", ".join(
            _written(item["entity"], item.get("role"), item.get("group"), item.get("value")) for item in found
        )
        turn.expect("entities", wanted, wanted if same else got or "nothing", passed=same)


def _is_like(item: Mapping[str, Any], one: AnnotatedEntity) -> bool:
    if (item["entity"], item.get("role"), item.get("group")) != (one.entity, one.role, one.group):
        return False
    place = (item.get("start"), item.get("end")) == (one.start, one.end)
    return place or str(item.get("value")).lower() == one.value.lower()


def _written(entity: str, role: str | None, group: str | None, value: Any) -> str:
    marks = "".join(f"/{mark}" for mark in (role, group) if mark)
    return f"{entity}{marks} = {value}"
