"""E-mail addresses, phone numbers, and links that carry a secret."""

from __future__ import annotations

import re
from collections.abc import Iterator

from encoders.text import HAN
from intents.transcripts.personal.named import named_kind
from intents.transcripts.personal.span import Span

_EMAIL = re.compile(
    r"[A-Za-z0-9._%+'-]*[A-Za-z0-9_%+-]@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}", re.A
)
_SPELLED = re.compile(
    r"\b[A-Za-z0-9._%+-]+(?: (?:dot|\(dot\)) [A-Za-z0-9_-]+)* ?(?:\(at\)|\[at\]|＠| at ) ?[A-Za-z0-9-]+(?: ?(?:\(dot\)|\[dot\]| dot |\.) ?[A-Za-z0-9-]+)* ?"
    r"(?:\(dot\)|\[dot\]| dot |\.) ?(?:com|org|net|co|uk|de|nl|fr|eu|io|ie|cn|edu|me|info|example)\b(?:\.uk\b|\.cn\b)?",
    re.I | re.A,
)  # fmt: skip
_SPELLED_OUT = re.compile(
    r"\b[A-Za-z0-9._%+-]+(?: (?:dot|underscore|dash|\(dot\)) [A-Za-z0-9_-]+)* ?(?:\(at\)|\[at\]| at ) ?[A-Za-z0-9-]+(?: ?(?:\(dot\)|\[dot\]| dot ) ?[A-Za-z0-9-]+)* ?(?:\(dot\)|\[dot\]| dot ) ?[A-Za-z]{2,6}\b",
    re.I | re.A,
)
_SPELLED_CN = re.compile(
    r"[A-Za-z0-9._%+-]+(?:\s*(?:点|下划线|杠|横杠|减号)\s*[A-Za-z0-9._%+-]+)*\s*(?:艾特|圈[aA]|at)\s*[A-Za-z0-9-]+(?:\s*点\s*[A-Za-z0-9-]+)+",
    re.A,
)
_MAY_MAIL = re.compile(r"@|at|＠|艾特|圈", re.I)
_URL = re.compile(
    r"(?:https?://|www\.)[^\s<>\"'，。！？；、（）()\u3400-\u9fff]+|"
    r"\b(?:[a-z0-9-]+\.)+[a-z]{2,}/[^\s<>\"'，。！？；、（）()\u3400-\u9fff]+", re.I | re.A
)  # fmt: skip
_SECRET = re.compile(
    r"[?&#;](?:[\w.-]*(?:token|key|sig|signature|secret|auth|session|sess|sid|jwt|code|otp|password|passwd|pwd|pass|reset|verify|"
    r"hash|tkn|tok|ticket|access|invite|login|magic|nonce|confirm|credential|lic|license|licence|uid|pin)[\w.-]*|[tksh])=[^&\s]{4,}|"
    r"/(?=[\w-]*\d)(?=[\w-]*[A-Za-z])[\w-]{16,}(?=[/?#]|$)|/(?=[0-9a-f]*\d[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{9,}(?=[/?#]|$)|/(?=[\w-]*\d)(?-i:(?=[\w-]*[A-Z])(?=[\w-]*[a-z]))[\w-]{7,}(?=[/?#]|$)|/(?=\w*\d\w*\d)(?-i:[A-Z0-9]{9,})(?=[/?#]|$)|[?&#](?:pin|p|c|v|r|e)=(?=[^&]*\d)[^&\s]{5,}|eyJ[\w-]{8,}|://[^/\s:@]+:[^/\s@]+@", re.I | re.A
)  # fmt: skip
_PHONE = re.compile(
    r"(?<![\w.,/#=-])(?<![€$£¥])(?:\+ ?|00)?\(?\d\)?(?:[ .()/\u2010-\u2013-]{0,2}\d){5,15}(?:\s?(?:ext\.?|x|转|分机) ?\d{1,5})?(?![\w])(?!-\d)",
    re.A,
)
_MOBILE_CN = re.compile(r"(?<!\d)(?:(?:86[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}|1 [3-9](?: \d){9})(?!\d)")
_HOTLINE = re.compile(
    r"(?<![A-Za-z\d.,-])(?:9[56]\d{3,4}|123\d{2}|100(?:86|10|00)|12[13]\d{2})(?![A-Za-z\d.,元块年月号-])"
)
_DATE = re.compile(
    r"\d{1,2}[./ -]\d{1,2}[./ -](?:19|20)\d\d|(?:19|20)\d\d[./ -]\d{1,2}[./ -]\d{1,2}|(?:19|20)\d{6}|\d{1,2}[-–]\d{1,2}[/.]\d{1,2}"
)
_LOCAL = re.compile(
    r"\(?\d{3}\)?[-. ]\d{3}[-. ]\d{4}|\(\d{3}\)\d{3}[-. ]\d{4}|\(0\)\d{1,4}[\d ]{6,12}"  # North America
    r"|\(?0\d{1,5}\)?[-. /]?\d{2,4}(?:[-. ]?\d{2,4}){1,3}"  # with a trunk 0
    r"|0\d{2,3}-?\d{7,8}(?:-\d{1,5})?|[48]00[- ]?\d{3,4}[- ]?\d{3,4}|1[3-9]\d[ -]?\d{4}[ -]?\d{4}"  # China
    r"|1[- .]\d{3}[- .]\d{3}[- .]\d{4}"
)


def find_contacts(text: str) -> Iterator[Span]:
    """E-mail addresses, phone numbers and links with a token in the text."""
    for pattern in (_EMAIL, _SPELLED, _SPELLED_OUT, _SPELLED_CN) if _MAY_MAIL.search(text) else ():
        for match in pattern.finditer(text):
            yield Span(match.start(), match.end(), "email", 97)
    for match in _URL.finditer(text):
        url = match[0].rstrip(".,;:!?)]}'\"")
        if _SECRET.search(url):
            yield Span(match.start(), match.start() + len(url), "url", 98)
    for match in _PHONE.finditer(text):
        yield from _phone(text, match)
    for match in _MOBILE_CN.finditer(text):
        if named_kind(text, match.start()) not in ("tracking_number", "id_number"):
            yield Span(match.start(), match.end(), "phone", 72)
    for match in _HOTLINE.finditer(text) if HAN.search(text) else ():
        if named_kind(text, match.start()) in (None, "phone"):
            yield Span(match.start(), match.end(), "phone", 61)


def _phone(text: str, match: re.Match[str]) -> Iterator[Span]:
    value = match[0].rstrip(" .(-/")
    number = re.split(r"\s?(?:ext|x|转|分机)", value)[0]
    count = sum(character.isdigit() for character in number)
    if _DATE.fullmatch(number) or re.fullmatch(r"(?:\d{1,3}\.){3}\d{1,3}", number) or not 7 <= count <= 15:
        return
    certainty = _certainty(number, named_kind(text, match.start()))
    if certainty:
        yield Span(match.start(), match.start() + len(value), "phone", certainty)


def _certainty(number: str, named: str | None) -> int:
    if number[0] == "+" or (number.startswith("00") and named in (None, "phone")):
        return 84 if _possible(number) else 40
    if named == "phone":
        return 71
    if named is None and _LOCAL.fullmatch(number):
        return 60
    return 0


def _possible(number: str) -> bool:
    """Whether the country's numbers can be this long (Google's libphonenumber)."""
    import phonenumbers

    try:
        return phonenumbers.is_possible_number(
            phonenumbers.parse("+" + re.sub(r"\D", "", number).lstrip("0"))
        )
    except phonenumbers.NumberParseException:
        return False
