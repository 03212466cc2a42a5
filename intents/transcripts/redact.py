"""Personal data out of conversations, before anything of them becomes training data.

A value is replaced by a typed placeholder, the same one wherever it stands in the conversation: the first
e-mail address is `{email}`, a second one `{email_2}`. Braces that customers write themselves become
parentheses, so that what stands in braces is always ours.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial

from encoders.text import HAN
from intents.transcripts.conversation import Conversation

PLACEHOLDER = re.compile(r"\{([a-z]+(?:_[a-z]+)*?)(?:_(\d+))?\}")
"""A placeholder as it stands in a text: its type, and its number from the second on."""

_ID_LETTERS = r"(?:WB|ORD|ORDER|INV|RMA|TKT|PO|SO|CS)"
_DIGITS = re.compile(r"\d")
_DATE = re.compile(r"\d{1,2}[./ -]\d{1,2}[./ -](?:19|20)\d\d|(?:19|20)\d\d[. -]\d{1,2}[. -]\d{1,2}")


@dataclass(frozen=True, slots=True)
class _Rule:
    kind: str
    pattern: re.Pattern[str]
    holds: Callable[[str], bool] = lambda value: True


def luhn(value: str) -> bool:
    """Whether the digits in `value` carry a correct check digit (ISO/IEC 7812-1), as card numbers do."""
    digits = [int(digit) for digit in _DIGITS.findall(value)]
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[-2::-2]]
    return len(digits) > 11 and (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def _is_phone(value: str) -> bool:
    if _DATE.fullmatch(value):
        return False
    count = len(_DIGITS.findall(value))
    return 7 <= count <= 15 and (value[0] in "+0(" or count >= 10 or bool(re.search(r"\d[-. ]\d", value)))


# In this order: what an earlier rule took is gone when a later one looks.
_RULES = (
    _Rule("email", re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}")),
    _Rule("order_number", re.compile(rf"(?<![A-Za-z0-9]){_ID_LETTERS}[-_#]?\d{{4,12}}(?![A-Za-z0-9])", re.I)),
    _Rule("card", re.compile(r"(?<![\d-])[2-6]\d(?:[ -]?\d){10,17}(?![\d-])"), luhn),
    _Rule("phone", re.compile(r"(?<![\w.-])(?:\+|\(?0|\(?\d)[\d() .-]{5,18}\d(?![\w-])", re.A), _is_phone),
)

_LATIN_NAME = r"[A-ZÀ-Þ][a-zß-ÿ'’]+(?:[ -][A-ZÀ-Þ][a-zß-ÿ'’]+){0,2}"
_NAME_IS = re.compile(
    rf"(?:\b(?i:my (?:full )?name is|my name['’]s|name:|under the name(?: of)?|in the name of)\s*({_LATIN_NAME})"
    r"|(?:我叫|我是叫|我的名字是|姓名[是:：]?\s*|收件人[是:：]?\s*|联系人[是:：]?\s*)([\u4e00-\u9fff]{2,4})(?![\u4e00-\u9fff]))"
)
_AGENT_IS = re.compile(
    r"\b(?!Come|Right|Still|Stay|Over|Down|Up|It|Not|You|We|I)([A-ZÀ-Þ][a-zß-ÿ]+) (?:here|speaking)\b"
    r"|\b(?i:this is|i['’]m|i am) ([A-ZÀ-Þ][a-zß-ÿ]+)(?=[,.!]| from| and how| at )"
    r"|(?:我是|工号)(?:客服|您的客服)?([\u4e00-\u9fff]{2,3})(?=[，,。.~！!\s]|为您|$)"
)


@dataclass(slots=True)
class Redaction:
    """The placeholders of one conversation, and how often each type was put in.

    `names` are the names to look for, with their type: `name` or `agent_name`.
    """

    names: dict[str, str] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    _known: dict[tuple[str, str], str] = field(default_factory=dict)

    def learn_names(self, text: str, *, agent: bool = False) -> None:
        """Remember the names that people say are theirs; `apply` then finds them wherever they stand."""
        kind, pattern = ("agent_name", _AGENT_IS) if agent else ("name", _NAME_IS)
        for match in pattern.finditer(text):
            name = next(filter(None, match.groups()))
            for part in (name, *name.split()):
                if len(part) > 2 or not part.isascii():
                    self.names.setdefault(part, kind)

    def apply(self, text: str) -> str:
        """The text with its personal data replaced."""
        text = text.replace("{", "(").replace("}", ")")
        for rule in _RULES:
            text = rule.pattern.sub(partial(self._replaced, rule), text)
        for name, kind in sorted(self.names.items(), key=lambda item: (-len(item[0]), item[0])):
            edge = "" if HAN.match(name) else r"\b"
            text = re.sub(f"{edge}{re.escape(name)}{edge}", partial(self._replaced_name, kind), text)
        return text

    def _replaced(self, rule: _Rule, match: re.Match[str]) -> str:
        return self._placeholder(rule.kind, match[0]) if rule.holds(match[0]) else match[0]

    def _replaced_name(self, kind: str, match: re.Match[str]) -> str:
        return self._placeholder(kind, "")  # first and last name stand for the same person

    def _placeholder(self, kind: str, value: str) -> str:
        self.counts[kind] += 1
        key = (kind, re.sub(r"[\s().-]", "", value).lower())
        if key not in self._known:
            number = sum(known == kind for known, _ in self._known) + 1
            self._known[key] = f"{{{kind}}}" if number == 1 else f"{{{kind}_{number}}}"
        return self._known[key]


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
