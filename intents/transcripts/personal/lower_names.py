"""People's names in Latin letters that their writers did not capitalise."""

from __future__ import annotations

import re
from collections.abc import Iterator

from intents.transcripts.personal.known_names import (
    AMBIGUOUS,
    CAPITALISED,
    NO_NAME,
    common_given_names,
    given_names,
    surnames,
)
from intents.transcripts.personal.span import Span

_LOWER = re.compile(
    r"\b(?:my (?:full |first |last )?name(?: is|['’]s|s|:)|(?:first|last|full|family|given|maiden|middle) name(?: is|['’]s|:)?|sur ?name(?: is|['’]s|:)|(?<!the )name(?: is|['’]s|:)|i['’]?m called|call me|(?:under|in) the name(?: of)?|(?:card|account) ?holder(?: is|:)|surname(?: is|:)?)\s+"
    r"(?P<name>[^\W\d_][\w'’-]+(?: [^\W\d_][\w'’-]+){0,2})", re.I
)  # fmt: skip
_LOWER_SELF = re.compile(
    r"(?:\b(?:i['’]?m|i am|this is|it['’]?s|im|hi|hello|hey|thanks|thank you|cheers|thx|regards)[,.]? |phone, |\n|\bname,? )(?P<name>[^\W\d_]+(?: [^\W\d_][\w'’-]+)?)(?=\s*(?:[,.!?\n]|$|here\b|from\b|speaking\b|and\b|again\b|for\b))",
    re.I,
)

_ROLE = (
    "husband|wife|son|daughter|mother|father|mum|mom|dad|brother|sister|partner|boss|colleague|friend|girlfriend|boyfriend|fianc[eé]e?|agent|manager|driver|courier|"
    "nephew|niece|cousin|uncle|aunt|neighbou?r|flatmate|roommate|landlord|tenant|engineer|technician|plumber|nurse"
)
_LOWER_CUED = re.compile(
    rf"\b(?:ask(?:ed|ing)? for|(?:talk|spoke|speak|chat|deal|spoken|dealt|met|meet)(?:ting|ing|en)? (?:to|with)|named|called|told by|signed (?:for )?by|served by|helped by|"
    rf"(?:my|our|his|her|your|the) (?:\w+ )?(?:{_ROLE}),?|mr|thx|ta|cheers,?|love,?|dear|it was|names?) (?P<name>[a-z]{{3,}})(?: (?P<more>[a-z]{{3,}}))?\b(?![@/]|['’](?!s))"
)
_LOWER_SAID = re.compile(
    r"(?:^|[.,!?;] ?|\b(?:and|but|so|then|because|cause|cos|that|when|where|is|did|does|your|with|from|tell|ask|let) )(?P<name>[a-z]{3,})(?P<more>(?!))? "
    r"(?:from (?:sales|support|your|the|accounts|billing|customer|tech|returns|complaints|head|dispatch|service)|(?:told|promised|assured|called|emailed|texted|rang|phoned) (?:me|us|my|him|her)|said (?:he|she|i|it|you|that|the|they|we|my)|swore)\b"
)
_AFTER_NAME = frozenset("again here from speaking and for with calling".split())
_LOWER_SPEAKING = re.compile(
    r"\b(?:this is|it['’]?s|i['’]?m|hi|hello) (?P<name>[a-z]{2,}(?: [a-z]{2,})?) (?:here|speaking|from (?:unit|flat|apt|apartment|room|no|number|accounts|reception|next door|\d))\b",
    re.I,
)
_LOWER_SIGNED = re.compile(
    r"(?:regards|sincerely|cheers|best wishes|yours)\s*[,.!–—-]+\s*(?P<name>[a-z]{2,12}(?: [a-z]{2,12})?)\s*[.!]?\s*$",
    re.I,
)
_LOWER_KNOWN = re.compile(r"(?<![\w@./'’-])(?P<name>[a-z]{4,})(?: (?P<more>[a-z]{4,}))?(?![\w@/’-])(?!\.\w)")
_LOWER_TITLED = re.compile(r"\b(?:mr|mrs|ms|miss|mx|dr)\.? (?P<name>[a-z][a-z'-]{2,})\b")

_WORDS = AMBIGUOUS | NO_NAME
_SHORT = frozenset("sam jo joe max dan ben jon ed al mo tim bob ray ali kim lee".split())
_THANKS = re.compile(r"^(?:thx|thanks|thank you|cheers|regards)", re.I)


def find_lower_names(text: str) -> Iterator[Span]:
    """Names in lower case: after "my name is", "this is", a title, a greeting, and well-known given names anywhere."""
    for match in _LOWER.finditer(text):
        yield from _lower(match.start("name"), match["name"])
    for match in _LOWER_SELF.finditer(text):
        yield from _said(match)
    for pattern in (_LOWER_SPEAKING, _LOWER_SIGNED, _LOWER_TITLED):
        for match in pattern.finditer(text):
            if not set(match["name"].lower().split()) & NO_NAME:
                yield Span(match.start("name"), match.end("name"), "name", 51)
    for pattern in (_LOWER_CUED, _LOWER_SAID):
        for match in pattern.finditer(text):
            if match["name"] in given_names() and match["name"] not in _WORDS:
                more = match["more"] in surnames() and match["more"] not in _WORDS
                yield Span(match.start("name"), match.end("more" if more else "name"), "name", 50)
    for match in _LOWER_KNOWN.finditer(text):
        yield from _lower_known(match)


def _said(match: re.Match[str]) -> Iterator[Span]:
    """A given name after a greeting or "this is", with the surname if one follows."""
    first, _, second = match["name"].lower().partition(" ")
    start = match.start("name")
    if (
        first in CAPITALISED | _SHORT
        and not second
        and _THANKS.search(match[0])
        and not match.string[match.end() :].strip(" .!")
    ):
        yield Span(start, start + len(first), "name", 51)
        return
    if first not in given_names() or first in _WORDS:
        return
    if not second or second in _AFTER_NAME:
        yield Span(start, start + len(first), "name", 51)
    elif second in surnames() and second not in _WORDS:
        yield Span(start, match.end("name"), "name", 51)


def _lower_known(match: re.Match[str]) -> Iterator[Span]:
    """A given name without its capital, with the surname if one follows."""
    for place in ("name", "more"):
        if match[place] and match[place] in common_given_names() and match[place] not in _WORDS:
            whole = (
                place == "name"
                and match["more"]
                and match["more"] in surnames()
                and match["more"] not in _WORDS
            )
            yield Span(match.start(place), match.end("more" if whole else place), "name", 48)
            return


def _lower(start: int, name: str) -> Iterator[Span]:
    """A name that its owner writes in lower case: the words until one that is no name."""
    end = 0
    for match in re.finditer(r"\S+", name):
        if match[0].lower().strip("'’") in NO_NAME or (end and len(match[0]) < 2):
            break
        end = match.end()
    if end:
        possessive = re.search(r"['’]s$", name[:end])
        yield Span(start, start + end - (2 if possessive else 0), "name", 52)
