"""Figures as files for spreadsheets."""

from __future__ import annotations

import csv
import io

import pytest

from bot.insight.csv_file import csv_text


def read(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_text_becomes_a_formula(start: str) -> None:
    evil = f'{start}HYPERLINK("http://evil.example","x"),2'
    (row,) = read(csv_text([{"intent": evil, "messages": 3}]))
    assert row["intent"] == f"'{evil}"
    assert row["messages"] == "3"


def test_texts_and_numbers_come_back() -> None:
    rows = [{"channel": '退货, "urgent"\nnow', "share": 1 / 3, "csat": None, "chats": 2}]
    assert read(csv_text(rows)) == [
        {"channel": '退货, "urgent"\nnow', "share": "0.3333", "csat": "", "chats": "2"}
    ]


def test_times_are_the_readers() -> None:
    (row,) = read(csv_text([{"at": 1_772_366_400_000}], offset_min=480))
    assert row["at"] == "2026-03-01 20:00"


def test_nothing_is_an_empty_file() -> None:
    assert csv_text([]) == "\ufeff"
