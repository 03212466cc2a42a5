"""Binary logistic regression in numpy: small models of a few signals, without scikit-learn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Logistic:
    """p = σ(bias + weights · (x − mean) / scale), x of shape (n, k)."""

    weights: Floats
    bias: float
    mean: Floats
    scale: Floats

    def __call__(self, signals: Floats) -> Floats:
        """Probabilities (n,) for signals (n, k)."""
        return sigmoid(self.log_odds(signals))

    def log_odds(self, signals: Floats) -> Floats:
        """Their logits (n,)."""
        odds: Floats = self.bias + ((signals - self.mean) / self.scale) @ self.weights
        return odds

    def as_dict(self) -> dict[str, Any]:
        return {
            "weights": self.weights.tolist(),
            "bias": self.bias,
            "mean": self.mean.tolist(),
            "scale": self.scale.tolist(),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Logistic:
        """The inverse of `as_dict`.

        Raises:
            KeyError, TypeError, ValueError: when a part is missing or no number.
        """
        return cls(
            weights=np.asarray(data["weights"], float),
            bias=float(data["bias"]),
            mean=np.asarray(data["mean"], float),
            scale=np.asarray(data["scale"], float),
        )


def sigmoid(values: Floats) -> Floats:
    """1 / (1 + e^−x), without overflow."""
    result: Floats = 0.5 * (1.0 + np.tanh(0.5 * values))
    return result


def fit_logistic(
    signals: Floats, labels: Floats, *, row_weights: Floats | None = None, ridge: float = 1.0
) -> Logistic:
    """Fit by iteratively reweighted least squares with a ridge on the standardised weights.

    Args:
        signals: (n, k). labels: (n,) of 0 and 1. row_weights: (n,), by default 1 each.
        ridge: strength of the penalty, in units of rows.
    """
    rows = np.ones(len(labels)) if row_weights is None else row_weights
    mean = np.average(signals, axis=0, weights=rows)
    scale = np.sqrt(np.average((signals - mean) ** 2, axis=0, weights=rows)) + 1e-9
    design = np.column_stack([np.ones(len(labels)), (signals - mean) / scale])
    penalty = np.diag([1e-6] + [ridge] * signals.shape[1])
    solution = np.zeros(design.shape[1])
    for _ in range(100):
        p = sigmoid(design @ solution)
        gradient = design.T @ (rows * (labels - p)) - penalty @ solution
        curvature = (design * (rows * np.maximum(p * (1 - p), 1e-6))[:, None]).T @ design + penalty
        step = np.linalg.solve(curvature, gradient)
        solution += step * min(1.0, 4.0 / (np.abs(step).max() + 1e-12))
        if np.abs(step).max() < 1e-7:
            break
    return Logistic(weights=solution[1:], bias=float(solution[0]), mean=mean, scale=scale)


def balanced(labels: Floats, groups: NDArray[np.int_] | None = None) -> Floats:
    """Row weights under which both labels weigh the same, in each group where groups are given."""
    weights = np.ones(len(labels))
    for group in np.unique(groups) if groups is not None else (None,):
        inside = np.ones(len(labels), bool) if group is None else groups == group
        for label in (0.0, 1.0):
            part = inside & (labels == label)
            if part.any():
                weights[part] = inside.sum() / (2.0 * part.sum())
    return weights
