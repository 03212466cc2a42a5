"""The learned next action: where no rule and no story covers a conversation, what stories like it go on with.

The model is made elsewhere and only asked here. It sees features: names of what is true of the last moments.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from .domain import Domain
from .state import ACTION_LISTEN, Moment
from .steps import slot_feature
from .tracker import Tracker

DEPTH: Final = 6
"""Moments whose order counts; of those before it counts only that they were."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """The likeliest next action.

    Attributes:
        p: its probability.
        second, second_p: the next likeliest.
        because: the features that speak most for it against the second, the strongest first.
    """

    action: str
    p: float
    second: str
    second_p: float
    because: tuple[str, ...]


class Learned(Protocol):
    """A model of next actions.

    Attributes:
        threshold: the probability from which on it may act; chosen on stories that it had not seen.
        features: those that some story has.
    """

    @property
    def threshold(self) -> float: ...

    @property
    def features(self) -> Container[str]: ...

    def guess(self, features: frozenset[str]) -> Guess: ...


def guessed(tracker: Tracker, learned: Learned | None) -> Guess | None:
    """The next action where the model is sure enough of it and may act; None where it leaves it to others.

    It does not speak before the response of the intent's own name, nor about an intent that no story has, nor while
    a form is about to ask again, and does nothing twice in a turn.
    """
    if learned is None or not tracker.moments or not _may_act(tracker, learned):
        return None
    found = learned.guess(features_of(tracker.moments, tracker.domain))
    if found.p < learned.threshold or found.action == ACTION_LISTEN:
        return None
    done = found.action in _done_in_turn(tracker.moments)
    return found if _is_known(found.action, tracker.domain) and not done else None


def features_of(moments: Sequence[Moment], domain: Domain) -> frozenset[str]:
    """What a model sees of a conversation; each feature reads as words.

    The last moments one by one, whatever came before them, the slots that rules and stories see, and how the
    message goes together with the action before it, with the form and with the slots.
    """
    now = moments[-1]
    found: set[str] = set()
    for back, moment in enumerate(reversed(moments)):
        parts = tuple(_parts(moment, domain))
        if back < DEPTH:
            found.update(f"{part} ({back} back)" if back else part for part in parts)
        if back:
            found.update(f"{part} before" for part in parts)
    intent = _intent(now, domain)
    slots = tuple(_slots(now, domain))
    spoken = next((one.prev_action for one in reversed(moments) if one.prev_action != ACTION_LISTEN), None)
    found.update(slots)
    found.update(f"{intent} with {slot}" for slot in slots)
    found.update((f"{intent} after {spoken}", f"{intent} in {now.loop}"))
    return frozenset(found)


def _parts(moment: Moment, domain: Domain) -> Iterator[str]:
    if moment.prev_action == ACTION_LISTEN and moment.user is not None:
        yield _said(moment, domain)
        for entity, role, group, _value in moment.user.entities:
            yield " ".join(("with", *(part for part in (entity, role, group) if part)))
    else:
        yield f"did {moment.prev_action}"
    if moment.loop is not None:
        yield f"in {moment.loop}"


def _said(moment: Moment, domain: Domain) -> str:
    return f"said {_intent(moment, domain)}"


def _intent(moment: Moment, domain: Domain) -> str | None:
    user = moment.user
    if user is None:
        return None
    return user.full_intent if user.full_intent in domain.intents else user.intent


def _slots(moment: Moment, domain: Domain) -> Iterator[str]:
    for name, slot in domain.seen_slots:
        value = moment.slots.get(name)
        if value is not None and (feature := slot_feature(slot, value)) is not None:
            yield f"{name} is set" if feature is True else f"{name} is {feature}"


def _may_act(tracker: Tracker, learned: Learned) -> bool:
    if not tracker.user_spoke_last:
        return tracker.active_loop is None
    user, domain = tracker.state.now.user, tracker.domain
    if user is None or any(name and domain.response_of(name) for name in (user.full_intent, user.intent)):
        return False
    return _said(tracker.state.now, domain) in learned.features


def _done_in_turn(moments: Sequence[Moment]) -> set[str]:
    done: set[str] = set()
    for moment in reversed(moments):
        if moment.prev_action == ACTION_LISTEN:
            break
        done.add(moment.prev_action or "")
    return done


def _is_known(action: str, domain: Domain) -> bool:
    """A response may have been taken out since the training."""
    return action in domain.responses or action in domain.forms or domain.has_action(action)
