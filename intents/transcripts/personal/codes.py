"""What companies number: orders, cases and parcels; and the plates of cars."""

from __future__ import annotations

import re
from collections.abc import Iterator

from intents.transcripts.personal.named import named_kind
from intents.transcripts.personal.span import Span

_ORDER_FORM = re.compile(
    r"(?<![A-Za-z0-9])(?:WB|ORD|ORDER|INV|RMA|TKT|PO|SO|CS|CASE|TICKET|REF|RET|RT|BK|TXN|DD|GD)[-_#]?\d{4,14}(?![A-Za-z0-9])"
    r"|(?<![A-Za-z0-9])[A-Z]{2,4}-\d{2,8}(?:-\d{3,8})+(?![A-Za-z0-9])"
    r"|(?<![A-Za-z0-9])\d{3}-\d{7}-\d{7}(?![A-Za-z0-9])",  # Amazon
    re.I,
)
_TRACKING_FORM = re.compile(
    r"(?<![A-Za-z0-9])(?:1Z ?(?:[A-Z0-9] ?){16}|SF\d{12,15}|YT\d{13,16}|JD[A-Z]{0,3}\d{10,18}|JT\d{13}|"
    r"ZTO?\d{10,14}|STO?\d{12,13}|YD\d{13,15}|DPK?\d{9,14}|TBA\d{12}|JJD\d{12,20}|JVGL\d{10,20}|3S[A-Z0-9]{9,15}|"
    r"[A-Z]{2} ?\d{3} ?\d{3} ?\d{3} ?[A-Z]{2}|H[A-Z0-9]{2}\d{10,16}|LP\d{14}|0034\d{16}|9[2-5]\d{20})(?![A-Za-z0-9])",
    re.I,
)  # fmt: skip
_CODE = re.compile(
    r"(?<![A-Za-z0-9@./_-])#?[A-Za-z0-9](?:[A-Za-z0-9]|[-_/](?=[A-Za-z0-9])){3,39}(?![A-Za-z0-9@_]|[./-][A-Za-z0-9])"
)
_GROUPS = re.compile(
    r"(?<![A-Za-z0-9])(?=[A-Z0-9 ]*\d{2})[A-Z]{0,4}\d{2,6}(?: [A-Z0-9]{2,6}){1,7}(?![A-Za-z0-9])"
)
_HASH = re.compile(r"(?<![\w&#])#\d{4,14}(?!\w)")
_DATE = re.compile(r"(?:19|20)\d\d[-/]\d{1,2}[-/]\d{1,2}|\d{1,2}[-/]\d{1,2}[-/](?:19|20)?\d\d|(?:19|20)\d\d")

_PLATE_CN = re.compile(
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使][A-HJ-NP-Za-hj-np-z][ ·•.・-]?[A-HJ-NP-Za-hj-np-z0-9]{4,5}[A-HJ-NP-Za-hj-np-z0-9挂学警港澳](?![A-Za-z0-9])"
)
_PLATE = re.compile(
    r"(?<![A-Za-z0-9-])(?:[A-Z]{2}\d{2} ?[A-Z]{3}|[A-ZÄÖÜ]{1,3}-[A-Z]{1,2} ?\d{1,4}[EH]?|[A-Z]{2}-\d{3}-[A-Z]{2})(?![A-Za-z0-9-])"
)
_PLATE_NAMED = re.compile(
    r"(?<![A-Za-z0-9-])(?=[A-Za-z0-9 -]{0,9}\d)(?=[A-Za-z0-9 -]{0,9}[A-Za-z])[A-Za-z0-9]{1,7}(?:[ -][A-Za-z0-9]{1,5}){0,3}(?![A-Za-z0-9-])"
)


def find_codes(text: str) -> Iterator[Span]:
    """Order, case and tracking numbers and number plates in the text."""
    for match in _TRACKING_FORM.finditer(text):
        if sum(map(str.isdigit, match[0])) > 5 and named_kind(text, match.start()) != "none":
            yield Span(match.start(), match.end(), "tracking_number", 86)
    for match in _ORDER_FORM.finditer(text):
        named = named_kind(text, match.start())
        if named != "none":
            yield Span(match.start(), match.end(), "order_number", 85 if named != "tracking_number" else 66)
    for pattern in (_CODE, _GROUPS):
        for match in pattern.finditer(text):
            yield from _named_code(text, match)
    for match in _HASH.finditer(text):
        if named_kind(text, match.start()) != "none":
            yield Span(match.start(), match.end(), "order_number", 62)
    yield from _plates(text)


def _named_code(text: str, match: re.Match[str]) -> Iterator[Span]:
    """A code that the words before it call an order's or a parcel's."""
    value = match[0]
    digits = sum(map(str.isdigit, value))
    if digits < 4 or _DATE.fullmatch(value):
        return
    named = named_kind(text, match.start())
    if named in ("order_number", "tracking_number"):
        certainty = 70 if digits > 5 or not value.isdigit() else 64
        yield Span(match.start(), match.end(), named, certainty)
    elif named is None and digits >= 15 and "-" not in value:
        yield Span(match.start(), match.end(), "order_number", 50)


def _plates(text: str) -> Iterator[Span]:
    for match in _PLATE_CN.finditer(text):
        if any(map(str.isdigit, match[0])):
            yield Span(match.start(), match.end(), "plate", 92)
    for match in _PLATE.finditer(text):
        named = named_kind(text, match.start())
        if named in (None, "plate"):
            yield Span(match.start(), match.end(), "plate", 80 if named else 55)
    for match in _PLATE_NAMED.finditer(text):
        if named_kind(text, match.start()) == "plate":
            yield from _plate_words(text, match)


def _plate_words(text: str, match: re.Match[str]) -> Iterator[Span]:
    """The part of the match that is in capitals or holds digits: the rest are words around the plate."""
    parts = list(re.finditer(r"[A-Za-z0-9]+", match[0]))
    good = [part for part in parts if part[0].isupper() or any(map(str.isdigit, part[0]))]
    if good and any(map(str.isdigit, "".join(part[0] for part in good))):
        start, end = match.start() + good[0].start(), match.start() + good[-1].end()
        if 4 <= sum(map(str.isalnum, text[start:end])) <= 8:
            yield Span(start, end, "plate", 72)
