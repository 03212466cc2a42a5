"""Numbers and ordinals, in digits and in words, English and Chinese."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from intents.builtin.found import Found, longest

Number = int | float
LARGEST: Final = 10**15
"""From here on digits are no number to count with but an identifier, and no float would hold them."""
_ONES: Final = {
    word: value
    for value, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
        "seventeen eighteen nineteen".split()
    )
}
_TENS: Final = {
    word: 10 * value
    for value, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), start=2)
}
_SCALES: Final = {"hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9}
_WORD: Final = "|".join(sorted([*_ONES, *_TENS, *_SCALES], key=len, reverse=True))
_ENGLISH: Final = re.compile(
    rf"(?<![\w-])(?:a\s+(?=(?:hundred|thousand|million|billion)\b))?(?:{_WORD})"
    rf"(?:(?:\s+and\s+|[\s-]+)(?:{_WORD}))*(?![\w-])",
    re.IGNORECASE,
)
_DIGITS: Final = re.compile(
    r"(?<![\w.,:/-])(?P<sign>[-−])?(?P<digits>\d{1,3}(?:[,，]\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)"
    r"(?:(?P<short>[kKmM])(?![A-Za-z])|\s?(?P<scale>thousand|million|billion|hundred)\b|(?P<chinese>[百千万亿]+))?"
    r"(?![\w:/]|[.,]\d|-\d)(?<![:/])",
    re.ASCII,
)
_AFTER_CHINESE: Final = re.compile(
    r"(?P<digits>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)(?P<chinese>[百千万亿]*)"
)
_SHORT: Final = {"k": 1000, "m": 10**6}
_CHINESE_DIGITS: Final = {
    **{character: value for value, character in enumerate("零一二三四五六七八九")},
    "〇": 0, "两": 2, "壹": 1, "贰": 2, "叁": 3, "肆": 4, "伍": 5, "陆": 6, "柒": 7, "捌": 8, "玖": 9,
}  # fmt: skip
_CHINESE_SCALES: Final = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_CHINESE_LARGE: Final = {"万": 10**4, "亿": 10**8}
CHINESE_NUMBER: Final = (
    "[零〇一二三四五六七八九两壹贰叁肆伍陆柒捌玖十拾百佰千仟万亿]+(?:点[零〇一二三四五六七八九]+)?"
)
_CHINESE: Final = re.compile(CHINESE_NUMBER)
_NO_NUMBER: Final = re.compile(
    "一下|一些|一样|一直|一起|一般|一定|一点|一旦|一切|一边|一共|一次性|万一|统一|唯一|千万|十分|百分之|第"
)
_HALF: Final = re.compile(r"\s+and\s+a\s+half(?!\w)", re.IGNORECASE)
_MINUS: Final = re.compile(r"(?:(?<!\w)(?:minus|negative)\s+|(?<=零下)|负)$", re.IGNORECASE)
_PRONOUN: Final = re.compile(r"\b(?:this|that|which|the|another|no|any|each|every|some)\s+$", re.IGNORECASE)
_ORDINALS: Final = {
    word: value
    for value, word in enumerate(
        "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth".split(), start=1
    )
}
_ENGLISH_ORDINAL: Final = re.compile(
    rf"(?<!\w)(?:(?P<digits>\d+)(?:st|nd|rd|th)|(?P<word>{'|'.join(_ORDINALS)}))(?!\w)", re.IGNORECASE
)
_CHINESE_ORDINAL: Final = re.compile(rf"第(?P<number>\d+|{CHINESE_NUMBER})")


def find_numbers(text: str) -> list[Found]:
    """Every number, with `{"type": "value", "value": …}` as its information."""
    found = longest([*_in_digits(text), *_in_english(text), *_in_chinese(text)])
    return [_whole(text, one) for one in found if abs(one.value) < LARGEST]


def find_ordinals(text: str) -> list[Found]:
    """Every ordinal: 3rd, third, 第三."""
    found = [
        _found(
            "ordinal", int(match["digits"]) if match["digits"] else _ORDINALS[match["word"].lower()], match
        )
        for match in _ENGLISH_ORDINAL.finditer(text)
    ]
    for match in _CHINESE_ORDINAL.finditer(text):
        value = chinese_number(match["number"])
        if value is not None:
            found.append(_found("ordinal", value, match))
    return longest(one for one in found if one.value < LARGEST)


def english_number(words: str) -> Number | None:
    """The value of a number in English words, or None where they are none: "two hundred and five" is 205."""
    total, group = 0, 0
    seen = False
    for word in re.split(r"[\s-]+", words.lower()):
        if word in _ONES or word in _TENS:
            value = _ONES.get(word, _TENS.get(word, 0))
            if group % 100 and not (value < 10 and group % 100 >= 20 and group % 10 == 0):
                return None  # digits said one by one, as in a telephone number
            group += value
            seen = True
        elif word == "hundred":
            group = (group or 1) * 100
            seen = True
        elif word in _SCALES:
            total += (group or 1) * _SCALES[word]
            group, seen = 0, True
        elif word not in {"and", "a", ""}:
            return None
    return total + group if seen else None


def chinese_number(text: str) -> Number | None:
    """The value of a number in Chinese characters or digits, or None: 三百二 is 320, 二〇二四 is 2024."""
    if text.isascii():
        return _plain(text)
    whole, _, after = text.partition("点")
    if after:
        start = chinese_number(whole)
        digits = "".join(str(_CHINESE_DIGITS[character]) for character in after)
        return None if start is None else float(f"{int(start)}.{digits}")
    if len(whole) > 1 and all(character in _CHINESE_DIGITS for character in whole):
        return int("".join(str(_CHINESE_DIGITS[character]) for character in whole))
    return _chinese_scaled(whole)


def _chinese_scaled(whole: str) -> int | None:
    total = section = digit = 0
    last = 1
    for character in whole:
        if character in _CHINESE_DIGITS:
            digit = _CHINESE_DIGITS[character]
            last = 1 if digit == 0 else last
        elif character in _CHINESE_SCALES:
            last = _CHINESE_SCALES[character]
            section += (digit or 1) * last
            digit = 0
        elif character in _CHINESE_LARGE:
            last = _CHINESE_LARGE[character]
            total = (total + section + digit) * last
            section = digit = 0
        else:
            return None
    return total + section + digit * (last // 10 if last >= 100 else 1)


def _in_digits(text: str) -> Iterator[Found]:
    for match in _DIGITS.finditer(text):
        value = _plain(match["digits"])
        for scale in (match["short"], match["scale"]):
            if scale:
                value *= _SHORT.get(scale.lower(), _SCALES.get(scale.lower(), 1))
        value = _scaled(value, match["chinese"] or "")
        if (match["short"] or match["scale"]) and isinstance(value, float) and value.is_integer():
            value = int(value)
        yield _found("number", -value if match["sign"] else value, match)
    for match in _AFTER_CHINESE.finditer(text):  # 买3个: no space stands before the digits
        if (
            match.start()
            and "\u3400" <= text[match.start() - 1] <= "\u9fff"
            and text[match.start() - 1] != "第"
        ):
            following = text[match.end() : match.end() + 1]
            if not (following.isascii() and following.isalnum()):
                yield _found("number", _scaled(_plain(match["digits"]), match["chinese"]), match)


def _in_english(text: str) -> Iterator[Found]:
    for match in _ENGLISH.finditer(text):
        value = english_number(match[0])
        alone = match[0].lower() == "one" and _PRONOUN.search(text[: match.start()])
        if value is not None and not alone:
            yield _found("number", value, match)


def _in_chinese(text: str) -> Iterator[Found]:
    taken = [range(*match.span()) for match in _NO_NUMBER.finditer(text)]
    for match in _CHINESE.finditer(text):
        if any(match.start() in span or match.end() - 1 in span for span in taken):
            continue
        if text[: match.start()].endswith("第") or not _has_digit(match[0]):
            continue
        value = chinese_number(match[0])
        if value is not None:
            yield _found("number", value, match)


def _has_digit(text: str) -> bool:
    return any(character in _CHINESE_DIGITS for character in text) or text[0] in _CHINESE_SCALES


def _plain(digits: str) -> Number:
    cleaned = digits.replace(",", "").replace("，", "")
    return float(cleaned) if "." in cleaned else int(cleaned)


def _scaled(value: Number, chinese: str) -> Number:
    for character in chinese:
        value *= _CHINESE_SCALES.get(character, _CHINESE_LARGE.get(character, 1))
    return int(value) if isinstance(value, float) and value.is_integer() and chinese else value


def _whole(text: str, number: Found) -> Found:
    """The number with the words around it that change it: minus 5, 负五, three and a half."""
    value, start, end = number.value, number.start, number.end
    if value >= 0 and (half := _HALF.match(text, end)):
        value, end = value + 0.5, half.end()
    if value > 0 and (minus := _MINUS.search(text, 0, start)):
        value, start = -value, minus.start()
    if (start, end) == (number.start, number.end):
        return number
    info = {"type": "value", "value": value}
    return Found(entity="number", value=value, start=start, end=end, info=info)


def _found(entity: str, value: Number, match: re.Match[str]) -> Found:
    info = {"type": "value", "value": value}
    return Found(entity=entity, value=value, start=match.start(), end=match.end(), info=info)
