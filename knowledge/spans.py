"""Numbers that stand in a row, as the passages of a document do."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int64]


def spans(begins: Numbers, ends: Numbers) -> tuple[Numbers, Numbers]:
    """The numbers from each begin to its end, and for each number which span it is in."""
    lengths = ends - begins
    of = np.repeat(np.arange(len(begins)), lengths)
    within = np.arange(len(of)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    return np.asarray(begins[of] + within, np.int64), of
