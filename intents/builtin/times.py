"""Times and durations: dates, times of day, both together, and from one to another."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise
from typing import Final

from intents.builtin import chinese_times, english_times
from intents.builtin.calendar import Interval, Point, floored, seconds_in, shifted, value_of
from intents.builtin.found import Found, longest
from intents.builtin.numbers import find_numbers

_JOIN: Final = re.compile(r"\s*(?:,\s*)?(?:at\s+|on\s+|in\s+the\s+|的)?\s*", re.IGNORECASE)
_TO: Final = re.compile(r"\s*(?:to|until|till|through|and|-|–|—|到|至|~)\s*", re.IGNORECASE)
_FROM: Final = re.compile(r"(?:from|between|从)\s*$", re.IGNORECASE)
_WEEKDAY: Final = re.compile(
    r"周|星期|礼拜|(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\b", re.IGNORECASE
)
_ENGLISH_UNITS: Final = {
    word: unit
    for unit in ("second", "minute", "hour", "day", "week", "month", "quarter", "year")
    for word in (unit, f"{unit}s")
} | {"min": "minute", "mins": "minute", "hrs": "hour", "hr": "hour"}
_CHINESE_UNITS: Final = {
    "秒钟": "second", "秒": "second", "分钟": "minute", "个小时": "hour", "小时": "hour", "个钟头": "hour", "天": "day",
    "个星期": "week", "星期": "week", "周": "week", "个礼拜": "week", "个月": "month", "个季度": "quarter", "年": "year",
}  # fmt: skip
_UNIT: Final = re.compile(
    rf"\s?(?P<english>{'|'.join(sorted(_ENGLISH_UNITS, key=len, reverse=True))})(?![A-Za-z])"
    rf"|(?P<chinese>{'|'.join(sorted(_CHINESE_UNITS, key=len, reverse=True))})(?![一二三四五六日天前后])",
    re.IGNORECASE,
)
_AN: Final = re.compile(
    r"(?<!\w)(?P<half>half\s+)?an?\s+(?P<unit>second|minute|hour|day|week|month|year)(?!\w)"
    r"(?P<more>\s+and\s+a\s+half)?(?!\w)",
    re.IGNORECASE,
)
_AND_A_HALF: Final = re.compile(r"个半(?P<unit>小时|钟头|星期|礼拜|月)")
_HALF_MORE: Final = re.compile(r"半(?![个天年夜月小日价])")
_CALENDAR_YEAR: Final = range(1900, 2200)
"""2026年 is a year, not a length of time."""
_HALF_CHINESE: Final = re.compile(r"半(?P<unit>个小时|小时|个钟头|天|个月|年)")


@dataclass(frozen=True, slots=True)
class _Span:
    """A time in a text."""

    start: int
    end: int
    when: Point | Interval


def find_times(text: str, *, now: datetime) -> list[Found]:
    """Every point in time and interval.

    Args:
        now: aware; what "tomorrow" is counted from.
    """
    days = _kept(_dates(text, now))
    clocks = _kept(_clocks(text, now, days))
    joined = _kept([*_joined(text, days, clocks), *days, *clocks])
    spans = _kept([*_intervals(text, joined), *joined])
    return [_found(span) for span in spans]


def find_durations(text: str) -> list[Found]:
    """Every length of time: three days, half an hour, 两个小时; also those in points, such as 3 days ago."""
    found: list[Found] = []
    for number in find_numbers(text):
        if match := _UNIT.match(text, number.end):
            unit = _ENGLISH_UNITS.get((match["english"] or "").lower()) or _CHINESE_UNITS[match["chinese"]]
            more = _HALF_MORE.match(text, match.end()) if match["chinese"] else None
            if not (match["chinese"] == "年" and number.value in _CALENDAR_YEAR):
                found.append(
                    _duration(number.value + (0.5 if more else 0), unit, number.start, (more or match).end())
                )
        elif match := _AND_A_HALF.match(text, number.end):
            unit = _CHINESE_UNITS[f"个{match['unit']}"]
            found.append(_duration(number.value + 0.5, unit, number.start, match.end()))
    for match in _AN.finditer(text):
        count = 0.5 if match["half"] else 1.5 if match["more"] else 1
        found.append(_duration(count, match["unit"].lower(), *match.span()))
    for match in _HALF_CHINESE.finditer(text):
        found.append(_duration(0.5, _CHINESE_UNITS[match["unit"]], *match.span()))
    return longest(found)


def _dates(text: str, now: datetime) -> Iterator[_Span]:
    for pattern, read in (*english_times.DATES, *chinese_times.DATES):
        for match in pattern.finditer(text):
            with suppress(ValueError, OverflowError):  # the 31st of June
                when = read(match, now)
                if when is not None and not _is_a_word(text, match):
                    yield _Span(*match.span(), when)


def _is_a_word(text: str, match: re.Match[str]) -> bool:
    """Whether "may", "march", "sat" or "sun" stand for themselves."""
    word = match[0].lower()
    return word in {"may", "mar", "march", "sat", "sun", "mon", "wed"} and match[0] != match[0].capitalize()


def _clocks(text: str, now: datetime, days: list[_Span]) -> Iterator[_Span]:
    """Times of day and parts of the day; by themselves they are the next to come."""
    for pattern, read in english_times.TIMES_OF_DAY:
        for match in pattern.finditer(text):
            if clock := read(match):
                yield _Span(*match.span(), _next(clock, now))
    for match in chinese_times.TIME_OF_DAY.finditer(text):
        if clock := chinese_times.time_of_day(match):
            yield _Span(*match.span(), _next(clock, now))
    today = floored(now, "day")
    for match in english_times.HALF_OF_DAY.finditer(text):
        if match["half"] or _follows_a_day(text, match.start(), days):
            yield _Span(*match.span(), english_times.half_of_day(match["half"] or match["bare"], today))
    for match in chinese_times.HALF_OF_DAY.finditer(text):
        yield _Span(*match.span(), chinese_times.half_of_day(match, today))


def _follows_a_day(text: str, start: int, days: list[_Span]) -> bool:
    return any(text[day.end : start].strip() == "" and day.end <= start for day in days)


def _next(clock: tuple[int, int, int], now: datetime) -> Point:
    hour, minute, _ = clock
    at = floored(now, "day").replace(hour=hour, minute=minute)
    grain = "minute" if minute else "hour"
    return Point(at if at > now else shifted(at, 1, "day"), grain)  # type: ignore[arg-type]


def _joined(text: str, days: list[_Span], clocks: list[_Span]) -> Iterator[_Span]:
    """A day with a time of day beside it: tomorrow at 5pm, 5pm tomorrow, 明天下午三点."""
    for day in days:
        if not isinstance(day.when, Point) or day.when.grain != "day":
            continue
        for clock in clocks:
            first, second = sorted((day, clock), key=lambda span: span.start)
            if first.end <= second.start and _JOIN.fullmatch(text[first.end : second.start]):
                yield _Span(first.start, second.end, _on(day.when.at, clock.when))


def _on(day: datetime, clock: Point | Interval) -> Point | Interval:
    """The time of day, on that day."""
    if isinstance(clock, Point):
        return replace(clock, at=clock.at.replace(year=day.year, month=day.month, day=day.day))
    if clock.start is None or clock.end is None:
        return clock
    shift = day - floored(clock.start, "day")
    return Interval(clock.start + shift, clock.end + shift, clock.grain)


def _intervals(text: str, spans: list[_Span]) -> Iterator[_Span]:
    """Two points with "to" between them, or "between … and …"."""
    for first, second in pairwise(spans):
        between = text[first.end : second.start]
        if not (_TO.fullmatch(between) and isinstance(first.when, Point) and isinstance(second.when, Point)):
            continue
        before = _FROM.search(text[: first.start])
        if between.strip().lower() == "and" and not before:
            continue
        start = before.start() if before else first.start
        end = _after(first.when, second.when, text[second.start : second.end])
        yield _Span(start, second.end, Interval(first.when.at, end, second.when.grain))


def _after(first: Point, second: Point, said: str) -> datetime:
    """The end of the second point: of two weekdays or times of day, the next one after the first."""
    step = "week" if _WEEKDAY.search(said) else "day" if second.grain in {"hour", "minute"} else None
    end = second.end
    if step and end <= first.at:
        end = shifted(end, 1, step)
    return end


def _kept(spans: Iterator[_Span] | list[_Span]) -> list[_Span]:
    kept: list[_Span] = []
    for one in sorted(spans, key=lambda span: (span.start - span.end, span.start)):
        if all(one.end <= other.start or other.end <= one.start for other in kept):
            kept.append(one)
    return sorted(kept, key=lambda span: span.start)


def _found(span: _Span) -> Found:
    value, info = value_of(span.when)
    return Found(entity="time", value=value, start=span.start, end=span.end, info=info)


def _duration(count: float, unit: str, start: int, end: int) -> Found:
    info = {
        "type": "value", "value": count, "unit": unit, unit: count,
        "normalized": {"value": seconds_in(count, unit), "unit": "second"},
    }  # fmt: skip
    return Found(entity="duration", value=count, start=start, end=end, info=info)
