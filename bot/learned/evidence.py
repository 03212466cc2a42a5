"""Whether the learned policy helps: stories held out in turn, with and without it.

Rules stay, all other stories are remembered, and each next action of a held-out story is predicted. The policy
changes only what neither rules nor memory decide. That is what it is for, so that is what it is judged by.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from math import comb
from typing import Any, Final

from bot.dialog.assistant import Assistant, build_assistant
from bot.dialog.checkpoints import written_out
from bot.dialog.decision import Costs
from bot.dialog.events import ActionExecutionRejected
from bot.dialog.learned import features_of
from bot.dialog.policy import ActionChoice, next_action
from bot.dialog.rules import Rule
from bot.dialog.stories import Story, played_trackers
from bot.dialog.tracker import Tracker
from bot.learned.rows import MANY_ROWS, fit_next_actions, rows_of
from encoders.progress import progress

THRESHOLDS: Final = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95)
CHANCE: Final = 0.05
"""The policy is kept where as many held-out stories would be helped by luck less often than this."""
_FOLDS, _FEW_FOLDS = 20, 5


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldOutStep:
    """A next action of a story that was held out.

    Attributes:
        without: what is done without the policy.
        guess, p: what it would do, "" where it would leave it to others.
    """

    story: str
    wanted: str
    without: str
    guess: str = ""
    p: float = 0.0

    def with_policy(self, threshold: float) -> str:
        return self.guess if self.guess and self.p >= threshold else self.without


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What held-out stories say of the policy at one threshold.

    Attributes:
        steps: next actions of all held-out stories; so many of them right without and with the policy.
        acted: how often the policy chose.
        helped, hurt: stories with which it is cheaper, or dearer, to have it.
        chance: how probable so much help is, or more, were it luck (one-sided sign test over stories).
    """

    stories: int
    threshold: float
    steps: int
    right_without: int
    right_with: int
    acted: int
    helped: int
    hurt: int
    chance: float

    @property
    def kept(self) -> bool:
        return self.chance < CHANCE

    def as_dict(self) -> dict[str, Any]:
        return {"kept": self.kept, **asdict(self)}


def weighed(steps: Sequence[HeldOutStep], costs: Costs) -> Evidence:
    """The evidence at the threshold that is worth most, never below the one at which acting is worth the risk.

    Acting with probability p costs (1 − p) · wrong; not acting, the price of a hand-over.
    """
    least = max(THRESHOLDS[0], 1.0 - costs.handover / costs.wrong) if costs.wrong else THRESHOLDS[0]
    allowed = [one for one in THRESHOLDS if one >= least] or [THRESHOLDS[-1]]
    found = [(sum(_gains(steps, one, costs).values()), -one) for one in allowed]
    return _evidence(steps, -max(found)[1], costs)


def _evidence(steps: Sequence[HeldOutStep], threshold: float, costs: Costs) -> Evidence:
    gains = _gains(steps, threshold, costs)
    helped, hurt = sum(gain > 0 for gain in gains.values()), sum(gain < 0 for gain in gains.values())
    return Evidence(
        stories=len({step.story for step in steps}),
        threshold=threshold,
        steps=len(steps),
        right_without=sum(step.without == step.wanted for step in steps),
        right_with=sum(step.with_policy(threshold) == step.wanted for step in steps),
        acted=sum(bool(step.guess) and step.p >= threshold for step in steps),
        helped=helped,
        hurt=hurt,
        chance=_luck(helped, hurt),
    )


def _gains(steps: Sequence[HeldOutStep], threshold: float, costs: Costs) -> Mapping[str, float]:
    """What having the policy saves in each story; what it does wrong costs, whatever was done without it."""
    gains: dict[str, float] = defaultdict(float)
    for step in steps:
        done = step.with_policy(threshold)
        if done == step.without:
            continue
        gains[step.story] += costs.handover if done == step.wanted else costs.handover - costs.wrong
    return gains


def _luck(helped: int, hurt: int) -> float:
    both = helped + hurt
    return float(sum(comb(both, count) for count in range(helped, both + 1)) / 2**both)


def held_out_steps(
    assistant: Assistant, rules: Sequence[Rule], stories: Sequence[Story], *, max_history: int | None
) -> list[HeldOutStep]:
    """Every next action of every story, predicted by an assistant that does not have it.

    Stories of one name are held out together; so are several names where there are many.
    """
    names = list(dict.fromkeys(story.name for story in stories))
    many = len(rows_of(stories, assistant.domain)) >= MANY_ROWS
    folds = min(len(names), _FEW_FOLDS if many else _FOLDS)
    found: list[HeldOutStep] = []
    with progress("Held-out stories", total=folds) as advance:
        for fold in range(folds):
            held = frozenset(names[fold::folds])
            known = [story for story in stories if story.name not in held]
            without = build_assistant(assistant.domain, rules, known, max_history=max_history)
            model = fit_next_actions(rows_of(known, assistant.domain), threshold=0.0)
            if model is not None:
                found += _predicted(stories, held, without, replace(without, learned=model))
            advance()
    return found


def _predicted(
    stories: Sequence[Story], held: frozenset[str], without: Assistant, learned: Assistant
) -> Iterator[HeldOutStep]:
    seen: set[tuple[str, frozenset[str], str]] = set()
    for name, steps in written_out([(story.name, story.steps) for story in stories]):
        # A way through checkpoints is counted for the first of its stories that is held out.
        story = next((part for part in name.split(" > ") if part in held), None)
        for tracker, action in played_trackers(name, steps, without.domain) if story else ():
            key = (str(story), features_of(tracker.moments, without.domain), action.name)
            if key not in seen and not action.says:
                seen.add(key)
                before = _choice(tracker, action.name, without)
                after = _choice(tracker, action.name, learned)
                yield _step(str(story), action.name, before, after)


def _step(story: str, wanted: str, before: ActionChoice, after: ActionChoice) -> HeldOutStep:
    if after.policy != "learned":
        return HeldOutStep(story=story, wanted=wanted, without=before.action)
    return HeldOutStep(
        story=story, wanted=wanted, without=before.action, guess=after.action, p=after.confidence
    )


def _choice(tracker: Tracker, wanted: str, assistant: Assistant) -> ActionChoice:
    """The prediction; a form that the story knows better than declines the message, as in story tests."""
    choice = next_action(tracker, assistant, None)
    loop = tracker.active_loop
    if loop is None or choice.action != loop.name or choice.action == wanted:
        return choice
    return next_action(tracker.update(ActionExecutionRejected(name=loop.name)), assistant, None)
