"""The one decision: answer, cite, clarify or hand over, whichever is expected to cost least.

Intent templates and knowledge passages compete on one scale, the calibrated probability of being the
right answer. With the operator's costs, for a candidate of probability p and a set S of candidates with
P(S) = min(1, Σp):

    answer or cite    (1 − p) · wrong
    clarify           clarify + (1 − P(S)) · min(wrong, handover)      two or three candidates, none open
    hand over         handover

This is Bayes-optimal action selection under a loss matrix with a reject option (Chow, "On optimum
recognition error and reject tradeoff", 1970), extended by a question as a second, cheaper reject.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from .domain import NLU_FALLBACK, OUT_OF_SCOPE, Domain
from .events import DecisionMade

Kind = Literal["answer", "cite", "clarify", "hand_over"]
ACTION_CITE: Final = "action_cite"
ACTION_CLARIFY: Final = "action_clarify"
ACTION_HAND_OVER: Final = "action_hand_over"
OWN_ACTIONS: Final = frozenset({ACTION_CITE, ACTION_CLARIFY, ACTION_HAND_OVER})
POLICY: Final = "decision"
MOST_CHOICES: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """What a wrong answer, a hand-over and a clarifying question cost, in any one unit."""

    wrong: float = 10.0
    handover: float = 3.0
    clarify: float = 1.0

    def __post_init__(self) -> None:
        if not all(math.isfinite(cost) and cost >= 0 for cost in (self.wrong, self.handover, self.clarify)):
            raise ValueError("costs are finite numbers of at least 0")


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """Something that may be the right answer, with the calibrated probability that it is.

    Attributes:
        name: the intent, or the passage's id.
        title: how it reads on a button.
    """

    kind: Literal["intent", "passage"]
    name: str
    p: float
    title: str = ""

    def as_dict(self) -> dict[str, Any]:
        return {"kind": self.kind, "name": self.name, "p": round(self.p, 6), "title": self.title}


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One thing that could be done, about which candidates, and what it is expected to cost."""

    kind: Kind
    chosen: tuple[Candidate, ...]
    expected_cost: float

    def as_dict(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "names": [candidate.name for candidate in self.chosen],
            "expected_cost": round(self.expected_cost, 6),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What to do about a message.

    Attributes:
        action: `utter_<intent>` for an answer, where rules and stories may know better, else our own action.
        candidates: all that competed, the most probable first.
        chosen: those the action is about: one to answer or cite, two or three to clarify, none to hand over.
        runner_up: the next cheapest option of another kind or about another candidate.
        why: one line with the numbers.
    """

    kind: Kind
    action: str
    candidates: tuple[Candidate, ...]
    chosen: tuple[Candidate, ...]
    policy: str
    expected_cost: float
    runner_up: Option | None
    why: str

    @property
    def intent(self) -> str | None:
        """The accepted intent, when the decision is to answer."""
        return self.chosen[0].name if self.kind == "answer" else None


def decide(candidates: Sequence[Candidate], costs: Costs, *, may_clarify: bool) -> Decision:
    """The cheapest option; between equals, answering before citing before asking before handing over.

    Args:
        candidates: in any order; of those with the same kind and name only the most probable counts.
        may_clarify: False while a clarification is already open.

    Raises:
        ValueError: a probability outside 0…1.
    """
    ranked = _ranked(candidates)
    best, *others = sorted(
        _options(ranked, costs, may_clarify=may_clarify), key=lambda option: option.expected_cost
    )
    runner_up = others[0] if others else None
    return Decision(
        kind=best.kind,
        action=_action(best),
        candidates=ranked,
        chosen=best.chosen,
        policy=POLICY,
        expected_cost=best.expected_cost,
        runner_up=runner_up,
        why=_why(best, runner_up),
    )


def decision_event(decision: Decision, domain: Domain, *, timestamp: float) -> DecisionMade:
    """The decision as it is stored, with the intent that rules and stories are to see.

    A message handed over was rejected: it is `out_of_scope` where the domain names that intent, else
    `nlu_fallback`.
    """
    rejected = OUT_OF_SCOPE if OUT_OF_SCOPE in domain.intents else NLU_FALLBACK
    return DecisionMade(
        timestamp=timestamp,
        kind=decision.kind,
        action=decision.action,
        intent=rejected if decision.kind == "hand_over" else decision.intent,
        candidates=tuple(candidate.as_dict() for candidate in decision.candidates),
        chosen=tuple(candidate.as_dict() for candidate in decision.chosen),
        policy=decision.policy,
        expected_cost=round(decision.expected_cost, 6),
        runner_up=decision.runner_up.as_dict() if decision.runner_up else None,
        why=decision.why,
    )


def _ranked(candidates: Sequence[Candidate]) -> tuple[Candidate, ...]:
    if not all(0.0 <= candidate.p <= 1.0 for candidate in candidates):
        raise ValueError("a candidate's p is a probability")
    seen: dict[tuple[str, str], Candidate] = {}
    for candidate in sorted(candidates, key=lambda candidate: -candidate.p):
        seen.setdefault((candidate.kind, candidate.name), candidate)
    return tuple(seen.values())


def _options(ranked: tuple[Candidate, ...], costs: Costs, *, may_clarify: bool) -> list[Option]:
    """Every option worth comparing, in the order that settles ties."""
    singles = [
        Option(
            kind="answer" if candidate.kind == "intent" else "cite",
            chosen=(candidate,),
            expected_cost=(1.0 - candidate.p) * costs.wrong,
        )
        for candidate in ranked[:MOST_CHOICES]
    ]
    singles.sort(key=lambda option: option.kind)
    return [
        *singles,
        *(_clarifications(ranked, costs) if may_clarify else ()),
        Option(kind="hand_over", chosen=(), expected_cost=costs.handover),
    ]


def _clarifications(ranked: tuple[Candidate, ...], costs: Costs) -> list[Option]:
    """Asking between the two or three most probable candidates that read differently.

    Of all sets of one size the most probable candidates have the largest P(S); no other is cheaper.
    """
    distinct: dict[str, Candidate] = {}
    for candidate in ranked:
        distinct.setdefault(candidate.title or f"{candidate.kind}:{candidate.name}", candidate)
    choices = tuple(distinct.values())
    missed = min(costs.wrong, costs.handover)
    return [
        Option(
            kind="clarify",
            chosen=choices[:size],
            expected_cost=costs.clarify
            + (1.0 - min(1.0, sum(choice.p for choice in choices[:size]))) * missed,
        )
        for size in range(2, min(MOST_CHOICES, len(choices)) + 1)
    ]


def _action(option: Option) -> str:
    if option.kind == "answer":
        return f"utter_{option.chosen[0].name}"
    return {"cite": ACTION_CITE, "clarify": ACTION_CLARIFY}.get(option.kind, ACTION_HAND_OVER)


def _why(best: Option, runner_up: Option | None) -> str:
    return _said(best) + (f" < {_said(runner_up)}" if runner_up else "")


def _said(option: Option) -> str:
    about = ", ".join(f"{candidate.name} p={candidate.p:.2f}" for candidate in option.chosen)
    return f"{option.kind}({about}) costs {option.expected_cost:.2f}"
