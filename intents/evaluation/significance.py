"""Whether one model is better than another, or only luckier, on the same texts."""

from __future__ import annotations

import numpy as np

from encoders.logistic import Floats
from intents.evaluation.scored import Flags

DRAWS = 5000


def mcnemar(first: Flags, second: Flags) -> float:
    """The two-sided p-value of McNemar's test, exact: only texts that one of the two got right count.

    McNemar, "Note on the sampling error of the difference between correlated proportions", 1947.
    """
    from scipy.stats import binomtest

    gained, lost = int((~first & second).sum()), int((first & ~second).sum())
    return float(binomtest(gained, gained + lost).pvalue) if gained + lost else 1.0


def difference_interval(first: Flags, second: Flags, *, seed: int = 0) -> tuple[float, float]:
    """The 95 % interval of accuracy(second) − accuracy(first), by bootstrap over the texts, paired.

    Efron and Tibshirani, "An Introduction to the Bootstrap", 1993, the percentile method.
    """
    gains = second.astype(float) - first.astype(float)
    means = _means(gains, np.random.default_rng(seed))
    low, high = np.quantile(means, (0.025, 0.975))
    return float(low), float(high)


def _means(values: Floats, random: np.random.Generator) -> Floats:
    """Means of samples drawn with replacement; of three values only how many of each matters."""
    kinds, counts = np.unique(values, return_counts=True)
    drawn = random.multinomial(len(values), counts / len(values), size=DRAWS)
    result: Floats = drawn @ kinds / len(values)
    return result
