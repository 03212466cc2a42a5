"""The numbers in a text, with their units: "thirty days", "30-day" and 三十天 are told from "30 minutes"."""

from __future__ import annotations

import re

from encoders.text import normalise
from knowledge.tokens import stem

_TO_TWENTY = (
    "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen",
    "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty",
)  # fmt: skip
_TENS = ("thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety", "hundred")
_WORDS = {word: number for number, word in enumerate(_TO_TWENTY, start=2)} | {
    word: number for number, word in zip(range(30, 101, 10), _TENS, strict=True)
}
_UNITS = (
    "second|minute|hour|day|week|month|quarter|year|percent|euro|dollar|pound|cent|kilo|gram|litre|liter|metre|meter"
    "|kg|g|km|m|cm|mm|l|ml|kw|w|v|gb|mb|%"
)
_CHINESE_UNITS = "个?(?:工作日|小时|分钟|月|天|日|周|年|元|块|次|折|倍|件|台|公斤|千克|克|厘米|米|升)"
_SAME = {"天": "日", "块": "元", "%": "percent"}
_DIGITS = "一二两三四五六七八九"
_AMOUNT = re.compile(
    rf"(?P<han>\d+(?:\.\d+)?|[{_DIGITS}十百]{{1,4}})\s*(?P<measure>{_CHINESE_UNITS})"
    rf"|(?<![\w.])(?P<number>\d+(?:[.,:]\d+)*|(?:{'|'.join(_WORDS)})\b)(?:\s*-?\s*(?P<unit>{_UNITS})s?(?![^\W\d_]))?"
    r"|(?P<other>\d+(?:[.,:]\d+)*)"
)


def amounts(text: str) -> frozenset[tuple[str, str]]:
    """(number, unit) pairs; the unit is empty where none follows."""
    found = set()
    for match in _AMOUNT.finditer(normalise(text).lower()):
        number = match["number"] or match["han"] or match["other"]
        unit = stem(match["unit"] or "") or (match["measure"] or "").removeprefix("个")
        found.add((_plain(number), _SAME.get(unit, unit)))
    return frozenset(found)


def unsupported(claim: frozenset[tuple[str, str]], source: frozenset[tuple[str, str]]) -> bool:
    """Whether the claim has an amount that the source has not; without a unit any of the same number will do."""
    numbers = {number for number, _ in source}
    bare = {number for number, unit in source if not unit}
    return any(
        number not in numbers if not unit else (number, unit) not in source and number not in bare
        for number, unit in claim
    )


def _plain(number: str) -> str:
    if number in _WORDS:
        return str(_WORDS[number])
    if number[0].isdigit():
        return number.replace(",", "")
    return str(_chinese(number))


def _chinese(number: str) -> int:
    """Up to 999: 二, 十五, 三十, 一百."""
    total = digit = 0
    for character in number:
        if character in "十百":
            total, digit = total + max(1, digit) * (10 if character == "十" else 100), 0
        else:
            place = _DIGITS.index(character)
            digit = place + 1 if place < 2 else place
    return total + digit
