"""Whether stated probabilities are what is observed."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from encoders.logistic import Floats

BINS = 15


def expected_calibration_error(stated: Floats, right: NDArray[Any], bins: int = BINS) -> float:
    """The mean gap between stated and observed, over bins of equal mass.

    After Naeini et al., "Obtaining Well Calibrated Probabilities Using Bayesian Binning", 2015, with bins of
    equal mass as in Nixon et al., "Measuring Calibration in Deep Learning", 2019.

    Args:
        stated: (n,) probabilities. right: (n,) of 0 and 1.
    """
    parts = equal_parts(stated, bins)
    gaps = [abs(stated[part].mean() - right[part].mean()) * len(part) for part in parts]
    return float(sum(gaps) / len(stated)) if len(stated) else 0.0


def reliability(stated: Floats, right: NDArray[Any], bins: int = BINS) -> list[dict[str, Any]]:
    """Stated against observed, bin by bin.

    `error` is half the width of the 95 % interval of the observed share (Agresti and Coull, "Approximate Is
    Better than 'Exact'", 1998): a smaller gap may be chance.
    """
    rows = []
    for part in equal_parts(stated, bins):
        count = len(part)
        share = (right[part].sum() + 2) / (count + 4)
        rows.append(
            {
                "texts": count,
                "stated": round(float(stated[part].mean()), 4),
                "observed": round(float(right[part].mean()), 4),
                "error": round(float(1.96 * (share * (1 - share) / (count + 4)) ** 0.5), 4),
            }
        )
    return rows


def equal_parts(values: Floats, parts: int) -> list[NDArray[np.int_]]:
    """Row numbers from the smallest value to the largest, in at most `parts` parts of equal size."""
    order = np.argsort(values, kind="stable")
    return [part for part in np.array_split(order, parts) if len(part)]
