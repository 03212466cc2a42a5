"""Amounts of money."""

from __future__ import annotations

import re
from typing import Final

from intents.builtin.found import Found, longest
from intents.builtin.numbers import LARGEST, find_numbers

_BEFORE: Final = {
    "$": "$", "us$": "$", "usd": "$", "€": "EUR", "eur": "EUR", "£": "GBP", "gbp": "GBP", "¥": "CNY", "￥": "CNY",
    "cny": "CNY", "rmb": "CNY", "jpy": "JPY", "人民币": "CNY", "₹": "INR", "inr": "INR",
}  # fmt: skip
_AFTER: Final = {
    "us dollars": "$", "us dollar": "$", "american dollars": "$",
    "dollars": "$", "dollar": "$", "bucks": "$", "buck": "$", "usd": "$", "$": "$", "euros": "EUR", "euro": "EUR",
    "eur": "EUR", "€": "EUR", "pounds": "GBP", "pound": "GBP", "quid": "GBP", "gbp": "GBP", "£": "GBP", "yuan": "CNY",
    "rmb": "CNY", "cny": "CNY", "yen": "JPY", "jpy": "JPY", "rupees": "INR", "rupee": "INR", "cents": "cent",
    "cent": "cent", "人民币": "CNY", "块钱": "CNY", "元钱": "CNY", "块": "CNY", "元": "CNY", "圆": "CNY", "美元": "$", "美金": "$",
    "欧元": "EUR", "英镑": "GBP", "日元": "JPY", "港币": "HKD", "港元": "HKD", "角": "CNY", "毛": "CNY", "毛钱": "CNY",
}  # fmt: skip
_AND: Final = re.compile(r"\s*(?:,\s*)?(?:and\s+)?", re.IGNORECASE)
_TENTHS: Final = frozenset({"角", "毛", "毛钱"})


def _any(words: dict[str, str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


_AHEAD: Final = re.compile(rf"(?<![A-Za-z])(?:{_any(_BEFORE)})\s?$", re.IGNORECASE)
_BEHIND: Final = re.compile(rf"\s?(?P<unit>{_any(_AFTER)})(?![A-Za-z])", re.IGNORECASE)
_LOOSE: Final = re.compile(r"(?<=[$€£¥￥₹])(?P<digits>\d[\d,]*(?:\.\d+)?)(?P<short>[kKmM](?![A-Za-z]))?")
_SHORT: Final = {"k": 1000, "m": 10**6}


def find_money(text: str) -> list[Found]:
    """Amounts with a currency: $20, 20 dollars, EUR 5, 三百块钱. The unit is in the information."""
    amounts = [*find_numbers(text), *_after_signs(text)]
    found = (_amount(text, number) for number in amounts)
    return _combined(text, longest(one for one in found if one and one.value < LARGEST))


def _combined(text: str, amounts: list[Found]) -> list[Found]:
    """Two dollars and 30 cents, 三块五毛: one amount."""
    kept: list[Found] = []
    for one in amounts:
        last = kept[-1] if kept else None
        unit = last.info["unit"] if last else ""
        if (
            last
            and _AND.fullmatch(text[last.end : one.start])
            and _is_part(text, one, unit)
            and last.value >= 1
        ):
            value = round(last.value + (one.value / 100 if unit != "CNY" else one.value), 2)
            kept[-1] = _found(value, unit, last.start, one.end)
        else:
            kept.append(one)
    return kept


def _is_part(text: str, amount: Found, unit: str) -> bool:
    """Whether an amount is in the small coins of a currency."""
    if unit == "CNY":
        return text[amount.end - 1] in "角毛" and amount.value < 1
    return unit in {"$", "EUR"} and amount.info["unit"] == "cent" and amount.value < 100


def _after_signs(text: str) -> list[Found]:
    numbers = []
    for match in _LOOSE.finditer(text):
        value = float(match["digits"].replace(",", "")) * _SHORT.get((match["short"] or "").lower(), 1)
        plain = int(value) if value.is_integer() else value
        numbers.append(Found(entity="number", value=plain, start=match.start(), end=match.end()))
    return numbers


def _amount(text: str, number: Found) -> Found | None:
    before = _AHEAD.search(text[: number.start])
    after = _BEHIND.match(text, number.end)
    if before:
        unit = _BEFORE[before[0].strip().lower()]
        return _found(number.value, unit, before.start(), number.end)
    if after is None:
        return None
    word = after["unit"].lower()
    value = number.value / 10 if word in _TENTHS else number.value
    return _found(value, _AFTER[word], number.start, after.end())


def _found(value: float, unit: str, start: int, end: int) -> Found:
    info = {"type": "value", "value": value, "unit": unit}
    return Found(entity="amount-of-money", value=value, start=start, end=end, info=info)
