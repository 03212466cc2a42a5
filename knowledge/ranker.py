"""From signals to the probability that a document answers: one small model that ranks and calibrates.

Fusing by learnt weights beats fixed reciprocal ranks here, and gives the probability that the decision needs.
The weights come from the project's training questions, or where there are none from `DEFAULT`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from encoders.logistic import Floats, Logistic, balanced, fit_logistic, sigmoid

SIGNALS = (
    "dense", "dense_z", "question", "question_z", "lexical", "outside", "same_language", "lead", "subject",
)  # fmt: skip
SUBJECT = SIGNALS.index("subject")
SUBJECT_WEIGHT = 3.0
"""In log odds, for being what the conversation is about, where no training question comes with a conversation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranker:
    """Signals of the candidates of one question (n, len(SIGNALS)) → probabilities (n,).

    `slope` and `shift` calibrate: p = σ(slope · logit + shift), fitted on the best candidates alone
    (Platt, "Probabilistic Outputs for Support Vector Machines", 1999).
    """

    model: Logistic
    slope: float = 1.0
    shift: float = 0.0

    def __call__(self, signals: Floats) -> Floats:
        p = np.clip(self.model(signals), 1e-6, 1 - 1e-6)
        return sigmoid(self.slope * np.log(p / (1 - p)) + self.shift)

    def as_dict(self) -> dict[str, Any]:
        return {"model": self.model.as_dict(), "slope": self.slope, "shift": self.shift}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Ranker:
        """The inverse of `as_dict`."""
        return cls(
            model=Logistic.from_dict(data["model"]), slope=float(data["slope"]), shift=float(data["shift"])
        )


DEFAULT = Ranker(
    model=Logistic(
        weights=np.array([0.35, 1.3, 0.0, 0.5, 0.0, -0.3, 0.0, 1.2, SUBJECT_WEIGHT]),
        bias=-1.05,
        mean=np.array([0.26, 2.7, 0.0, 0.0, 0.2, 0.0, 0.86, -1.35, 0.0]),
        scale=np.array([0.135, 1.23, 1.0, 2.0, 0.17, 1.0, 0.35, 2.65, 1.0]),
    ),
    slope=0.7,
    shift=-1.8,
)
"""Without training questions: rounded from a fit on the demo's, with two encoders. Words count in the lead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A training question's candidates.

    Attributes:
        signals: (n, len(SIGNALS)). right: (n,) of 0 and 1. answerable: any document answers it at all.
        language: a number for each language.
    """

    signals: Floats
    right: Floats
    answerable: bool
    language: int


def fit_ranker(asked: list[Asked]) -> Ranker:
    """Fit on training questions; answerable and unanswerable ones weigh the same, in each language."""
    return calibrated(_with_subject(fit_pairs(asked), np.concatenate([one.signals for one in asked])), asked)


def fit_pairs(asked: list[Asked]) -> Logistic:
    """From a candidate's signals, whether it is right; its order is what counts."""
    signals = np.concatenate([one.signals for one in asked])
    right = np.concatenate([one.right for one in asked])
    return fit_logistic(signals, right, row_weights=_pair_weights(asked), ridge=2.0)


def calibrated(model: Logistic, asked: list[Asked]) -> Ranker:
    """The model with probabilities that hold for the best candidate of each question."""
    best = [int(np.argmax(model(one.signals))) for one in asked]
    p = np.array([model(one.signals)[place] for one, place in zip(asked, best, strict=True)])
    hit = np.array([one.right[place] for one, place in zip(asked, best, strict=True)])
    logit = np.log(np.clip(p, 1e-6, 1 - 1e-6) / np.clip(1 - p, 1e-6, 1 - 1e-6))
    weights = balanced(
        np.array([float(one.answerable) for one in asked]), np.array([one.language for one in asked])
    )
    platt = fit_logistic(logit[:, None], hit, row_weights=weights, ridge=0.5)
    slope = max(0.05, float(platt.weights[0] / platt.scale[0]))
    return Ranker(model=model, slope=slope, shift=float(platt.bias - slope * platt.mean[0]))


def _with_subject(model: Logistic, signals: Floats) -> Logistic:
    """The model, with the usual weight of the subject where the questions cannot teach it."""
    if signals[:, SUBJECT].any():
        return model
    weights, mean, scale = model.weights.copy(), model.mean.copy(), model.scale.copy()
    weights[SUBJECT], mean[SUBJECT], scale[SUBJECT] = SUBJECT_WEIGHT, 0.0, 1.0
    return Logistic(weights=weights, bias=model.bias, mean=mean, scale=scale)


def _pair_weights(asked: list[Asked]) -> Floats:
    """Each question counts once; answerable and unanswerable questions count the same in sum."""
    flags = np.array([float(one.answerable) for one in asked])
    per_question = balanced(flags, np.array([one.language for one in asked]))
    rows = [
        np.where(one.right > 0, weight / max(1.0, one.right.sum()), weight / max(1, len(one.right)))
        for one, weight in zip(asked, per_question, strict=True)
    ]
    return np.concatenate(rows)
