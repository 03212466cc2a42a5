"""Addresses that end in a postcode: read backwards from it, part by part, for as long as the parts are an address's."""

from __future__ import annotations

import re
from collections.abc import Iterator

_STATES = (
    "AL|AK|AZ|AR|CA|CO|CT|DC|DE|FL|GA|HI|IA|ID|IL|IN|KS|KY|LA|MA|MD|ME|MI|MN|MO|MS|MT|NC|ND|NE|NH|NJ|NM|NV|NY|OH|OK|OR|PA|PR|RI|SC|SD|TN|TX|UT|VA|VT|WA|WI|WV|WY|"
    "NSW|VIC|QLD|SA|TAS|ACT|NT|ON|QC|BC|AB|MB|SK|NS|NB|NL|PE"
)
_STATE_NAMES = (
    "California|Texas|Florida|New York|Illinois|Ohio|Georgia|Pennsylvania|Michigan|Virginia|Washington|Oregon|Colorado|Arizona|Massachusetts|Maharashtra|Karnataka|Kerala|"
    "Tamil Nadu|Telangana|Gujarat|Punjab|Haryana|Rajasthan|West Bengal|Uttar Pradesh|Madhya Pradesh|Andhra Pradesh|Bihar|Odisha|Goa|Delhi|Victoria|Queensland|Ontario|Quebec|Selangor|Johor|Gauteng"
)
_POSTCODE = re.compile(
    r"(?<![\w-])(?:(?P<sure>"
    r"[A-Za-z]{1,2}\d[A-Za-z\d]? ?\d[A-Za-z]{2}"  # United Kingdom
    r"|[A-Z]\d[A-Z] ?\d[A-Z]\d"  # Canada
    rf"|(?:{_STATES}|(?i:{_STATE_NAMES}))\.?,? {{1,2}}\d{{4,5}}(?:-\d{{4}})?)"  # United States, Australia
    rf"|(?:{_STATE_NAMES}),?[ -]{{1,3}}\d{{3}} ?\d{{3}}"
    r"|[A-Z][a-z]{2,} ?[-–]? ?[1-9]\d{2} ?\d{3}"  # India, Singapore
    r"|Dublin \d{1,2}|[A-Z]\d[\dW] ?[A-Z0-9]{4}"  # Ireland
    r"|[A-Z][a-z]+,? \d{4}"  # New Zealand, South Africa, Philippines
    r"|\d{5}(?:-\d{3,4})?(?: [A-Z][a-z]+){1,2}|\d{4} ?[A-Z]{2}(?: [A-Z][a-z]+)?"  # Malaysia, the Continent; the Netherlands
    r")(?![\w-])"
)
_UNITS = (
    "flat|apt|apartment|app|appt|unit|suite|ste|room|rm|floor|fl|level|lvl|lot|plot|block|blk|building|bldg|tower|house|hse|villa|studio|shop|office|door|gate|phase|sector|stage|cross|main|"
    "h.no|hno|no|nr|d.no|door|po|p.o|box|gpo|rr|rmb|rd|bay|site|penthouse|basement|ground|first|second|third|top|lower|upper"
)
_STREETS = (
    "street|st|road|rd|avenue|ave|av|lane|ln|drive|dr|court|ct|close|cl|way|place|pl|square|sq|terrace|tce|terr|crescent|cres|boulevard|blvd|parkway|pkwy|highway|hwy|gardens|gdns|grove|row|walk|"
    "mews|hill|park|quay|circle|cir|trail|trl|view|rise|parade|pde|wharf|green|concession|line|nagar|marg|colony|layout|enclave|vihar|chowk|bazaar|rue|jalan|lorong|taman|persiaran|route|chemin|cottage|farm|"
    "mill|barn|house|lodge|hall|manor|estate|residency|apartments|heights|mansions|villas|village|towers|plaza|centre|center|complex|court|crossing|bypass"
)
_UNIT = re.compile(rf"(?:{_UNITS})\.?", re.I)
_STREET = re.compile(rf"(?:{_STREETS})\.?", re.I)
_LINK = re.compile(
    r"(?:of|the|and|upon|on|de|la|le|les|des|du|del|di|da|do|van|von|der|den|am|an|under|by|in|near|opp|opposite|behind|off|cnr|corner|&|-|–)",
    re.I,
)
_CAPITAL = re.compile(r"[^\W\d_a-z][\w'’.&-]*")
_NUMBER = re.compile(r"#?\d[\w/.–-]*|[A-Za-z]-?\d[\w/-]*|[A-Za-z]")
_NOT_FIRST = frozenset(
    "i i'm im my it its it's we we're our the a an at to is are was from in of and please address addr send ship deliver hi hello hey dear home place here live lives moved new old but and or so on for no by hse "
    "billing shipping delivery pick collect come returns return post mail bill sent go goes going this that near us me you your".split()
)
_TOKEN = re.compile(r"[^\s,;()]+")
_PART = re.compile(r"\s*[,;\n]\s*")
_MOST = 7


def find_postal(text: str) -> Iterator[tuple[int, int]]:
    """(start, end) of the addresses in the text that end in a postcode."""
    for match in _POSTCODE.finditer(text):
        parts = _parts(text, match.start())
        while parts and not _exact(text[parts[0][0] : parts[0][1]]):
            parts.pop(0)
        if parts and (match["sure"] or any(_names_street(text[start:end]) for start, end in parts)):
            yield parts[0][0], match.end()


def _parts(text: str, place: int) -> list[tuple[int, int]]:
    """The parts of the address that has its postcode at `place`, the last of them right before it."""
    found: list[tuple[int, int]] = []
    ends = [(match.start(), match.end()) for match in _PART.finditer(text, 0, place)]
    begins = [0, *(end for _, end in ends)]
    for begin, end in reversed(
        list(zip(begins, [*(start for start, _ in ends), place], strict=True))[-_MOST:]
    ):
        kept = _begin(text[begin:end], last=not found)
        if kept is None and (found or text[begin:end].strip()):
            break
        if kept is not None:
            found.insert(0, (begin + kept, end))
        if kept:
            break
    return found


def _exact(part: str) -> bool:
    """Whether an address may begin so: with a number, a unit, or a house's name."""
    return bool(re.search(r"\d", part)) or _names_street(part)


def _names_street(part: str) -> bool:
    return any(_STREET.fullmatch(token[0]) or _UNIT.fullmatch(token[0]) for token in _TOKEN.finditer(part))


def _begin(piece: str, *, last: bool) -> int | None:
    """Where in the part its address begins; None if it has none. `last`: the part that the postcode ends."""
    tokens = list(_TOKEN.finditer(piece))
    lower = last or _names_street(piece)
    kept: list[re.Match[str]] = []
    for token in reversed(tokens):
        known = any(form.fullmatch(token[0]) for form in (_CAPITAL, _NUMBER, _UNIT, _STREET, _LINK))
        if not known and not (lower and token[0].isalpha() and len(kept) < 5):
            break
        if token[0][-1] in ":!?" or (token[0][-1] == "." and len(token[0]) > 5):
            break
        kept.insert(0, token)
    while kept and kept[0][0] != "The" and (kept[0][0].lower() in _NOT_FIRST or _LINK.fullmatch(kept[0][0])):
        kept.pop(0)
    return kept[0].start() if kept else None
