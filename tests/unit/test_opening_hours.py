"""When people are there, in their own time zone."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from pydantic import ValidationError

from bot.opening_hours import OpeningHours, worded

SHOP = OpeningHours(
    time_zone="Europe/Berlin",
    open={"mon-fri": ("09:00-12:00", "13:00-18:00"), "sat": "10:00-14:00"},
    closed_on=(date(2026, 12, 25),),
)


def utc(day: int, hour: int, minute: int = 0, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        (utc(25, 8), None),  # Wednesday, nine in Berlin
        (utc(25, 7, 59), "Wednesday 09:00"),
        (utc(25, 11, 30), "Wednesday 13:00"),
        (utc(25, 17), "Thursday 09:00"),
        (utc(27, 20), "Saturday 10:00"),
        (utc(28, 13), "Monday 09:00"),
        (utc(24, 18, month=12), "Saturday 10:00"),  # the day after is off
    ],
)
def test_it_is_open_or_says_when_it_will_be(now: datetime, opens: str | None) -> None:
    assert SHOP.is_open(now) is (opens is None)
    found = SHOP.opens(now)
    assert found is not None
    assert opens is None or worded(found, "en") == opens


def test_summer_time_moves_the_hours_with_it() -> None:
    assert SHOP.is_open(utc(1, 7, month=7))
    assert not SHOP.is_open(utc(1, 6, 59, month=7))


def test_until_midnight_is_until_midnight() -> None:
    always = OpeningHours(open={"mon-sun": "00:00-24:00"})
    assert always.is_open(utc(25, 23, 59))
    assert always.is_open(utc(26, 0))


def test_what_never_opens_says_so() -> None:
    assert OpeningHours(open={}).opens(utc(25, 8)) is None


def test_days_are_named_as_the_customer_speaks() -> None:
    found = SHOP.opens(utc(28, 13))
    assert found is not None
    assert worded(found, "zh") == "周一 09:00"


@pytest.mark.parametrize(
    "given",
    [
        {"open": {"someday": "09:00-18:00"}},
        {"open": {"fri-mon": "09:00-18:00"}},
        {"open": {"mon": "18:00-09:00"}},
        {"open": {"mon": "9-18"}},
        {"open": {"mon": "09:75-18:00"}},
        {"open": {"mon": "09:00-25:00"}},
        {"open": {}, "time_zone": "Mars/Olympus"},
    ],
)
def test_what_are_no_hours_is_refused(given: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        OpeningHours.model_validate(given)
