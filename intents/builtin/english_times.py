"""Dates and times of day in English."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from intents.builtin.calendar import Interval, Point, floored, shifted
from intents.builtin.numbers import english_number

When = Point | Interval | None
Read = Callable[[re.Match[str], datetime], When]
ReadClock = Callable[[re.Match[str]], tuple[int, int, int] | None]
"""(hour, minute, second), or None where it is no time of day."""
_DAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS: Final = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
_DAY: Final = "|".join(f"{day}|{day[:3]}s?|{day[:4]}s?" for day in _DAYS)
_MONTH: Final = "|".join([*_MONTHS, *(month[:3] for month in _MONTHS), "sept"])
_UNIT: Final = "second|minute|min|hour|day|week|month|quarter|year"
_COUNT: Final = (
    r"\d{1,4}|an?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|"
    r"a\s+couple\s+of|a\s+few"
)
_ORDINAL: Final = r"(?P<day>[12]?\d|3[01])(?:st|nd|rd|th)?"
_WEEKDAYS_AHEAD: Final = 7
_HALVES: Final = {"morning": (4, 12), "afternoon": (12, 19), "evening": (18, 24), "night": (18, 24)}


def _named(match: re.Match[str], now: datetime) -> When:
    word = " ".join(match[0].lower().split())
    if word in {"now", "right now", "at the moment"}:
        return Point(now.replace(microsecond=0), "second")
    days = {
        "today": 0, "tonight": 0, "tomorrow": 1, "yesterday": -1, "the day after tomorrow": 2,
        "day after tomorrow": 2, "the day before yesterday": -2, "day before yesterday": -2,
    }  # fmt: skip
    day = floored(now, "day") + timedelta(days=days[word])
    if word == "tonight":
        return Interval(day + timedelta(hours=18), day + timedelta(days=1), "hour")
    return Point(day, "day")


def _weekday(match: re.Match[str], now: datetime) -> When:
    name = match["weekday"].lower()[:3]
    target = next(number for number, day in enumerate(_DAYS) if day.startswith(name))
    today = floored(now, "day")
    which = (match["which"] or "").lower()
    if which in {"last", "past", "previous"}:
        back = (today.weekday() - target - 1) % _WEEKDAYS_AHEAD + 1
        return Point(today - timedelta(days=back), "day")
    if which == "next":
        return Point(floored(today, "week") + timedelta(days=7 + target), "day")
    ahead = (target - today.weekday()) % _WEEKDAYS_AHEAD
    return Point(today + timedelta(days=ahead or (0 if which == "this" else 7)), "day")


def _which_unit(match: re.Match[str], now: datetime) -> When:
    unit = match["unit"].lower()
    step = {"last": -1, "past": -1, "previous": -1, "next": 1, "coming": 1, "this": 0, "current": 0}
    moved = shifted(floored(now, unit), step[match["which"].lower()], unit)
    return Point(moved, unit)  # type: ignore[arg-type]


def _several_units(match: re.Match[str], now: datetime) -> When:
    unit, count = _unit(match["unit"]), _count(match["count"])
    start = floored(now, unit)
    if match["which"].lower() in {"next", "coming"}:
        return Interval(shifted(start, 1, unit), shifted(start, 1 + count, unit), unit)  # type: ignore[arg-type]
    return Interval(shifted(start, -count, unit), start, unit)  # type: ignore[arg-type]


def _from_now(match: re.Match[str], now: datetime) -> When:
    unit, count = _unit(match["unit"]), _count(match["count"])
    back = (match["after"] or "").lower() in {"ago", "back"}
    grain = {"week": "day", "month": "day", "quarter": "day", "year": "month", "day": "hour"}.get(
        unit, "minute"
    )
    at = shifted(now.replace(microsecond=0), -count if back else count, unit)
    grain = "second" if unit in {"second", "minute", "hour"} else grain
    return Point(floored(at, grain), grain)  # type: ignore[arg-type]


def _month(match: re.Match[str], now: datetime) -> When:
    month, year = _month_number(match["month"]), match["year"]
    if year:
        return Point(_day(now, int(year), month, 1), "month")
    which = (match["which"] or "").lower()
    start = _day(now, now.year, month, 1)
    if which in {"last", "past"}:
        return Point(start if month < now.month else _day(now, now.year - 1, month, 1), "month")
    if which == "next":
        return Point(start if month > now.month else _day(now, now.year + 1, month, 1), "month")
    return Point(start if month >= now.month else _day(now, now.year + 1, month, 1), "month")


def _month_day(match: re.Match[str], now: datetime) -> When:
    month, day = _month_number(match["month"]), int(match["day"])
    if match["year"]:
        return Point(_day(now, int(match["year"]), month, day), "day")
    at = _day(now, now.year, month, day)
    return Point(at if at >= floored(now, "day") else _day(now, now.year + 1, month, day), "day")


def _day_of_month(match: re.Match[str], now: datetime) -> When:
    at = _day(now, now.year, now.month, int(match["day"]))
    return Point(at if at >= floored(now, "day") else shifted(at, 1, "month"), "day")


def _year(match: re.Match[str], now: datetime) -> When:
    return Point(_day(now, int(match["year"]), 1, 1), "year")


def _iso(match: re.Match[str], now: datetime) -> When:
    return Point(_day(now, int(match["year"]), int(match["month"]), int(match["day"])), "day")


def _slashed(match: re.Match[str], now: datetime) -> When:
    """Month first, unless only day first can be meant."""
    month, day = int(match["first"]), int(match["second"])
    if month > 12:
        month, day = day, month
    year = int(match["year"]) if match["year"] else now.year
    return Point(_day(now, year + 2000 if year < 100 else year, month, day), "day")


def _dotted(match: re.Match[str], now: datetime) -> When:
    return Point(_day(now, int(match["year"]), int(match["month"]), int(match["day"])), "day")


def _clock(match: re.Match[str]) -> tuple[int, int, int] | None:
    hour, minute = int(match["hour"]), int(match["minute"] or 0)
    half = (match["half"] or "").lower().replace(".", "")
    if half:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half == "pm" else 0)
    return (hour, minute, 0) if hour < 24 and minute < 60 else None


def _o_clock(match: re.Match[str]) -> tuple[int, int, int] | None:
    hour = english_number(match["hour"]) if not match["hour"].isdigit() else int(match["hour"])
    return (int(hour), 0, 0) if hour is not None and 0 <= hour < 24 else None


def _past(match: re.Match[str]) -> tuple[int, int, int] | None:
    """Half past seven, a quarter to five, twenty past three."""
    hour = int(match["hour"]) if match["hour"].isdigit() else int(english_number(match["hour"]) or 0)
    if not 1 <= hour <= 12:
        return None
    named = {"half": 30, "quarter": 15}
    word = (match["minutes"] or match["quarter"] or match["some"]).lower()
    minute = named.get(word) or int(word if word.isdigit() else english_number(word) or 0)
    if (match["or"] or "").lower() == "to":
        hour, minute = hour - 1 or 12, 60 - minute
    half = (match["half"] or "").lower().replace(".", "")
    return (hour % 12 + (12 if half == "pm" else 0) if half else hour, minute, 0)


def _noon(match: re.Match[str]) -> tuple[int, int, int] | None:
    return (12, 0, 0) if match[0].lower() in {"noon", "midday"} else (0, 0, 0)


def half_of_day(word: str, day: datetime) -> Interval:
    """The morning, afternoon, evening or night of a day."""
    start, end = _HALVES[word.lower()]
    return Interval(day + timedelta(hours=start), day + timedelta(hours=end), "hour")


HALF_OF_DAY: Final = re.compile(
    r"(?:(?:in|during)\s+the|this)\s+(?P<half>morning|afternoon|evening)\b|\b(?P<bare>morning|afternoon|evening|night)\b",
    re.IGNORECASE,
)


def _unit(word: str) -> str:
    return {"min": "minute"}.get(word.lower(), word.lower())


def _count(words: str) -> int:
    word = " ".join(words.lower().split())
    if word in {"a", "an"}:
        return 1
    if word in {"a couple of", "a few"}:
        return 2 if word == "a couple of" else 3
    return int(word) if word.isdigit() else int(english_number(word) or 0)


def _month_number(name: str) -> int:
    return next(number for number, month in enumerate(_MONTHS, start=1) if month.startswith(name.lower()[:3]))


def _day(now: datetime, year: int, month: int, day: int) -> datetime:
    return floored(now, "day").replace(year=year, month=month, day=day)


def _pattern(written: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w/-])(?:{written})(?![\w/]|-\d)", re.IGNORECASE)


DATES: Final[list[tuple[re.Pattern[str], Read]]] = [
    (_pattern(r"(?:the\s+)?day\s+after\s+tomorrow|(?:the\s+)?day\s+before\s+yesterday|today|tonight|tomorrow|"
              r"yesterday|right\s+now|now|at\s+the\s+moment"), _named),
    (_pattern(rf"(?:on\s+)?(?:(?P<which>this|next|last|past|previous|coming)\s+)?(?P<weekday>{_DAY})"), _weekday),
    (_pattern(r"(?:the\s+)?(?P<which>this|next|last|past|previous|coming|current)\s+(?P<unit>day|week|month|quarter|year)"),
     _which_unit),
    (_pattern(rf"(?:(?:in|during|over|for)\s+)?(?:the\s+)?(?P<which>next|last|past|previous|coming)\s+(?P<count>{_COUNT})\s+"
              rf"(?P<unit>{_UNIT})s?"), _several_units),
    (_pattern(rf"in\s+(?P<count>{_COUNT})\s+(?P<unit>{_UNIT})s?(?P<after>)"), _from_now),
    (_pattern(rf"(?P<count>{_COUNT})\s+(?P<unit>{_UNIT})s?\s+(?P<after>ago|back|from\s+now)"), _from_now),
    (_pattern(rf"(?:(?:in|during|for|of)\s+)?(?:(?P<which>this|next|last|past)\s+)?(?P<month>{_MONTH})\.?"
              r"(?:,?\s+(?:of\s+)?(?P<year>(?:19|20)\d\d))?"), _month),
    (_pattern(rf"(?:on\s+)?(?:the\s+)?{_ORDINAL}\s+(?:of\s+)?(?P<month>{_MONTH})\.?(?:,?\s+(?P<year>(?:19|20)\d\d))?"), _month_day),
    (_pattern(rf"(?:on\s+)?(?P<month>{_MONTH})\.?\s+(?:the\s+)?{_ORDINAL}(?:,?\s+(?P<year>(?:19|20)\d\d))?"), _month_day),
    (_pattern(r"(?:on\s+)?the\s+(?P<day>[12]?\d|3[01])(?:st|nd|rd|th)"), _day_of_month),
    (_pattern(r"(?:in|during|since|for|of)\s+(?P<year>(?:19|20)\d\d)"), _year),
    (_pattern(r"(?:on\s+)?(?P<year>(?:19|20)\d\d)[-/.](?P<month>0?[1-9]|1[0-2])[-/.](?P<day>0?[1-9]|[12]\d|3[01])"), _iso),
    (_pattern(r"(?:on\s+)?(?P<first>\d{1,2})/(?P<second>\d{1,2})(?:/(?P<year>(?:19|20)?\d\d))?"), _slashed),
    (_pattern(r"(?:on\s+)?(?P<day>\d{1,2})\.(?P<month>0?[1-9]|1[0-2])\.(?P<year>(?:19|20)\d\d)"), _dotted),
]  # fmt: skip
_HOUR_WORD: Final = "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"
TIMES_OF_DAY: Final[list[tuple[re.Pattern[str], ReadClock]]] = [
    (
        _pattern(
            rf"(?:at\s+)?(?:(?P<minutes>half)\s+past|(?:a\s+)?(?P<quarter>quarter)\s+(?P<or>past|to)|"
            rf"(?P<some>five|ten|twenty|\d\d?)\s+past)\s+(?P<hour>{_HOUR_WORD}|\d\d?)(?:\s?(?P<half>[ap]\.?m\.?))?"
        ),
        _past,
    ),
    (
        re.compile(
            r"(?<![\w.,:/$€£¥-])(?P<hour>\d{1,2})(?P<minute>)(?=\s?(?:to|until|till|and|-|–)\s?\d{1,2}(?::[0-5]\d)?\s?"
            r"(?P<half>[ap]\.?m\b))",
            re.IGNORECASE,
        ),
        _clock,
    ),
    (_pattern(r"(?:at\s+)?(?P<hour>\d{1,2})(?::(?P<minute>[0-5]\d))?\s?(?P<half>[ap]\.?m\.?)"), _clock),
    (_pattern(r"(?:at\s+)?(?P<hour>[01]?\d|2[0-3]):(?P<minute>[0-5]\d)(?P<half>)"), _clock),
    (_pattern(r"(?:at\s+)?(?P<hour>\d{1,2}|[a-z]+)\s+o'?clock"), _o_clock),
    (_pattern(r"noon|midday|midnight"), _noon),
]
