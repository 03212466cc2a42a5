"""What companies number: orders, cases and parcels; and the plates of cars."""

from __future__ import annotations

import re
from collections.abc import Iterator

from intents.transcripts.personal.named import is_beside, named_after, named_kind
from intents.transcripts.personal.span import Span

_ORDER_FORM = re.compile(
    r"(?<![A-Za-z0-9-])(?:[A-Z]{1,4}-\d{2,8}(?:-[A-Z0-9]{1,8})+"
    r"|(?:WB|ORD|ORDER|INV|RMA|TKT|PO|SO|CS|CASE|TICKET|REF|RET|RT|BK|TXN|INC|SR|RFQ|PCN|HT|LN|EVT|CLM|POL|QT|BKG|RES)[-_# ]?\d{4,14}"
    r"|[A-Z]{1,3}-\d{5,12}|[A-Z]{2,4}\d{3,8}-\d{2,6}"
    r"|\d{3}-\d{7}-\d{7})(?![A-Za-z0-9]|-[A-Za-z0-9])",  # the last: Amazon
    re.I,
)
_TRACKING_FORM = re.compile(
    r"(?<![A-Za-z0-9])(?:1Z ?(?:[A-Z0-9] ?){16}|SF ?\d{12,15}|YT\d{13,16}|JD[A-Z]{0,3}\d{10,18}|JT\d{13}|"
    r"ZTO?\d{10,14}|STO?\d{12,13}|YD\d{13,15}|EMS ?\d{13}|DP[KL]?\d{7,14}|TBA\d{12}|JJD\d{12,20}|JVGL\d{10,20}|3S[A-Z0-9]{9,15}|"
    r"[A-Z]{2} ?\d{3} ?\d{3} ?\d{3} ?[A-Z]{2}|H[A-Z0-9]{2}\d{2}[A-Z]?\d{8,14}|H\d{4}[A-Z]\d{8,12}|LP\d{14}|0034\d{16}|9[1-5]\d{18,20})(?![A-Za-z0-9])",
    re.I,
)  # fmt: skip
_CODE = re.compile(
    r"(?<![A-Za-z0-9@./_-])(?:[A-Z]{2,4} (?=\d{4}))?[A-Za-z0-9](?:[A-Za-z0-9]|[-_/](?=[A-Za-z0-9])){3,39}(?![A-Za-z0-9@_]|[./-][A-Za-z0-9])"
)
_GROUPS = re.compile(
    r"(?<![A-Za-z0-9])(?=[A-Z0-9 ]*\d{2})(?:[A-Z]{1,4} ?)?\d{2,6}(?: [A-Z0-9]{2,6}){1,7}(?![A-Za-z0-9])"
)
_HASH = re.compile(r"(?<![\w&#])#(?P<code>\d{4,14})(?!\w)")
_DATE = re.compile(r"(?:19|20)\d\d[-/]\d{1,2}[-/]\d{1,2}|\d{1,2}[-/]\d{1,2}[-/](?:19|20)?\d\d|(?:19|20)\d\d")
_RANGE = re.compile(r"\d{1,4}[-/]\d{1,4}")
_AMOUNT = re.compile(
    r"(?:[$€£¥₹]|(?:扣|付|收|退|花|充|凑|满|减|共|总|价格?|金额)(?:了|到|费|款|计)?|\b(?:paid|cost|costs|charged|total|amount|balance|of|worth|eur|usd|gbp|rs\.?))\s*$",
    re.I,
)
_CARD_LIKE = re.compile(r"\d{4}(?: \d{4}){3}")

_PLATE_CN = re.compile(
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使][A-HJ-NP-Za-hj-np-z][ ·•.・-]?(?:[A-HJ-NP-Za-hj-np-z0-9]{4,5}[A-HJ-NP-Za-hj-np-z0-9]|[A-HJ-NP-Za-hj-np-z0-9]{3,5}[挂学警港澳临领使超试])(?![A-Za-z0-9])"
)
_PLATE = re.compile(
    r"(?<![A-Za-z0-9-])(?:[A-Z]{2}\d{2} ?[A-Z]{3}|[A-ZÄÖÜ]{1,3}-[A-Z]{1,2} ?\d{1,4}[EH]?|[A-Z]{2}[- ]\d{3}[- ][A-Z]{2}|[A-Z]{2}-\d{3}-[A-Z]|\d{1,2}-[A-Z]{2,3}-\d{1,3}|"
    r"[A-Z]{1,2}-\d{2,3}-[A-Z]{1,2}|[A-Z]{2}-[A-Z]{2}-\d{2}|\d{2}-\d{2}-[A-Z]{2}|\d{3}-[A-Z]-\d{4,5}|\d{4} ?[A-Z]{3}|\d{2,3}-[A-Z]{1,2}-\d{1,6}|[A-Z]{2}[ -]?\d{2}[ -]?[A-Z]{1,2}[ -]?\d{4}|\d{4}[ -][BCDFGHJKLMNPRSTVWXYZ]{3}|[A-Z]\d{1,3} [A-Z]{3}|\d[A-Z]{3}\d{3}|[A-Z]{3} \d{1,3}[A-Z]|\d-[A-Z]{3}-\d{3}|[A-Z]{2}-\d{2}-[A-Z]{2}|[A-Z]{2} ?\d{3} ?[A-Z]{2}|[A-Z]{2} [A-Z]\d-\d{2}[A-Z])(?![A-Za-z0-9-])"
)
_PLATE_NAMED = re.compile(
    r"(?<![A-Za-z0-9-])(?=[A-Z0-9 -]{0,9}\d)(?=[A-Z0-9 -]{0,9}[A-Z])[A-Z0-9]{1,8}(?:[ ·-][A-Z0-9]{1,5}){0,3}(?![A-Za-z0-9-])"
)
_PLATE_LOWER = re.compile(
    r"(?<![a-z0-9-])(?:[a-z]{2}\d{2} ?[a-z]{3}|[a-z]{1,3}-\d{2,4}-?[a-z]{0,3}|\d{1,2}-[a-z]{2,3}-\d{1,3}|[a-z]\d{1,3} ?[a-z]{3})(?![a-z0-9-])"
)
_PLATE_UK_LOWER = re.compile(
    r"(?<![\w-])(?!in|at|on|of|to|my|is|by|no|or|as|we|up|so|me|go|am|pm|an|be|do|he|if|it|us)[a-hj-pr-y]{2}(?:0[1-9]|[1-9]\d) (?!and|the|for|are|pcs|now|but|was|has|not|off|per|day|min|hrs|mon|tue|wed|thu|fri|sat|sun|in|eur|gbp|usd)[a-z]{3}(?![\w-])"
)


def find_codes(text: str) -> Iterator[Span]:
    """Order, case and tracking numbers and number plates in the text."""
    for match in _TRACKING_FORM.finditer(text):
        if sum(map(str.isdigit, match[0])) > 5 and named_kind(text, match.start()) != "none":
            yield Span(match.start(), match.end(), "tracking_number", 86)
    for match in _ORDER_FORM.finditer(text):
        if named_kind(text, match.start()) not in ("none", "tracking_number", "plate", "id_number"):
            yield Span(match.start(), match.end(), "order_number", 68)
    for pattern in (_CODE, _GROUPS):
        for match in pattern.finditer(text):
            yield from _named_code(text, match)
    for match in _HASH.finditer(text):
        if named_kind(text, match.start()) != "none":
            yield Span(match.start("code"), match.end("code"), "order_number", 62)
    yield from _plates(text)


def _named_code(text: str, match: re.Match[str]) -> Iterator[Span]:
    """A code that the words around it call an order's or a parcel's."""
    value = match[0]
    digits = sum(map(str.isdigit, value))
    if not digits or _DATE.fullmatch(value) or _CARD_LIKE.fullmatch(value):
        return
    if digits < 6 and value.isdigit() and _AMOUNT.search(text[max(0, match.start() - 12) : match.start()]):
        return
    if _RANGE.fullmatch(value) and not is_beside(text, match.start(), "order_number"):
        return
    before, after = named_kind(text, match.start()), named_after(text, match.end())
    if after == "tracking_number" and digits > 7 and before in (None, "order_number", "tracking_number"):
        yield Span(match.start(), match.end(), after, 72)
    elif before in ("order_number", "tracking_number"):
        if digits > 3 or (
            is_beside(text, match.start(), before) and value.upper() == value and len(value) > 4
        ):
            yield Span(match.start(), match.end(), before, 70 if digits > 5 or not value.isdigit() else 64)
    elif before is None and after == "order_number" and digits > 3:
        yield Span(match.start(), match.end(), after, 63)


def _plates(text: str) -> Iterator[Span]:
    for match in _PLATE_CN.finditer(text):
        if any(map(str.isdigit, match[0])):
            yield Span(match.start(), match.end(), "plate", 92)
    for match in _PLATE.finditer(text):
        named = "plate" if named_after(text, match.end()) == "plate" else named_kind(text, match.start())
        if named not in ("none", "tracking_number", "card", "iban"):
            yield Span(match.start(), match.end(), "plate", 80 if named == "plate" else 66)
    for match in _PLATE_NAMED.finditer(text):
        if named_kind(text, match.start()) == "plate" and 4 <= sum(map(str.isalnum, match[0])) <= 9:
            yield Span(match.start(), match.end(), "plate", 74)
    yield from _lower_plates(text)


def _lower_plates(text: str) -> Iterator[Span]:
    for match in _PLATE_LOWER.finditer(text):
        if named_kind(text, match.start()) == "plate" and any(map(str.isdigit, match[0])):
            yield Span(match.start(), match.end(), "plate", 73)
    for match in _PLATE_UK_LOWER.finditer(text):
        if named_kind(text, match.start()) in (None, "plate"):
            yield Span(match.start(), match.end(), "plate", 61)
