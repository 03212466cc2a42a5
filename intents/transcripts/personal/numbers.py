"""Numbers with a check digit or a form of their own: cards, IBANs, identity numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator

from intents.transcripts.personal.named import named_after, named_kind
from intents.transcripts.personal.span import Span

_DIGITS = re.compile(r"\d")
_CARD = re.compile(r"(?<![A-Za-z\d-])(?<!\d[. ])[2-69]\d{3}(?:[ .-]?\d){8,15}(?![A-Za-z\d-]|[ ]\d)", re.A)
_IBAN = re.compile(r"(?<![A-Za-z\d])[A-Z]{2}\d{2}(?=(?:[ -]?[A-Z0-9]){11})", re.I | re.A)
_IBAN_REST = re.compile(r"(?:[ -]?[A-Z0-9]){11,30}", re.I | re.A)
_LENGTHS = dict(
    AT=20, BE=16, BG=22, CH=21, CY=28, CZ=24, DE=22, DK=18, EE=20, ES=24, FI=18, FR=27, GB=22, GR=27, HR=21, HU=28, IE=22, IT=27,
    LT=20, LU=20, LV=21, MT=31, NL=18, NO=15, PL=28, PT=25, RO=24, SE=24, SI=19, SK=24, TR=26, AE=23, SA=24,
)  # fmt: skip
_CHINESE_ID = re.compile(
    r"(?<![A-Za-z\d])[1-8]\d{5}[ -]?(?:18|19|20)\d{2}[ -]?\d{4}[ -]?\d{3}[\dXx](?![A-Za-z\d])", re.A
)
_FORMS = (
    re.compile(r"(?<![\w-])(?!000|666|9)\d{3}[- ](?!00)\d{2}[- ](?!0000)\d{4}(?![\w-])"),  # United States
    re.compile(
        r"(?<!\w)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z](?: ?\d{2}){3} ?[A-D](?!\w)", re.I | re.A
    ),  # United Kingdom
    re.compile(r"(?<!\w)[A-Z]{2} \d{2} \d{2} \d{2} [A-D](?!\w)"),
    re.compile(r"(?<!\w)[A-Z]{6}\d{2}[A-EHLMPRST]\d{2}[A-Z]\d{3}[A-Z](?!\w)", re.I | re.A),  # Italy
    re.compile(
        r"(?<![A-Za-z\d])(?:XYZ|[XYZ])?\d{7,8}-?[TRWAGMYFPDXBNJZSQVHLCKE](?![A-Za-z\d])", re.A
    ),  # Spain
    re.compile(r"(?<![\w-])(?:19|20)?\d{6}[-+]\d{4}(?![\w-])"),  # Sweden, Denmark
    re.compile(
        r"(?<![A-Za-z\d])[A-Z9]{5}\d{6}[A-Z9]{2}\d[A-Z]{2}(?:\d\d)?(?![A-Za-z\d])", re.A
    ),  # driving licences of the United Kingdom
    re.compile(r"(?<![A-Za-z\d])[A-Z]{3}[ABCFGHLJPT][A-Z]\d{4}[A-Z](?![A-Za-z\d])", re.A),  # India
    re.compile(r"(?<![A-Za-z\d])[STFGM]\d{7}[A-Z](?![A-Za-z\d])", re.A),  # Singapore
    re.compile(r"(?<![A-Za-z\d])[A-Z]{4}\d{6}[HM][A-Z]{5}[A-Z\d]\d(?![A-Za-z\d])", re.A),  # Mexico
    re.compile(r"(?<![\w-])\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])-[1-4]\d{6}(?![\w-])", re.A),  # Korea
    re.compile(r"(?<![A-Za-z\d])[A-Z]{1,2}\d{6} ?[(（][\dA][)）]", re.A),  # Hong Kong
    re.compile(r"(?<![A-Za-z\d])[A-Z][12]\d{8}(?![A-Za-z\d])", re.A),  # Taiwan
    re.compile(r"[\u4e00-\u9fff]字第\d{4,10}号"),  # officers of China's army
    re.compile(r"(?<![\w-])\d{3}\.\d{3}\.\d{3}-\d{2}(?![\w-])"),  # Brazil
)
_DOCUMENT = re.compile(
    r"(?<![A-Za-z\d])(?=[A-Za-z\d]{0,8}\d)[A-Za-z\d]{1,20}(?:[ .-]?(?=[A-Za-z]{0,3}\d)[A-Za-z\d]{1,12})*(?:[ -][A-Z](?![A-Za-z]))?(?![A-Za-z\d])",
    re.A,
)


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
    for match in _CARD.finditer(text):
        if not 13 <= len(_DIGITS.findall(match[0])) <= 19 or not luhn(match[0]):
            continue
        named = named_kind(text, match.start())
        if named in ("order_number", "tracking_number", "id_number") and not re.search(r"[ -]", match[0]):
            continue
        yield Span(match.start(), match.end(), "card", 89)


def _ibans(text: str) -> Iterator[Span]:
    """IBANs by their check digits, whatever their length; with a wrong one only where the text says IBAN."""
    from stdnum import iban

    for match in _IBAN.finditer(text):
        rest = _IBAN_REST.match(text, match.end())
        ends = (
            []
            if rest is None
            else [place + 1 for place in range(match.end() + 10, rest.end()) if _ends_word(text, place)]
        )
        valid = next((end for end in reversed(ends) if iban.is_valid(text[match.start() : end])), None)
        if valid is not None:
            yield Span(match.start(), valid, "iban", 95)
        elif (end := _national(text, match, ends)) is not None:
            yield Span(match.start(), end, "iban", 74)
        elif named_kind(text, match.start()) == "iban":
            words = re.match(r"[A-Z]{2}\d{2}(?:[ -]?(?=[A-Z]{0,4}\d)[A-Z0-9]+)+", text[match.start() :], re.A)
            if words and len(_DIGITS.findall(words[0])) > 7:
                yield Span(match.start(), match.start() + words.end(), "iban", 75)


def _national(text: str, match: re.Match[str], ends: list[int]) -> int | None:
    """Where an IBAN with a mistake in it ends: one with as many characters as the country's have."""
    length = _LENGTHS.get(match[0][:2].upper())
    plain = ((end, re.sub(r"[ -]", "", text[match.start() : end])) for end in ends)
    return next(
        (end for end, value in plain if len(value) == length and len(_DIGITS.findall(value)) > 9), None
    )


def _ends_word(text: str, place: int) -> bool:
    return text[place].isalnum() and not (
        text[place + 1 : place + 2].isascii() and text[place + 1 : place + 2].isalnum()
    )


def _identity(text: str) -> Iterator[Span]:
    from stdnum.cn import ric

    for match in _CHINESE_ID.finditer(text):
        plain = re.sub(r"[ -]", "", match[0]).upper()
        if ric.calc_check_digit(plain[:-1]) == plain[-1] and _is_date(plain[6:14]):
            yield Span(match.start(), match.end(), "id_number", 93)
        elif named_kind(text, match.start()) == "id_number" or _is_date(plain[6:14]):
            yield Span(match.start(), match.end(), "id_number", 87)
    for form in _FORMS:
        for match in form.finditer(text):
            if named_kind(text, match.start()) in (None, "id_number", "card"):
                yield Span(match.start(), match.end(), "id_number", 76)
    for match in _DOCUMENT.finditer(text):
        if len(_DIGITS.findall(match[0])) > 3 and 6 <= sum(map(str.isalnum, match[0])) <= 20:
            yield from _document(text, match)


def _document(text: str, match: re.Match[str]) -> Iterator[Span]:
    """A passport, licence or the like, where the words around it say so."""
    if re.fullmatch(r"(?:19|20)\d\d(?:[./ -]\d{1,2}){0,2}|\d{1,2}[./-]\d{1,2}[./-]\d{2,4}", match[0]):
        return
    if "id_number" in (named_kind(text, match.start()), named_after(text, match.end())):
        yield Span(match.start(), match.end(), "id_number", 73)


def _is_date(digits: str) -> bool:
    return 1900 < int(digits[:4]) < 2030 and 0 < int(digits[4:6]) < 13 and 0 < int(digits[6:]) < 32
