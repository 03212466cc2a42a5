"""Dates and times of day in Chinese."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from intents.builtin.calendar import Interval, Point, floored, shifted
from intents.builtin.numbers import CHINESE_NUMBER, chinese_number

When = Point | Interval | None
Read = Callable[[re.Match[str], datetime], When]
_N: Final = rf"(?:\d{{1,4}}|{CHINESE_NUMBER})"
_UNITS: Final = {
    "秒": "second", "秒钟": "second", "分钟": "minute", "分": "minute", "个小时": "hour", "小时": "hour", "个钟头": "hour",
    "天": "day", "日": "day", "个星期": "week", "星期": "week", "周": "week", "个礼拜": "week", "个月": "month",
    "个季度": "quarter", "年": "year",
}  # fmt: skip
_UNIT: Final = "|".join(sorted(_UNITS, key=len, reverse=True))
_DAYS: Final = {
    "大前天": -3,
    "前天": -2,
    "昨天": -1,
    "昨日": -1,
    "今天": 0,
    "今日": 0,
    "明天": 1,
    "明日": 1,
    "后天": 2,
    "大后天": 3,
}
_SHORT_DAYS: Final = {"昨": -1, "今": 0, "明": 1}
"""Before 早 and 晚: 今晚, 明早."""
_WEEKDAYS: Final = {**dict(zip("一二三四五六", range(6), strict=True)), "日": 6, "天": 6}
_STEPS: Final = {"上上": -2, "上": -1, "这": 0, "本": 0, "下": 1, "下下": 2}
_HALVES: Final = {
    "凌晨": (0, 6), "清晨": (5, 8), "早上": (6, 12), "早晨": (6, 12), "上午": (8, 12), "中午": (11, 14), "下午": (12, 18),
    "傍晚": (17, 19), "晚上": (18, 24), "夜里": (20, 24), "半夜": (0, 6), "晚": (18, 24), "早": (6, 12),
}  # fmt: skip
_LATE: Final = frozenset({"下午", "傍晚", "晚上", "夜里", "晚"})
_HALF: Final = "|".join(
    [*(half for half in _HALVES if len(half) > 1), "(?<=[今明昨当])晚", "(?<=[今明昨])早"]
)
TIME_OF_DAY: Final = re.compile(
    rf"(?P<half>{_HALF})?(?<![\d零一二两三四五六七八九十百千万])(?:(?P<hour>\d{{1,2}}|[零一二两三四五六七八九十]{{1,3}})(?:点钟?|时(?!候|间))"
    rf"(?:(?P<quarter>半|一刻|三刻|整)|(?P<minute>\d{{1,2}}|[零一二三四五六七八九十]{{1,3}})分?)?"
    rf"|(?P<clock>[01]?\d|2[0-3])[:：](?P<clock_minute>[0-5]\d))"
)
HALF_OF_DAY: Final = re.compile(rf"(?P<half>{_HALF})")


def time_of_day(match: re.Match[str]) -> tuple[int, int, int] | None:
    """(hour, minute, second) of a match of `TIME_OF_DAY`."""
    if match["clock"]:
        hour, minute = int(match["clock"]), int(match["clock_minute"])
    else:
        hour = int(chinese_number(match["hour"]) or 0)
        quarters = {"半": 30, "一刻": 15, "三刻": 45, "整": 0}
        minute = quarters.get(match["quarter"] or "", int(chinese_number(match["minute"] or "零") or 0))
    half = match["half"]
    if half in _LATE and hour < 12:
        hour += 12
    if half == "中午" and hour < 3:
        hour += 12
    return (hour, minute, 0) if hour < 24 and minute < 60 else None


def half_of_day(match: re.Match[str], day: datetime) -> Interval:
    """The morning, the afternoon… of a day."""
    start, end = _HALVES[match["half"]]
    return Interval(day + timedelta(hours=start), day + timedelta(hours=end), "hour")


def _named(match: re.Match[str], now: datetime) -> When:
    if match[0] in {"现在", "此刻"}:
        return Point(now.replace(microsecond=0), "second")
    days = _SHORT_DAYS[match["short"]] if match["short"] else _DAYS[match[0]]
    return Point(floored(now, "day") + timedelta(days=days), "day")


def _weekday(match: re.Match[str], now: datetime) -> When:
    week, target = floored(now, "week"), _WEEKDAYS[match["weekday"]]
    if match["which"] is None:
        ahead = (target - now.weekday()) % 7
        return Point(floored(now, "day") + timedelta(days=ahead), "day")
    return Point(week + timedelta(days=7 * _STEPS[match["which"]] + target), "day")


def _which_unit(match: re.Match[str], now: datetime) -> When:
    unit = {"周": "week", "个星期": "week", "星期": "week", "个礼拜": "week", "个月": "month", "月": "month", "季度": "quarter",
            "个季度": "quarter"}[match["unit"]]  # fmt: skip
    return Point(shifted(floored(now, unit), _STEPS[match["which"]], unit), unit)  # type: ignore[arg-type]


def _day_of_which_month(match: re.Match[str], now: datetime) -> When:
    month = shifted(floored(now, "month"), _STEPS[match["which"]], "month")
    return Point(month.replace(day=int(chinese_number(match["day"]) or 0)), "day")


def _year(match: re.Match[str], now: datetime) -> When:
    step = {"今年": 0, "明年": 1, "去年": -1, "前年": -2, "后年": 2}[match[0]]
    return Point(shifted(floored(now, "year"), step, "year"), "year")


def _several_units(match: re.Match[str], now: datetime) -> When:
    unit, count = _UNITS[match["unit"]], int(chinese_number(match["count"]) or 0)
    start = floored(now, unit)
    if match["which"] in {"未来", "接下来"}:
        return Interval(shifted(start, 1, unit), shifted(start, 1 + count, unit), unit)  # type: ignore[arg-type]
    return Interval(shifted(start, -count, unit), start, unit)  # type: ignore[arg-type]


def _from_now(match: re.Match[str], now: datetime) -> When:
    unit, count = _UNITS[match["unit"]], int(chinese_number(match["count"]) or 0)
    back = match["after"] in {"前", "之前", "以前"}
    grain = "second" if unit in {"second", "minute", "hour"} else "day"
    return Point(floored(shifted(now, -count if back else count, unit), grain), grain)  # type: ignore[arg-type]


def _date(match: re.Match[str], now: datetime) -> When:
    year, month, day = match["year"], match["month"], match["day"]
    years = _year_number(year, now)
    months = int(chinese_number(month) or 0) if month else 1
    days = int(chinese_number(day) or 0) if day else 1
    at = floored(now, "day").replace(year=years, month=months, day=days)
    grain = "day" if day else "month" if month else "year"
    if not year and at < floored(now, grain):
        at = shifted(at, 1, "year")
    return Point(at, grain)  # type: ignore[arg-type]


def _year_number(written: str, now: datetime) -> int:
    steps = {"今": 0, "明": 1, "去": -1, "": 0}
    return now.year + steps[written] if written in steps else int(chinese_number(written) or 0)


def _day_of_month(match: re.Match[str], now: datetime) -> When:
    at = floored(now, "day").replace(day=int(chinese_number(match["day"]) or 0))
    return Point(at if at >= floored(now, "day") else shifted(at, 1, "month"), "day")


DATES: Final[list[tuple[re.Pattern[str], Read]]] = [
    (re.compile(rf"{'|'.join(sorted(_DAYS, key=len, reverse=True))}|现在|此刻|(?P<short>[昨今明])(?=[早晚])"), _named),
    (re.compile(r"(?P<which>上上|下下|上|这|本|下)?个?(?:周|星期|礼拜)(?P<weekday>[一二三四五六日天])(?!次|个)"), _weekday),
    (re.compile(r"(?P<which>上上|下下|上|这|本|下)(?P<unit>个星期|个礼拜|个月|个季度|星期|周|月|季度)(?![一二三四五六日天])"), _which_unit),
    (re.compile(rf"(?P<which>上|这|本|下)个?月(?P<day>{_N})[号日]"), _day_of_which_month),
    (re.compile(r"今年|明年|去年|前年|后年"), _year),
    (re.compile(rf"(?P<which>最近|过去|近|未来|接下来)的?(?P<count>{_N})(?P<unit>{_UNIT})"), _several_units),
    (re.compile(rf"(?P<count>{_N})(?P<unit>{_UNIT})(?P<after>之前|以前|之后|以后|前|后)"), _from_now),
    (re.compile(rf"(?P<year>(?:19|20)\d\d|[一二][零〇一二三四五六七八九]{{3}}|今|明|去)年(?:的)?(?:(?P<month>{_N})月(?:份)?"
                rf"(?:(?P<day>{_N})[日号])?)?"), _date),
    (re.compile(rf"(?P<year>)(?P<month>1[0-2]|0?[1-9]|[一二三四五六七八九]|十[一二]?)月(?:份|(?P<day>{_N})[日号])"), _date),
    (re.compile(r"(?<![\d月])(?P<day>[12]?\d|3[01]|[一二三]?十[一二三四五六七八九]?|[一二三四五六七八九])号(?![码楼线店])"), _day_of_month),
]  # fmt: skip
