"""Whether two shares differ, or only by chance."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

_Z = 1.959964
_SHARES = {"containment": "contained", "resolution": "resolved"}


def difference(part: int, whole: int, other_part: int, other_whole: int) -> tuple[float, float, float] | None:
    """One share minus the other, with its 95 % interval; None where one of them is of nothing.

    Newcombe, "Interval estimation for the difference between independent proportions", 1998, method 10.
    """
    if not whole or not other_whole:
        return None
    p, low, high = _wilson(part, whole)
    q, other_low, other_high = _wilson(other_part, other_whole)
    below = math.hypot(p - low, other_high - q)
    above = math.hypot(high - p, q - other_low)
    return p - q, p - q - below, p - q + above


def against(row: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, tuple[float, float, float]]:
    """How the figures of a row differ from another's, by name."""
    found = {
        name: difference(row[count], row["chats"], other[count], other["chats"])
        for name, count in _SHARES.items()
    }
    return {name: one for name, one in found.items() if one is not None}


def _wilson(part: int, whole: int) -> tuple[float, float, float]:
    """A share with its 95 % interval (Wilson, 1927)."""
    p = part / whole
    centre = (p + _Z**2 / (2 * whole)) / (1 + _Z**2 / whole)
    half = _Z / (1 + _Z**2 / whole) * math.sqrt(p * (1 - p) / whole + _Z**2 / (4 * whole**2))
    return p, centre - half, centre + half
