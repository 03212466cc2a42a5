"""One turn of the bot: the bounded loop around the pure core, where custom actions are awaited."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from bot.dialog.assistant import Assistant
from bot.dialog.builtin import run_action, session_start
from bot.dialog.calls import ActionResult, Context, Steps
from bot.dialog.decision import OWN_ACTIONS, Decision, decision_event
from bot.dialog.events import (
    ActionExecuted,
    ActionExecutionRejected,
    BotUttered,
    Event,
    LoopInterrupted,
    OwnerSet,
    Shown,
)
from bot.dialog.forms import run_extraction
from bot.dialog.policy import ActionChoice, next_action
from bot.dialog.responses import Pick, uttered
from bot.dialog.state import ACTION_LISTEN, ACTION_SESSION_START
from bot.dialog.tracker import Tracker

log = logging.getLogger(__name__)
MOST_ACTIONS: Final = 10
ACTION_FAILED_RESPONSE: Final = "utter_action_failed"


class ActionFailed(Exception):
    """A custom action raised, is unknown, took too long or answered nonsense; a person is to take over."""

    def __init__(self, action: str, problem: str) -> None:
        self.action = action
        self.problem = problem
        super().__init__(f"{action}: {problem}")


class Execute(Protocol):
    """Runs a custom action; in this process, or on an action server."""

    async def __call__(self, name: str, tracker: Tracker, *, key: str) -> ActionResult:
        """What the action did.

        Args:
            key: the same for every attempt at this step, so that an action can tell a repetition.

        Raises:
            ActionFailed: it did not do anything that can be used.
        """
        ...


Reword = Callable[[BotUttered, Tracker], Awaitable[BotUttered]]
"""Gives a response another wording, from a server of the project's own."""
OwnAction = Callable[[ActionChoice, Tracker], Awaitable[Sequence[Event]]]
"""Runs `action_cite`, `action_clarify` or `action_hand_over`; gives what follows its `action` event."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """What a turn needs from outside.

    Attributes:
        now: seconds since the epoch.
        pick: given n > 0, an index below n.
        limit: actions a turn may take.
        reword: None where the domain's wording is all there is.
    """

    execute: Execute
    own_action: OwnAction
    now: Callable[[], float]
    pick: Pick
    limit: int = MOST_ACTIONS
    reword: Reword | None = None

    @property
    def context(self) -> Context:
        return Context(now=self.now, pick=self.pick)


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnResult:
    """The events a turn added, and the conversation after them."""

    events: tuple[Event, ...]
    tracker: Tracker


async def begin_session(tracker: Tracker, ports: Ports) -> TurnResult:
    """A new session: `action_session_start`, the project's own where it has one.

    Where that fails the session begins as it does without one: the customer has asked for nothing yet that
    would be lost.
    """
    turn = _Turn(tracker, ports)
    choice = ActionChoice(action=ACTION_SESSION_START, policy="session", confidence=1.0, why="a new session")
    try:
        await turn.take(choice)
    except ActionFailed as error:
        log.error("%s", error, extra={"action": "action_failed", "custom_action": error.action})
        turn.add(session_start(turn.tracker, ports.context))
    turn.listen()
    return turn.result()


async def run_turn(
    tracker: Tracker, assistant: Assistant, decision: Decision | None, ports: Ports
) -> TurnResult:
    """Everything the bot does about a message, until it listens again.

    A failed action ends in an apology and a hand-over, too many actions in a warning; neither raises.

    Args:
        tracker: with the message and the slots it filled already folded in.
        decision: about the message; None for payloads and answers to a form.
    """
    turn = _Turn(tracker, ports)
    if decision is not None:
        turn.add([decision_event(decision, assistant.domain, timestamp=ports.now())])
    try:
        turn.add(await turn.drive(run_extraction(turn.tracker, ports.context)))
        for _ in range(ports.limit):
            choice = next_action(turn.tracker, assistant, decision)
            if choice.action == ACTION_LISTEN:
                break
            await turn.take(choice)
            if turn.is_over:
                break
        else:
            log.warning("a turn took %d actions and was stopped", ports.limit, extra={"action": "turn_limit"})
    except ActionFailed as error:
        turn.fail(error)
    turn.listen()
    return turn.result()


class _Turn:
    """A turn under way: the conversation as it grows."""

    def __init__(self, tracker: Tracker, ports: Ports) -> None:
        self.tracker = tracker
        self._ports = ports
        self._events: list[Event] = []
        self._calls = 0

    def add(self, events: Iterable[Event]) -> None:
        for event in events:
            self._events.append(event)
            self.tracker = self.tracker.update(event)

    async def take(self, choice: ActionChoice) -> None:
        """Runs an action and adds what it did, after the `action` event that says who chose it and why."""
        if choice.interrupts:
            self.add([LoopInterrupted(timestamp=self._ports.now(), is_interrupted=True)])
        domain = self.tracker.domain
        if choice.says:
            self.add([self._executed(choice), BotUttered(timestamp=self._ports.now(), text=choice.action)])
            return
        if choice.action in OWN_ACTIONS and not domain.has_action(choice.action):
            did: Sequence[Event] = await self._ports.own_action(choice, self.tracker)
        else:
            done = await self.drive(run_action(choice.action, self.tracker, self._ports.context))
            did = _with_choices_shown([event for one in done if (event := await self._worded(one))])
        if any(isinstance(event, ActionExecutionRejected) for event in did):
            self.add(did)
        else:
            self.add([self._executed(choice), *did])

    async def drive(self, steps: Steps) -> tuple[Event, ...]:
        """Runs the pure steps of an action, awaiting the custom actions they call."""
        try:
            call = next(steps)
            while True:
                self._calls += 1
                result = await self._ports.execute(call.name, call.tracker, key=self._key())
                call = steps.send(result)
        except StopIteration as done:
            return tuple(done.value)
        finally:
            steps.close()

    async def _worded(self, event: Event) -> Event | None:
        """A message in its final wording; None for one that says nothing."""
        if not isinstance(event, BotUttered):
            return event
        if self._ports.reword is not None:
            event = await self._ports.reword(event, self.tracker)
        return event if event.text or any(event.data.values()) else None

    @property
    def is_over(self) -> bool:
        return self.tracker.latest_action_name == ACTION_LISTEN and not self.tracker.user_spoke_last

    def fail(self, error: ActionFailed) -> None:
        """Apology and hand-over."""
        log.error("%s", error, extra={"action": "action_failed", "custom_action": error.action})
        now = self._ports.now()
        said = uttered(self.tracker, ACTION_FAILED_RESPONSE, pick=self._ports.pick, now=now)
        executed = ActionExecuted(
            timestamp=now, name=ACTION_FAILED_RESPONSE, policy="failure", confidence=1.0
        )
        waiting = OwnerSet(timestamp=now, owner="waiting", reason=f"{error.action} failed")
        self.add([executed, *([said] if said else ()), waiting])

    def listen(self) -> None:
        if not self.is_over:
            listening = ActionExecuted(timestamp=self._ports.now(), name=ACTION_LISTEN, confidence=1.0)
            self.add([listening])

    def result(self) -> TurnResult:
        return TurnResult(events=tuple(self._events), tracker=self.tracker)

    def _key(self) -> str:
        """`message_id:step`, the same again when the turn is run again."""
        return f"{self.tracker.latest_message.get('message_id') or self.tracker.length}:{self._calls}"

    def _executed(self, choice: ActionChoice) -> ActionExecuted:
        reasons: dict[str, Any] = {"why": choice.why}
        if choice.runner_up:
            reasons["runner_up"] = choice.runner_up
        return ActionExecuted(
            timestamp=self._ports.now(),
            name=None if choice.says else choice.action,
            action_text=choice.action if choice.says else None,
            policy=choice.policy,
            confidence=choice.confidence,
            metadata=reasons,
        )


def _with_choices_shown(events: Sequence[Event]) -> list[Event]:
    """The events, with a `shown` after each message that has buttons."""
    shown: list[Event] = []
    for event in events:
        shown.append(event)
        if isinstance(event, BotUttered):
            lists = (event.data.get("buttons"), event.data.get("quick_replies"))
            buttons = tuple(item for items in lists if isinstance(items, list) for item in items)
            if buttons:
                shown.append(Shown(timestamp=event.timestamp, what="buttons", items=buttons))
    return shown
