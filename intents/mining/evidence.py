"""Problem turns seen together: a history teaches what its own problem turns read like."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from intents.mining.problem_turns import Statement
from intents.mining.vectors import Vectors, centre

ENOUGH = 50
"""Of fewer statements on either side nothing is learned: the rules stand."""

FOLDS = 3
_MOST = 20_000  # statements that a fold's model is fitted on
_CONFIRMED, _ADDED = 0.5, 0.6  # what a rule took stays from here on; what none took is added from there on


def settle(statements: Sequence[Statement], vectors: Vectors, *, seed: int = 0) -> list[Statement]:
    """The statements with their reasons confirmed, taken back, or given (`alike`) by the rest of the history.

    Rules see one statement at a time and are wrong in both directions; their errors have little in common, so
    a classifier of the unit vectors (n, d), fitted on what the rules said of two thirds of the history and
    asked about the last, is right more often than they are (learning from noisy labels by cross-fitting:
    Northcutt et al., "Confident Learning", 2021, §3). An answer to the agent's question is never added.
    """
    ruled = np.array([bool(statement.reason) for statement in statements])
    if min(ruled.sum(), (~ruled).sum()) < ENOUGH:
        return list(statements)
    rows = centre(vectors, [statement.language for statement in statements])
    likely = _cross_fitted(rows, ruled, seed)
    return [_settled(statement, float(p)) for statement, p in zip(statements, likely, strict=True)]


def _settled(statement: Statement, likely: float) -> Statement:
    if statement.reason:
        return statement if likely >= _CONFIRMED else replace(statement, reason="")
    return replace(statement, reason="alike") if likely >= _ADDED and not statement.asked else statement


def _cross_fitted(rows: Vectors, ruled: NDArray[np.bool_], seed: int) -> NDArray[np.float64]:
    """(n,) how likely each row is a problem, from models that have not seen what the rules said of it."""
    from sklearn.linear_model import LogisticRegression

    random = np.random.default_rng(seed)
    fold = random.permutation(len(rows)) % FOLDS
    likely = np.zeros(len(rows))
    for held in range(FOLDS):
        shown = np.flatnonzero(fold != held)
        if len(shown) > _MOST:
            shown = np.sort(random.choice(shown, _MOST, replace=False))
        model = LogisticRegression(max_iter=200).fit(rows[shown], ruled[shown])
        likely[fold == held] = model.predict_proba(rows[fold == held])[:, 1]
    return likely
