"""Numbers with a check digit or a form of their own: cards, IBANs, identity numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator

from intents.transcripts.personal.named import named_kind
from intents.transcripts.personal.span import Span

_DIGITS = re.compile(r"\d")
_CARD = re.compile(r"(?<![\w-])(?<!\d[. ])\d{4}(?:[ -]?\d){8,15}(?![\w-])", re.A)
_CARD_HAN = re.compile(r"(?<![A-Za-z\d])\d{12,19}(?![A-Za-z\d])", re.A)
_IBAN = re.compile(r"(?<![A-Za-z\d])[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]){11,30}(?![A-Za-z\d])", re.I)
_CHINESE_ID = re.compile(
    r"(?<![A-Za-z\d])[1-8]\d{5}[ -]?(?:18|19|20)\d{2}[ -]?\d{4}[ -]?\d{3}[\dXx](?![A-Za-z\d])", re.A
)
_SOCIAL_SECURITY = re.compile(r"(?<![\w-])(?!000|666|9)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\w-])")
_NATIONAL_INSURANCE = re.compile(
    r"(?<!\w)(?![DFIQUV])[A-Z](?![DFIQUVO])[A-Z] ?\d{2} ?\d{2} ?\d{2} ?[A-D](?!\w)", re.I | re.A
)
_DOCUMENT = re.compile(
    r"(?<![A-Za-z\d])(?=[A-Za-z\d -]{0,24}\d{4}|[A-Za-z\d]{0,10}(?:\d[ -]?){5})[A-Za-z\d](?:[ -]?[A-Za-z\d]){5,19}(?![A-Za-z\d])",
    re.A,
)
_TAIL = re.compile(r"[ -][A-Za-z]+$")


def find_numbers(text: str) -> Iterator[Span]:
    """Cards, IBANs and identity numbers in the text."""
    yield from _cards(text)
    yield from _ibans(text)
    yield from _identity(text)


def luhn(value: str) -> bool:
    """Whether the digits in `value` carry a correct check digit (ISO/IEC 7812-1), as card numbers do."""
    digits = [int(digit) for digit in _DIGITS.findall(value)]
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[-2::-2]]
    return len(digits) > 11 and (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def _cards(text: str) -> Iterator[Span]:
    for pattern in (_CARD, _CARD_HAN):
        for match in pattern.finditer(text):
            named = named_kind(text, match.start())
            if luhn(match[0]) and match[0][0] in "23456" and named in (None, "card"):
                yield Span(match.start(), match.end(), "card", 88)
            elif named == "card" and 13 <= len(_DIGITS.findall(match[0])) <= 19:
                yield Span(match.start(), match.end(), "card", 74)


def _ibans(text: str) -> Iterator[Span]:
    from stdnum import iban

    for match in _IBAN.finditer(text):
        value = match[0]
        while len(value) > 14:
            if iban.is_valid(value):
                yield Span(match.start(), match.start() + len(value), "iban", 95)
                break
            shorter = _TAIL.sub("", value)
            if shorter == value:
                if named_kind(text, match.start()) == "iban" and len(_DIGITS.findall(value)) > 7:
                    yield Span(match.start(), match.start() + len(value), "iban", 75)
                break
            value = shorter


def _identity(text: str) -> Iterator[Span]:
    from stdnum.cn import ric

    for match in _CHINESE_ID.finditer(text):
        plain = re.sub(r"[ -]", "", match[0]).upper()
        if ric.calc_check_digit(plain[:-1]) == plain[-1]:
            yield Span(match.start(), match.end(), "id_number", 93)
        elif named_kind(text, match.start()) == "id_number" or _is_date(plain[6:14]):
            yield Span(match.start(), match.end(), "id_number", 87)
    for pattern in (_SOCIAL_SECURITY, _NATIONAL_INSURANCE):
        for match in pattern.finditer(text):
            if named_kind(text, match.start()) in (None, "id_number"):
                yield Span(match.start(), match.end(), "id_number", 76)
    for match in _DOCUMENT.finditer(text):
        yield from _document(text, match)


def _document(text: str, match: re.Match[str]) -> Iterator[Span]:
    """A passport, licence or the like, where the words before it say so."""
    value = match[0]
    while (shorter := _TAIL.sub("", value)) != value:  # "E12345678 and" is a number and a word
        value = shorter
    start = match.start()
    while lead := re.match(r"[A-Za-z]+[ -](?=[A-Za-z]*[ -]?\d|[A-Za-z]+ )", value):
        if len(lead[0]) <= 3 and lead[0].isupper():
            break
        start, value = start + len(lead[0]), value[len(lead[0]) :]
    if len(_DIGITS.findall(value)) > 3 and named_kind(text, start) == "id_number":
        yield Span(start, start + len(value), "id_number", 73)


def _is_date(digits: str) -> bool:
    return 1900 < int(digits[:4]) < 2030 and 0 < int(digits[4:6]) < 13 and 0 < int(digits[6:]) < 32
