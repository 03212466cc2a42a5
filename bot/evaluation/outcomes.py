"""What became of held-out messages, and what that cost."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from bot.dialog.decision import Candidate, Costs, Decision

Kind = Literal["intent", "question", "unanswerable", "out_of_scope"]
Result = Literal["right", "wrong", "clarified", "clarified_beside", "handed_over"]

ANSWERABLE: tuple[Kind, ...] = ("intent", "question")
RESULTS: tuple[Result, ...] = ("right", "wrong", "clarified", "clarified_beside", "handed_over")


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldOut:
    """A message with what answers it.

    Attributes:
        kind: a labelled utterance (`intent`), a question that articles answer (`question`), one that none
            answers (`unanswerable`), or an utterance labelled out of scope.
        answers: the intent, or the ids of the documents; nothing where nobody but a person can answer.
    """

    text: str
    kind: Kind
    language: str
    answers: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What the decision did about one message.

    Attributes:
        result: `right` and `wrong` are answers and citations; `clarified` has the right choice among the
            buttons, `clarified_beside` has not.
        p: the stated probability of the best candidate, and `best_right` whether it would have been right.
    """

    message: HeldOut
    decision: Decision
    result: Result
    p: float
    best_right: bool
    cost: float


def is_right(candidate: Candidate, message: HeldOut) -> bool:
    """Whether this candidate answers the message: its intent, or a passage of one of its documents."""
    if candidate.kind == "passage":
        return message.kind == "question" and candidate.name.rpartition("#")[0] in message.answers
    return message.kind == "intent" and candidate.name in message.answers


def judge(message: HeldOut, decision: Decision, costs: Costs) -> Outcome:
    """Hold a decision against the truth."""
    hit = any(is_right(candidate, message) for candidate in decision.chosen)
    result: Result
    if decision.kind == "hand_over":
        result = "handed_over"
    elif decision.kind == "clarify":
        result = "clarified" if hit else "clarified_beside"
    else:
        result = "right" if hit else "wrong"
    best = decision.candidates[0] if decision.candidates else None
    return Outcome(
        message=message,
        decision=decision,
        result=result,
        p=best.p if best else 0.0,
        best_right=best is not None and is_right(best, message),
        cost=_cost(result, costs),
    )


def _cost(result: Result, costs: Costs) -> float:
    """As the decision reckons: a question that misses is paid for and then ends with the cheaper way out."""
    return {
        "right": 0.0,
        "wrong": costs.wrong,
        "clarified": costs.clarify,
        "clarified_beside": costs.clarify + min(costs.wrong, costs.handover),
        "handed_over": costs.handover,
    }[result]


def threshold_cost(outcome: Outcome, intent_confidence: float, costs: Costs, *, threshold: float) -> float:
    """What a fixed threshold would have cost: the usual way of bots that know no calibration.

    The best intent is answered when its class probability reaches the threshold, else the best passage when
    its probability does, else a person is asked.
    """
    candidates = outcome.decision.candidates
    intent = next((one for one in candidates if one.kind == "intent"), None)
    passage = next((one for one in candidates if one.kind == "passage"), None)
    if intent is not None and intent_confidence >= threshold:
        return 0.0 if is_right(intent, outcome.message) else costs.wrong
    if passage is not None and passage.p >= threshold:
        return 0.0 if is_right(passage, outcome.message) else costs.wrong
    return costs.handover


def bins(outcomes: Sequence[Outcome], count: int = 5) -> list[dict[str, Any]]:
    """Stated against observed: messages sorted by stated probability, cut into bins of equal size.

    `error` is half the width of the 95 % interval of the observed share: a smaller gap may be chance.
    """
    ordered = sorted(outcomes, key=lambda outcome: outcome.p)
    rows = []
    for number in range(count):
        part = ordered[number * len(ordered) // count : (number + 1) * len(ordered) // count]
        if not part:
            continue
        stated = sum(outcome.p for outcome in part) / len(part)
        observed = sum(outcome.best_right for outcome in part) / len(part)
        rows.append(
            {
                "from": round(part[0].p, 4),
                "to": round(part[-1].p, 4),
                "messages": len(part),
                "stated": round(stated, 4),
                "observed": round(observed, 4),
                "gap": round(observed - stated, 4),
                "error": round(1.96 * (observed * (1 - observed) / len(part)) ** 0.5, 4),
            }
        )
    return rows


def summary(
    outcomes: Sequence[Outcome], confidences: Sequence[float], costs: Costs, *, threshold: float = 0.7
) -> dict[str, Any]:
    """Shares, costs against both baselines, and whether the probabilities hold.

    Args:
        confidences: the best class's probability for each outcome, for the threshold baseline.
    """
    total = len(outcomes)
    answerable = [outcome for outcome in outcomes if outcome.message.kind in ANSWERABLE]
    fixed = sum(
        threshold_cost(outcome, confidence, costs, threshold=threshold)
        for outcome, confidence in zip(outcomes, confidences, strict=True)
    )
    return {
        "messages": total,
        "answerable": len(answerable),
        "shares": {result: _share(outcomes, lambda o, r=result: o.result == r) for result in RESULTS},
        "right_without_a_person": _share(answerable, lambda o: o.result == "right"),
        "right_after_one_click_too": _share(answerable, lambda o: o.result in ("right", "clarified")),
        "by_kind": _by_kind(outcomes),
        "cost": {
            "kefu": round(sum(outcome.cost for outcome in outcomes), 2),
            "always_hand_over": round(costs.handover * total, 2),
            f"threshold_{threshold}": round(fixed, 2),
            "expected": round(sum(outcome.decision.expected_cost for outcome in outcomes), 2),
        },
        "bins": bins(outcomes),
    }


def _by_kind(outcomes: Sequence[Outcome]) -> dict[str, dict[str, Any]]:
    kinds: tuple[Kind, ...] = ("intent", "question", "unanswerable", "out_of_scope")
    return {
        kind: {"messages": len(part)}
        | {result: _share(part, lambda o, r=result: o.result == r) for result in RESULTS}
        for kind in kinds
        if (part := [outcome for outcome in outcomes if outcome.message.kind == kind])
    }


def _share(outcomes: Iterable[Outcome], holds: Callable[..., bool]) -> float:
    flags = [holds(outcome) for outcome in outcomes]
    return round(sum(flags) / len(flags), 4) if flags else 0.0
