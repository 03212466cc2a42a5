"""Names for what varies in a template: by what its values are, else by the words beside it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from encoders.text import HAN
from intents.transcripts.redact import PLACEHOLDER

ANY_VALUE = r".{1,120}?"
"""The pattern of what may stand for a variable."""

_DAY = r"(?:mon|tues|wednes|thurs|fri|satur|sun)day|today|tomorrow|周[一二三四五六日天]|星期[一二三四五六日天]|今天|明天|后天"
_MONTH = r"(?:jan|feb|mar|apr|may|june?|july?|aug|sep|oct|nov|dec)[a-z]*\.?"
_KINDS: Mapping[str, re.Pattern[str]] = {
    "day": re.compile(rf"(?:next |this )?(?:{_DAY})", re.I),
    "time": re.compile(r"\d{1,2}(?:[:：.]\d\d)?\s?(?:[ap]\.?m\.?|o'clock|点(?:半|\d+分)?)|\d{1,2}[:：]\d\d", re.I),
    "amount": re.compile(r"[$£€¥￥]\s?\d[\d.,]*|\d[\d.,]*\s?(?:元|块|usd|eur|gbp|dollars?|pounds?|euros?)", re.I),
    "date": re.compile(
        rf"\d{{1,2}}(?:st|nd|rd|th)?(?: of)? {_MONTH}|{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?|\d{{1,4}}[-/.]\d{{1,2}}[-/.]\d{{1,4}}|\d+月\d+[日号]",
        re.I,
    ),
    "number": re.compile(r"\d[\d.,:]*"),
}  # fmt: skip
_STOP = frozenset(
    "the and you your for with from has have had been will would could can may are was were is it its this that our his her "
    "their they she him them any all not but about into over then than now please just very on at in to of by as be do a an i "
    "we us my me so if or no yes also there here some what which who how when where why like need want let know get go make "
    "made take found happy able great good sorry alright okay fantastic excellent unfortunately booked book until after left right".split()
)
_INLINE = re.compile(
    r"\{[^{}]*\}|[$£€¥￥]\s?\d[\d.,]*\d|\b\d{1,2}[:：]\d\d\b(?:\s?[ap]m)?|\b\d{1,2}\s?[ap]m\b|"
    r"\b\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}\b|\d+月\d+[日号]|\d[\d.,]*\d?(?:元|块)|(?<![\w.-])\d{3,}(?![\w-])",
    re.I,
)


def is_value(text: str) -> bool:
    """Whether a token is a placeholder or a number, which is never part of a template's wording."""
    return bool(PLACEHOLDER.fullmatch(text) or _kind(text))


def variable_names(parts: Sequence[str | Sequence[str]]) -> list[str]:
    """For a template's parts, wording (a string) or fillings (a list of them): the variables' names, "" for wording.

    Names are unique: a second `time` is `time_2`.
    """
    names: list[str] = []
    for place, part in enumerate(parts):
        if isinstance(part, str):
            names.append("")
            continue
        before = next((one for one in reversed(parts[:place]) if isinstance(one, str)), "")
        after = next((one for one in parts[place + 1 :] if isinstance(one, str)), "")
        names.append(_unique(kind_of(part) or _by_words(before, after), names))
    return names


def kind_of(fillings: Sequence[str]) -> str:
    """What most of the fillings are: a placeholder's type, day, time, amount, date, number; "" for none of these."""
    kinds = Counter(kind for one in fillings if one.strip() for kind in [_kind(one.strip(" '\"“”‘’.,"))])
    kind, count = kinds.most_common(1)[0] if kinds else ("", 0)
    return kind if 2 * count > sum(kinds.values()) else ""


def generalised(text: str) -> str:
    """A single answer with its values as variables: amounts, times, dates and longer numbers."""
    used: list[str] = []

    def named(match: re.Match[str]) -> str:
        if match[0].startswith("{"):
            return match[0]
        used.append(_unique(_kind(match[0]) or "number", used))
        return f"{{{used[-1]}}}"

    return _INLINE.sub(named, text)


def _kind(value: str) -> str:
    if placeholder := PLACEHOLDER.fullmatch(value):
        return placeholder[1]
    return next((kind for kind, pattern in _KINDS.items() if pattern.fullmatch(value)), "")


def _by_words(before: str, after: str) -> str:
    """The nearest word that says something: in the same sentence before the gap, else a noun right after it."""
    if HAN.search(before + after):
        return "value"
    sentence = re.split(r"[.!?\n]", before)[-1]
    left = [
        word
        for word in re.findall(r"[a-z]{3,}", sentence.lower())[-3:]
        if word not in _STOP and not word.endswith("ly")
    ]
    right = [word for word in re.findall(r"[a-z]{3,}", after.lower())[:1] if word not in _STOP]
    nouns = [word for word in right if not word.endswith(("s", "ed", "ing", "ble"))]
    return next(iter([*reversed(left), *nouns]), "value")


def _unique(name: str, taken: Sequence[str]) -> str:
    number = sum(re.sub(r"_\d+$", "", one) == name for one in taken) + 1
    return name if number == 1 else f"{name}_{number}"
