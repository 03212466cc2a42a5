"""Personal data out of conversations, before anything of them becomes training data.

A value is replaced by a typed placeholder, the same one wherever it stands in the conversation: the first
e-mail address is `{email}`, a second one `{email_2}`. First and last name stand for the same person. Braces
that customers write themselves become parentheses, so that what stands in braces is always ours.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from encoders.text import HAN
from intents.transcripts.conversation import Conversation
from intents.transcripts.personal.detect import find_personal_data
from intents.transcripts.personal.span import Span, without_overlaps

PLACEHOLDER = re.compile(r"\{([a-z]+(?:_[a-z]+)*?)(?:_(\d+))?\}")
"""A placeholder as it stands in a text: its type, and its number from the second on."""

_OWN_BEFORE = re.compile(
    r"(?:\b(?:this is|i['’]?m|i am|my name(?: is|['’]s)|regards,?|it['’]s)|我是|我叫|这里是|客服|专员|工号)\s*$",
    re.I,
)
_OWN_AFTER = re.compile(r"\s*(?:(?:here|speaking)\b|为您|在哦|在呢|很高兴)", re.I)
_TITLE = re.compile(
    r"(?:先生|女士|小姐|太太|老师|经理|师傅|同学|主管|医生|阿姨|叔叔|主任|店长|总监|老板|律师|教授|夫人|大哥|大姐)$"
)


@dataclass(slots=True)
class _Person:
    kind: str
    number: int
    parts: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Redaction:
    """The placeholders of one conversation, and how often each type was put in."""

    counts: Counter[str] = field(default_factory=Counter)
    _people: list[_Person] = field(default_factory=list)
    _spans: dict[str, list[Span]] = field(default_factory=dict)
    _values: dict[tuple[str, str], str] = field(default_factory=dict)

    def learn_names(self, text: str, *, agent: bool = False) -> None:
        """Remember the people who are named, and the agent who says their own name; `apply` then finds them
        wherever they are named."""
        for span in self._found(_own_braces(text)):
            if span.kind == "name":
                own = agent and _is_own(text, span)
                self._person(text[span.start : span.end], "agent_name" if own else "name")

    def apply(self, text: str) -> str:
        """The text with its personal data replaced."""
        text = _own_braces(text)
        parts: list[str] = []
        position = 0
        for span in without_overlaps([*self._found(text), *self._named_again(text)]):
            parts += text[position : span.start], self._placeholder(span.kind, text[span.start : span.end])
            position = span.end
        return "".join((*parts, text[position:]))

    def _found(self, text: str) -> list[Span]:
        """The text's spans; those that were learned from are not looked for twice."""
        if text not in self._spans:
            self._spans[text] = find_personal_data(text)
        return self._spans[text]

    def _named_again(self, text: str) -> Iterator[Span]:
        for person in self._people:
            for part in person.parts:
                if len(part) < (2 if HAN.match(part) else 3):
                    continue
                edge = "" if HAN.match(part) else r"\b"
                for match in re.finditer(f"{edge}{re.escape(part)}{edge}", text):
                    yield Span(match.start(), match.end(), "name", 45)

    def _placeholder(self, kind: str, value: str) -> str:
        if kind == "name":
            person = self._person(value, "name")
            self.counts[person.kind] += 1
            return _numbered(person.kind, person.number)
        self.counts[kind] += 1
        key = (kind, re.sub(r"[\s().-]", "", value).lower())
        if key not in self._values:
            number = sum(known == kind for known, _ in self._values) + 1
            self._values[key] = _numbered(kind, number)
        return self._values[key]

    def _person(self, name: str, kind: str) -> _Person:
        """Who is meant: somebody with a part of this name, or somebody new."""
        parts = _name_parts(name)
        for person in self._people:
            if any(_same(one, other) for one in parts for other in person.parts):
                person.parts |= parts
                return person
        number = sum(person.kind == kind for person in self._people) + 1
        self._people.append(_Person(kind, number, parts))
        return self._people[-1]


def redact(conversation: Conversation) -> tuple[Conversation, Mapping[str, int]]:
    """The conversation with typed placeholders for personal data, and how many of each type."""
    redaction = Redaction()
    for turn in conversation.turns:
        redaction.learn_names(turn.text, agent=turn.speaker == "agent")
    turns = tuple(replace(turn, text=redaction.apply(turn.text)) for turn in conversation.turns)
    return replace(conversation, turns=turns), redaction.counts


def without_placeholders(text: str) -> str:
    """The text as models should read it: `{order_number_2}` becomes the words `order number`."""
    return PLACEHOLDER.sub(lambda match: match[1].replace("_", " "), text)


def _own_braces(text: str) -> str:
    return text.replace("{", "(").replace("}", ")")


def _numbered(kind: str, number: int) -> str:
    return f"{{{kind}}}" if number == 1 else f"{{{kind}_{number}}}"


def _is_own(text: str, span: Span) -> bool:
    return bool(_OWN_BEFORE.search(text[: span.start]) or _OWN_AFTER.match(text, span.end))


def _name_parts(name: str) -> set[str]:
    """The name and the words it consists of; of a Chinese one, also the surname with a title's place."""
    if HAN.match(name):
        return {name}
    return {name, *(part for part in name.split() if len(part) > 2)}


def _same(one: str, other: str) -> bool:
    if one.casefold() == other.casefold():
        return True
    titled = _TITLE.search(one) or _TITLE.search(other)
    return bool(titled and one[0] == other[0] and HAN.match(one))
