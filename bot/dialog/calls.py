"""How the pure core has a custom action run: it yields an `ActionCall` and is sent an `ActionResult`."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from typing import Any

from .events import Event
from .responses import Pick, spoken
from .tracker import Tracker


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionCall:
    """A custom action to run, on this tracker."""

    name: str
    tracker: Tracker


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionResult:
    """What a custom action did.

    Attributes:
        responses: messages as rasa-sdk's dispatcher collects them.
        rejected: it declined to run (ActionExecutionRejection), so that the next policy decides.
    """

    events: tuple[Event, ...] = ()
    responses: tuple[Mapping[str, Any], ...] = ()
    rejected: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What the core may not have of its own: the time (seconds since the epoch) and chance."""

    now: Callable[[], float]
    pick: Pick


Steps = Generator[ActionCall, ActionResult, tuple[Event, ...]]
"""An action under way: yields the calls it needs and returns its events."""


def events_of(result: ActionResult, tracker: Tracker, context: Context) -> tuple[Event, ...]:
    """What a custom action said and then what it changed, in Rasa's order."""
    said = spoken(result.responses, tracker, pick=context.pick, now=context.now())
    return (*said, *result.events)
