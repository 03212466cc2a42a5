"""Built-in entities in English and Chinese: what is found, what it means, and where it stands."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intents.builtin.extract import BUILT_IN, built_in_names, find_built_in, merged
from intents.builtin.numbers import chinese_number, english_number
from intents.understanding import Entity

NOW = datetime(2026, 11, 25, 13, 30, tzinfo=UTC)  # a Wednesday


def found(name: str, text: str, language: str = "en") -> list[tuple[str, Any]]:
    entities = find_built_in(text, {name}, language=language, now=NOW)
    return [(text[one.start : one.end], one.value) for one in entities]


def at(*date: int) -> str:
    return datetime(*date, tzinfo=UTC).isoformat(timespec="milliseconds")  # type: ignore[misc, arg-type]


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("a table for three", [("three", 3)]),
        ("for 4, please.", [("4", 4)]),
        ("twenty-five people", [("twenty-five", 25)]),
        ("two hundred and five", [("two hundred and five", 205)]),
        ("1,234.5 and -7", [("1,234.5", 1234.5), ("-7", -7)]),
        ("3 million", [("3 million", 3_000_000)]),
        ("买3个", [("3", 3)]),
        ("两万五千件", [("两万五千", 25000)]),
        ("三百二", [("三百二", 320)]),
        ("一百零三", [("一百零三", 103)]),
        ("二〇二四", [("二〇二四", 2024)]),
        ("三点一四", [("三点一四", 3.14)]),
        ("minus 5 degrees", [("minus 5", -5)]),
        ("负三度", [("负三", -3)]),
        ("three and a half, 2 and a half", [("three and a half", 3.5), ("2 and a half", 2.5)]),
        ("order WB-204817, v2.0.1 and 10:30", []),
        ("this one, please", []),
        ("one two three four", []),
        ("等一下，一起看一些", []),
        ("1" * 900, []),
        ("九" * 900, []),
        ("9" * 400 + ".5", []),
    ],
)
def test_numbers(text: str, numbers: list[tuple[str, float]]) -> None:
    assert found("number", text) == numbers


@pytest.mark.parametrize("text", ["1" * 900 + "毛", "$" + "9" * 400, "1" * 900 + " days", "第" + "九" * 900])
def test_digits_without_end_break_nothing(text: str) -> None:
    for one in find_built_in(text, BUILT_IN, language="zh", now=NOW):
        json.dumps(one.value, allow_nan=False)
        float(one.value if isinstance(one.value, int | float) else 0)


@pytest.mark.parametrize(
    ("text", "ordinals"),
    [("the 3rd or second", [("3rd", 3), ("second", 2)]), ("第三个和第12个", [("第三", 3), ("第12", 12)])],
)
def test_ordinals(text: str, ordinals: list[tuple[str, int]]) -> None:
    assert found("ordinal", text) == ordinals


@pytest.mark.parametrize(
    ("text", "words", "value", "unit"),
    [
        ("pay $20 now", "$20", 20, "$"),
        ("twenty bucks", "twenty bucks", 20, "$"),
        ("EUR 5.50 please", "EUR 5.50", 5.5, "EUR"),
        ("about $1.5k", "$1.5k", 1500, "$"),
        ("三百块钱", "三百块钱", 300, "CNY"),
        ("退我¥99.9", "¥99.9", 99.9, "CNY"),
        ("五毛", "五毛", 0.5, "CNY"),
        ("一千二百块五毛", "一千二百块五毛", 1200.5, "CNY"),
        ("ten dollars and 30 cents", "ten dollars and 30 cents", 10.3, "$"),
    ],
)
def test_money(text: str, words: str, value: float, unit: str) -> None:
    (one,) = find_built_in(text, {"amount-of-money"}, language="en", now=NOW)
    assert (text[one.start : one.end], one.value, (one.info or {})["unit"]) == (words, value, unit)


@pytest.mark.parametrize(
    ("text", "words", "value"),
    [
        ("what did I earn in January 2019", "in January 2019", at(2019, 1, 1)),
        ("tomorrow at 5pm", "tomorrow at 5pm", at(2026, 11, 26, 17)),
        ("5:30 pm tomorrow", "5:30 pm tomorrow", at(2026, 11, 26, 17, 30)),
        ("see you next Friday", "next Friday", at(2026, 12, 4)),
        ("on Monday", "on Monday", at(2026, 11, 30)),
        ("last month", "last month", at(2026, 10, 1)),
        ("3 days ago", "3 days ago", at(2026, 11, 22, 13)),
        ("on the 15th", "on the 15th", at(2026, 12, 15)),
        ("on May 3rd, 2027", "on May 3rd, 2027", at(2027, 5, 3)),
        ("2019-01-31", "2019-01-31", at(2019, 1, 31)),
        ("12/24/2026", "12/24/2026", at(2026, 12, 24)),
        ("at noon", "noon", at(2026, 11, 26, 12)),
        ("tomorrow at half past seven", "tomorrow at half past seven", at(2026, 11, 26, 7, 30)),
        ("a quarter to five pm", "a quarter to five pm", at(2026, 11, 25, 16, 45)),
        ("twenty past one", "twenty past one", at(2026, 11, 26, 1, 20)),
        ("between 3 and 5 pm", "between 3 and 5 pm", {"from": at(2026, 11, 25, 15), "to": at(2026, 11, 25, 18)}),
        ("from 1 to 5pm", "from 1 to 5pm", {"from": at(2026, 11, 26, 13), "to": at(2026, 11, 26, 18)}),
        ("Monday to Wednesday", "Monday to Wednesday", {"from": at(2026, 11, 30), "to": at(2026, 12, 3)}),
        ("周一到周三", "周一到周三", {"from": at(2026, 11, 30), "to": at(2026, 12, 3)}),
        ("今晚有空吗", "今晚", {"from": at(2026, 11, 25, 18), "to": at(2026, 11, 26)}),
        ("明晚八点", "明晚八点", at(2026, 11, 26, 20)),
        ("明天下午三点半送到", "明天下午三点半", at(2026, 11, 26, 15, 30)),
        ("下周五", "下周五", at(2026, 12, 4)),
        ("3月5号", "3月5号", at(2027, 3, 5)),
        ("下个月15号", "下个月15号", at(2026, 12, 15)),
        ("2019年1月的账单", "2019年1月", at(2019, 1, 1)),
        ("三天前下的单", "三天前", at(2026, 11, 22)),
        ("last 30 days", "last 30 days", {"from": at(2026, 10, 26), "to": at(2026, 11, 25)}),
        ("between March 3rd and March 9th", "between March 3rd and March 9th",
         {"from": at(2027, 3, 3), "to": at(2027, 3, 10)}),
        ("最近三个月", "最近三个月", {"from": at(2026, 8, 1), "to": at(2026, 11, 1)}),
    ],
)  # fmt: skip
def test_times(text: str, words: str, value: Any) -> None:
    assert found("time", text) == [(words, value)]


@pytest.mark.parametrize(
    "text",
    [
        "it may rain",
        "we sat in the sun",
        "the 31st of Juny",
        "hello",
        "第二天性",
        "太晚了",
        "五个一百二十三点五",
    ],
)
def test_what_is_no_time(text: str) -> None:
    assert found("time", text) == []


def test_a_time_says_its_grain_as_duckling_does() -> None:
    (one,) = find_built_in("in January 2019", {"time"}, language="en", now=NOW)
    assert one.info is not None
    assert (one.info["type"], one.info["grain"], one.info["value"]) == ("value", "month", at(2019, 1, 1))
    (one,) = find_built_in("last 2 weeks", {"time"}, language="en", now=NOW)
    assert one.info is not None
    assert (one.info["type"], one.info["from"]["grain"]) == ("interval", "week")


@pytest.mark.parametrize(
    ("text", "words", "seconds"),
    [
        ("for three days", "three days", 259200),
        ("half an hour", "half an hour", 1800),
        ("两个小时", "两个小时", 7200),
        ("three and a half hours", "three and a half hours", 12600),
        ("an hour and a half", "an hour and a half", 5400),
        ("等了两个半小时", "两个半小时", 9000),
        ("一年半", "一年半", 47304000),
    ],
)
def test_durations(text: str, words: str, seconds: int) -> None:
    (one,) = find_built_in(text, {"duration"}, language="en", now=NOW)
    assert text[one.start : one.end] == words
    assert (one.info or {})["normalized"]["value"] == seconds


def test_a_calendar_year_is_no_duration() -> None:
    assert found("duration", "2026年12月3日") == []


def test_addresses_and_telephones() -> None:
    text = "我的邮箱是abc@163.com，电话13912345678，见 https://x.org/a?b=1."
    names = {"email", "url", "phone-number"}
    entities = find_built_in(text, names, language="zh", now=NOW)
    assert [(one.entity, one.value) for one in entities] == [
        ("email", "abc@163.com"),
        ("phone-number", "+8613912345678"),
        ("url", "https://x.org/a?b=1"),
    ]
    assert text[entities[1].start : entities[1].end] == "13912345678"


def test_only_what_the_domain_names_is_looked_for() -> None:
    assert built_in_names(["number", "city"]) == {"number"}
    assert find_built_in("3 dollars", set(), language="en", now=NOW) == []


def test_of_two_finds_of_one_entity_the_longer_is_kept() -> None:
    (built_in,) = find_built_in("in January 2019", {"time"}, language="en", now=NOW)
    learned = Entity(entity="time", value="January", start=3, end=10)
    other = Entity(entity="month", value="January", start=3, end=10)
    assert merged([learned, other], [built_in]) == (built_in, other)


@given(st.integers(0, 99_999_999))
def test_every_chinese_number_is_read(value: int) -> None:
    assert chinese_number(_chinese(value)) == value


PIECES = [
    *"五月号年下周点半块第百万$@-. ",
    "next",
    "last",
    "of",
    "to",
    "at",
    "Friday",
    "June",
    "3",
    "31",
    "5pm",
    "days",
]


@given(
    st.text(max_size=60) | st.lists(st.sampled_from(PIECES), max_size=12).map("".join),
    st.integers(-400, 400),
)
@settings(max_examples=300, deadline=None)
def test_no_text_breaks_it_and_every_place_is_in_the_text(text: str, days: int) -> None:
    for one in find_built_in(text, BUILT_IN, language="en", now=NOW + timedelta(days=days)):
        assert 0 <= one.start < one.end <= len(text)


def test_english_number_words_that_are_none() -> None:
    assert english_number("and") is None
    assert english_number("twenty twenty") is None


def _chinese(value: int) -> str:
    digits = "零一二三四五六七八九"
    if value >= 10_000:
        high, low = divmod(value, 10_000)
        gap = "零" if 0 < low < 1000 else ""
        return f"{_chinese(high)}万" + (gap + _chinese(low) if low else "")
    text, zero = "", False
    for scale, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = value // scale % 10
        if digit:
            text += ("零" if zero and text else "") + digits[digit] + name
        zero = digit == 0
    return text or "零"
