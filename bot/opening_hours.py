"""When people are there to answer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, field_validator

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_NAMES: Final = {
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "zh": ("周一", "周二", "周三", "周四", "周五", "周六", "周日"),
}
_LONGEST_CLOSED_DAYS: Final = 400


class OpeningHours(BaseModel):
    """Hours by day (`mon`, or `mon-fri`), as `09:00-18:00` or several of these, in a time zone; and days off."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    time_zone: str = "UTC"
    open: dict[str, str | tuple[str, ...]]
    closed_on: tuple[date, ...] = ()

    @field_validator("time_zone")
    @classmethod
    def _is_known(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (KeyError, ValueError, OSError) as error:
            raise ValueError(f"{name} is no time zone; write it as Europe/Berlin or Asia/Shanghai") from error
        return name

    @field_validator("open")
    @classmethod
    def _can_be_read(cls, given: dict[str, str | tuple[str, ...]]) -> dict[str, str | tuple[str, ...]]:
        for days, hours in given.items():
            _days(days)
            for one in (hours,) if isinstance(hours, str) else hours:
                _span(one)
        return given

    def opens(self, now: datetime) -> datetime | None:
        """When somebody is there, in local time: `now` where it is open, the next opening where it is not.

        None where it never opens again.
        """
        local = now.astimezone(ZoneInfo(self.time_zone))
        for ahead in range(_LONGEST_CLOSED_DAYS):
            day = local.date() + timedelta(days=ahead)
            for start, end in self._spans(day):
                if local < end:
                    return max(local, start)
        return None

    def is_open(self, now: datetime) -> bool:
        """Whether somebody is there."""
        return self.opens(now) == now

    def _spans(self, day: date) -> list[tuple[datetime, datetime]]:
        if day in self.closed_on:
            return []
        zone = ZoneInfo(self.time_zone)
        spans = []
        for days, hours in self.open.items():
            if day.weekday() in _days(days):
                for one in (hours,) if isinstance(hours, str) else hours:
                    start, end = _span(one)
                    spans.append((_at(day, start, zone), _at(day, end, zone)))
        return sorted(spans)


def worded(opens: datetime, language: str) -> str:
    """A time as customers read it: `Monday 09:00`."""
    return f"{_NAMES.get(language, _NAMES['en'])[opens.weekday()]} {opens:%H:%M}"


def _days(text: str) -> range:
    first, _, last = text.strip().lower().partition("-")
    if first not in DAYS or (last or first) not in DAYS or DAYS.index(last or first) < DAYS.index(first):
        raise ValueError(f"{text} is no day; write mon or mon-fri")
    return range(DAYS.index(first), DAYS.index(last or first) + 1)


def _span(text: str) -> tuple[int, int]:
    """Minutes since midnight; 24:00 is its end."""
    found = re.fullmatch(r"\s*(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})\s*", text)
    minutes = list(_minutes(found)) if found else []
    if len(minutes) != 2 or not 0 <= minutes[0] < minutes[1] <= 24 * 60:
        raise ValueError(f"{text} are no hours; write 09:00-18:00")
    return minutes[0], minutes[1]


def _minutes(found: re.Match[str]) -> Iterator[int]:
    for hour, minute in ((found[1], found[2]), (found[3], found[4])):
        if int(minute) < 60:
            yield int(hour) * 60 + int(minute)


def _at(day: date, minutes: int, zone: ZoneInfo) -> datetime:
    over, left = divmod(minutes, 24 * 60)
    return datetime.combine(day + timedelta(days=over), time(left // 60, left % 60), zone)
