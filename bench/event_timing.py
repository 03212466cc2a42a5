"""How long a page took to answer its user, read from Chromium's own trace."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

CATEGORIES = ("devtools.timeline", "toplevel", "disabled-by-default-devtools.timeline", "blink.user_timing")
_LONG_MS = 50.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """What a trace says of one page.

    Attributes:
        interactions: milliseconds from each key press, tap or click to the next paint (Event Timing, W3C; the longest
            event of each interaction, as INP counts it).
        long_tasks: milliseconds of the main thread's tasks above 50.
    """

    interactions: tuple[float, ...]
    long_tasks: tuple[float, ...]


def timing_of(trace: bytes) -> Timing:
    """Read a trace as `Tracing.end` gives it."""
    events = json.loads(trace)["traceEvents"]
    longest: defaultdict[Any, float] = defaultdict(float)
    for event in events:
        data = (event.get("args") or {}).get("data") or {}
        if event.get("name") == "EventTiming" and data.get("interactionId"):
            longest[data["interactionId"]] = max(longest[data["interactionId"]], float(data["duration"]))
    return Timing(interactions=tuple(longest.values()), long_tasks=_long_tasks(events))


def _long_tasks(events: list[dict[str, Any]]) -> tuple[float, ...]:
    """Of the thread that the page runs on: the one whose interactions were timed."""
    timed = {(one["pid"], one["tid"]) for one in events if one.get("name") == "EventTiming"}
    return tuple(
        one["dur"] / 1000
        for one in events
        if one.get("name") == "RunTask"
        and (one["pid"], one["tid"]) in timed
        and one.get("dur", 0) / 1000 > _LONG_MS
    )
