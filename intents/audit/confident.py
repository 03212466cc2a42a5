"""Confident learning: which labels are likely wrong, from predictions for examples that were not seen.

Northcutt, Jiang and Chuang, "Confident Learning: Estimating Uncertainty in Dataset Labels", JAIR 2021.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from encoders.logistic import Floats
from encoders.progress import progress
from intents.head import Vectors, unit
from intents.training.fit import Fold
from intents.training.light import STRENGTH, Indexes


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """A row whose label is likely wrong.

    Attributes:
        label, likely: class numbers. p_label, p_likely: their probabilities.
    """

    row: int
    label: int
    likely: int
    p_label: float
    p_likely: float


def out_of_fold(vectors: Vectors, labels: Indexes, folds: list[Fold]) -> Floats:
    """Probabilities (n, classes) from logistic heads that have not seen the row.

    Here `out_of_scope` is a class like the others: the question is whether a label fits, not what to serve.
    """
    from sklearn.linear_model import LogisticRegression

    result = np.zeros((len(labels), int(labels.max()) + 1))
    with progress("Judging each example by the others", len(folds)) as step:
        for shown, held in folds:
            mean = vectors[shown].mean(axis=0)
            head = LogisticRegression(C=STRENGTH, max_iter=500, class_weight="balanced")
            head.fit(unit(vectors[shown] - mean), labels[shown])
            result[np.ix_(held, head.classes_)] = head.predict_proba(unit(vectors[held] - mean))
            step()
    return result


def confident_joint(probabilities: Floats, labels: Indexes) -> tuple[NDArray[np.int_], Indexes]:
    """How often a label stands where the model is confident of a class, and that class of each row.

    A class is confident where its probability reaches the mean that it has on the rows with its own label,
    so that a class that is always stated timidly still counts. A row without a confident class gets −1.

    Returns:
        counts (classes, classes), labels down and confident classes across; classes (n,).
    """
    count = probabilities.shape[1]
    bars = np.array([_mean_of_own(probabilities, labels, number) for number in range(count)])
    above = np.where(probabilities >= bars, probabilities, -1.0)
    confident = np.where(above.max(axis=1) >= 0, above.argmax(axis=1), -1)
    joint = np.zeros((count, count), int)
    known = confident >= 0
    np.add.at(joint, (labels[known], confident[known]), 1)
    return joint, confident


def doubts(probabilities: Floats, labels: Indexes) -> list[Doubt]:
    """Rows that are confidently of another class than their label, the surest first."""
    _, confident = confident_joint(probabilities, labels)
    rows = np.flatnonzero((confident >= 0) & (confident != labels))
    found = [
        Doubt(
            row=int(row),
            label=int(labels[row]),
            likely=int(confident[row]),
            p_label=float(probabilities[row, labels[row]]),
            p_likely=float(probabilities[row, confident[row]]),
        )
        for row in rows
    ]
    return sorted(found, key=lambda doubt: doubt.p_label - doubt.p_likely)


def estimated_errors(probabilities: Floats, labels: Indexes) -> int:
    """How many labels are wrong by the calibrated joint: off-diagonal counts scaled to each label's size."""
    joint, _ = confident_joint(probabilities, labels)
    sizes = np.bincount(labels, minlength=len(joint))
    rows = joint.sum(axis=1)
    wrong = rows - np.diag(joint)
    shares = np.divide(wrong, rows, out=np.zeros(len(joint)), where=rows > 0)
    return round(float((shares * sizes).sum()))


def _mean_of_own(probabilities: Floats, labels: Indexes, number: int) -> float:
    own = probabilities[labels == number, number]
    return float(own.mean()) if len(own) else 1.0
