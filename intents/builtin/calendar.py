"""Points in time with a grain, and what arithmetic on them needs."""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal

Grain = Literal["second", "minute", "hour", "day", "week", "month", "quarter", "year"]
_SECONDS: Final = {
    "second": 1,
    "minute": 60,
    "hour": 3600,
    "day": 86400,
    "week": 604800,
    "month": 2592000,
    "year": 31536000,
}
_SMALLER: Final = ("second", "minute", "hour", "day", "week", "month", "quarter", "year")


@dataclass(frozen=True, slots=True)
class Point:
    """The beginning of a second, a day, a month…; aware."""

    at: datetime
    grain: Grain

    @property
    def end(self) -> datetime:
        """Where the next one begins."""
        return shifted(self.at, 1, self.grain)


@dataclass(frozen=True, slots=True)
class Interval:
    """From one point up to, and not including, a time; either side may be open."""

    start: datetime | None
    end: datetime | None
    grain: Grain


def shifted(at: datetime, count: int, grain: str) -> datetime:
    """`count` grains later (earlier when negative); a month's end stays inside the month.

    Raises:
        OverflowError, ValueError: outside the calendar.
    """
    if grain in {"second", "minute", "hour", "day", "week"}:
        return at + timedelta(**{f"{grain}s": count})
    months = count * {"month": 1, "quarter": 3, "year": 12}[grain] + at.month - 1
    year, month = at.year + months // 12, months % 12 + 1
    return at.replace(year=year, month=month, day=min(at.day, calendar.monthrange(year, month)[1]))


def floored(at: datetime, grain: str) -> datetime:
    """The beginning of the grain that holds a time; weeks begin on Monday."""
    day = at.replace(hour=0, minute=0, second=0, microsecond=0)
    if grain == "week":
        return day - timedelta(days=day.weekday())
    if grain in {"month", "quarter", "year"}:
        month = 1 if grain == "year" else day.month - (day.month - 1) % 3 if grain == "quarter" else day.month
        return day.replace(month=month, day=1)
    return at.replace(microsecond=0, **{unit: 0 for unit in _below(grain)})  # type: ignore[arg-type]


def seconds_in(count: float, grain: str) -> float:
    """The length of a duration, months and years as Duckling rounds them."""
    return count * (3 * _SECONDS["month"] if grain == "quarter" else _SECONDS[grain])


def value_of(found: Point | Interval) -> tuple[Any, Mapping[str, Any]]:
    """(value, additional information) in Duckling's shapes."""
    if isinstance(found, Point):
        value = iso(found.at)
        info = {"type": "value", "value": value, "grain": found.grain}
        return value, {**info, "values": [dict(info)]}
    ends = {
        name: {"value": iso(at), "grain": found.grain}
        for name, at in (("from", found.start), ("to", found.end))
        if at is not None
    }
    values = {name: ends[name]["value"] if name in ends else None for name in ("from", "to")}
    return values, {"type": "interval", **ends, "values": [{"type": "interval", **ends}]}


def iso(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds")


def _below(grain: str) -> tuple[str, ...]:
    return tuple(
        unit for unit in ("hour", "minute", "second") if _SMALLER.index(unit) < _SMALLER.index(grain)
    )
