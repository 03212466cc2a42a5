"""What an answer costs in mistakes: coverage against error, ROC, and the point to work at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from encoders.errors import InputError
from encoders.logistic import Floats
from intents.evaluation.scored import Scored

_MOST_POINTS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Aim:
    """What the operating point is to achieve: the least cost, or a share of right answers.

    Attributes:
        wrong, handover: what a wrong answer and asking a person cost, in any one unit.
        precision: the wanted share of right answers among the given ones; it goes before the costs.
    """

    wrong: float = 10.0
    handover: float = 3.0
    precision: float | None = None

    def __post_init__(self) -> None:
        if self.precision is not None and not 0 < self.precision <= 1:
            raise InputError("--precision", f"{self.precision} is no share above 0 and up to 1.")
        if self.wrong <= 0 or self.handover <= 0:
            raise InputError("--wrong-cost and --handover-cost", "costs are above 0.")


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageCurve:
    """What happens when everything with a probability of at least a threshold is answered.

    Attributes:
        thresholds: (k,), falling; texts of equal probability share one.
        coverage: (k,), the share of all texts that are answered.
        error: (k,), the share of answers that are wrong; answering what is out of scope is.
    """

    thresholds: Floats
    coverage: Floats
    error: Floats

    def points(self) -> list[dict[str, float]]:
        """As plain JSON, thinned out."""
        count = len(self.thresholds)
        chosen = np.unique(np.linspace(0, count - 1, min(count, _MOST_POINTS)).round().astype(int))
        columns = {"threshold": self.thresholds, "coverage": self.coverage, "error": self.error}
        return [{name: round(float(of[row]), 4) for name, of in columns.items()} for row in chosen]


def coverage_curve(scored: Scored) -> CoverageCurve:
    """The coverage–error (risk–coverage) curve of the answer's probability.

    El-Yaniv and Wiener, "On the Foundations of Noise-free Selective Classification", 2010.
    """
    stated = scored.answer
    order = np.argsort(-stated, kind="stable")
    wrong = np.cumsum(~scored.right[order])
    last = np.append(np.diff(stated[order]) != 0, True)
    answered = np.arange(1, len(order) + 1)[last]
    return CoverageCurve(
        thresholds=stated[order][last],
        coverage=answered / len(order),
        error=wrong[last] / answered,
    )


def area_under_error(curve: CoverageCurve) -> float:
    """The mean error over all coverages (AURC; Geifman et al., 2019): lower is better."""
    widths = np.diff(curve.coverage, prepend=0.0)
    return float((widths * curve.error).sum())


def operating_point(curve: CoverageCurve, aim: Aim) -> dict[str, Any]:
    """The threshold that the aim leads to, and what it does on these texts.

    With costs it is what the probabilities mean: answer where (1 − p)·wrong < handover. With a precision it is
    read off the curve: the most coverage at which these texts still have that precision; none may have.
    """
    if aim.precision is None:
        threshold = max(0.0, 1 - aim.handover / aim.wrong)
        return {"from": "costs", "wrong": aim.wrong, "handover": aim.handover} | _at(curve, threshold, aim)
    enough = np.flatnonzero(1 - curve.error >= aim.precision - 1e-12)
    wanted = {"from": "precision", "wanted": aim.precision}
    if not len(enough):
        return wanted | {"threshold": None, "coverage": 0.0, "error": None}
    return wanted | _at(curve, float(curve.thresholds[enough[-1]]), aim)


def _at(curve: CoverageCurve, threshold: float, aim: Aim) -> dict[str, Any]:
    """Coverage, error and cost a text when what reaches the threshold is answered and all else handed over."""
    answered = int((curve.thresholds >= threshold).sum())
    coverage = float(curve.coverage[answered - 1]) if answered else 0.0
    error = float(curve.error[answered - 1]) if answered else None
    cost = coverage * (error or 0.0) * aim.wrong + (1 - coverage) * aim.handover
    return {
        "threshold": round(threshold, 4),
        "coverage": round(coverage, 4),
        "error": None if error is None else round(error, 4),
        "cost_per_text": round(cost, 4),
        "cost_of_handing_all_over": aim.handover,
    }


def roc_points(flags: NDArray[np.bool_], scores: Floats) -> list[dict[str, float]]:
    """Shares of accepted texts, in scope and out of it, over all thresholds."""
    from sklearn.metrics import roc_curve

    false, true, _ = roc_curve(flags, scores)
    chosen = np.unique(np.linspace(0, len(false) - 1, min(len(false), _MOST_POINTS)).round().astype(int))
    return [
        {"out_of_scope": round(float(false[row]), 4), "in_scope": round(float(true[row]), 4)}
        for row in chosen
    ]
