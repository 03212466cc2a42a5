"""Turns that agents write again and again, as templates: what stays is text, what varies is a variable."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from itertools import pairwise

from encoders.text import HAN
from intents.mining.variables import ANY_VALUE, is_value, variable_names

MOST_SHAPES = 20_000
"""Of more different turns than this the most frequent are looked at."""

_TOKEN = re.compile(
    r"\{[a-z_]+(?:_\d+)?\}|\d{1,2}(?:[:：.]\d\d)?\s?(?:[ap]m\b|[ap]\.m\.)|[$£€¥￥]\s?\d+(?:[.,]\d+)*|[^\W\d_]+(?:['’][a-z]+)?|\d+(?:[.,:]\d+)*|\s+|.",
    re.S | re.I,
)
_ALIKE = 0.6  # the share of the longer turn's tokens that two turns of one template have in common, in order
_KEPT = 0.8  # the share of a template's uses in which a token stands that is part of it
_USUAL, _USUAL_EDGE = 0.8, 0.6  # a filling that so many uses share is wording
_VALUES = 3  # so many different fillings make a variable; two make two templates
_KEYS, _CANDIDATES = 8, 3
_MOST_WIDER = 300  # templates with variables that others are held against


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A turn with its variables.

    Attributes:
        text: with `{order_number}` and the like where values vary.
        values: variable → the most frequent fillings, at most five.
        members: the indices of the turns that it was made from.
    """

    text: str
    values: dict[str, tuple[str, ...]]
    members: tuple[int, ...]


@dataclass(slots=True)
class _Shape:
    """Turns that are equal but for their digits."""

    tokens: tuple[str, ...]
    members: list[int]


def find_templates(texts: Sequence[str], *, least: int) -> list[Template]:
    """The templates that at least `least` of the texts follow, the most used first.

    Turns that share most of their words in order are aligned to the most frequent of them (the idea of log
    template mining: He et al., 2017, "Drain"); words that nearly all have stay, gaps with three or more
    different fillings become variables.
    """
    found: dict[str, list[Template]] = {}
    for group in _groups(_shapes(texts)):
        if sum(len(shape.members) for shape in group) >= least:
            for template in _templates(group, texts, least):
                found.setdefault(template.text, []).append(template)
    merged = sorted((_merged(same) for same in found.values()), key=_by_use)
    return sorted(_absorbed(merged), key=_by_use)


def _by_use(template: Template) -> tuple[int, tuple[int, ...]]:
    return -len(template.members), template.members


def _absorbed(templates: Sequence[Template]) -> list[Template]:
    """The templates without those that say what a more frequent one says with a variable filled."""
    kept: list[Template] = []
    wider: list[tuple[int, re.Pattern[str]]] = []
    for template in templates:
        home = next((place for place, pattern in wider if pattern.fullmatch(template.text)), None)
        if home is not None:
            members = tuple(sorted({*kept[home].members, *template.members}))
            kept[home] = replace(kept[home], members=members)
            continue
        if template.values and len(wider) < _MOST_WIDER:
            wider.append((len(kept), matches(template.text)))
        kept.append(template)
    return kept


def matches(template: str) -> re.Pattern[str]:
    """What a template says, as a pattern: any text stands where a variable is."""
    parts = [
        r"\s+" if token.isspace() else ANY_VALUE if token.startswith("{") else re.escape(token)
        for token in tokens_of(template)
    ]
    return re.compile("".join([r"\s*", *parts, r"\s*"]), re.S)


def tokens_of(text: str) -> tuple[str, ...]:
    """Words, numbers, placeholders, signs, Han characters and the spaces between; joined they are the text."""
    found: list[str] = []
    for token in _TOKEN.findall(text):
        found.extend(token if HAN.search(token) else [" " if token.isspace() else token])
    return tuple(found)


def _shapes(texts: Sequence[str]) -> list[_Shape]:
    """The most frequent different turns, the more frequent first."""
    shapes: dict[str, _Shape] = {}
    for index, text in enumerate(texts):
        plain = " ".join(text.split())
        key = re.sub(r"\d+", "0", plain.lower())
        if plain:
            shapes.setdefault(key, _Shape(tokens_of(plain), [])).members.append(index)
    ordered = sorted(shapes.values(), key=lambda shape: (-len(shape.members), shape.members))
    return ordered[:MOST_SHAPES]


def _groups(shapes: Sequence[_Shape]) -> Iterable[list[_Shape]]:
    """Shapes that are alike: each goes to the first leader that it resembles, or leads a group itself."""
    pairs = [_pairs(shape.tokens) for shape in shapes]
    frequency = Counter(pair for found in pairs for pair in found)
    groups: list[list[_Shape]] = []
    leaders: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for shape, found in zip(shapes, pairs, strict=True):
        keys = sorted(
            (pair for pair in found if frequency[pair] > 1), key=lambda pair: (frequency[pair], pair)
        )
        votes = Counter(leader for pair in keys[:_KEYS] for leader in leaders[pair])
        nearest = sorted(votes, key=lambda leader: (-votes[leader], leader))[:_CANDIDATES]
        home = next((one for one in nearest if _alike(groups[one][0].tokens, shape.tokens)), None)
        if home is None:
            home = len(groups)
            groups.append([])
            for pair in keys:
                leaders[pair].append(home)
        groups[home].append(shape)
    return groups


def _pairs(tokens: Sequence[str]) -> set[tuple[str, str]]:
    said = [token.lower() for token in tokens if not token.isspace()]
    return set(pairwise(said)) or {(token, "") for token in said}


def _alike(one: Sequence[str], other: Sequence[str]) -> bool:
    first, second = ([token for token in tokens if not token.isspace()] for tokens in (one, other))
    longest = max(len(first), len(second))
    if min(len(first), len(second)) < _ALIKE * longest:
        return False
    blocks = SequenceMatcher(None, first, second, autojunk=False).get_matching_blocks()
    return sum(block.size for block in blocks) >= _ALIKE * longest


def _templates(group: Sequence[_Shape], texts: Sequence[str], least: int) -> list[Template]:
    """The group's template; where a gap has only two fillings, each shape that is used enough is its own."""
    members = [
        (index, tokens_of(" ".join(texts[index].split()))) for shape in group for index in shape.members
    ]
    kept, gaps = _aligned(group[0].tokens, [tokens for _, tokens in members])
    varying = [one for one in gaps if len(set(one)) >= _VALUES or any(is_value(value) for value in one)]
    few = [one for one in gaps if len({value for value in one if value}) == 2 and one not in varying]
    if len(group) > 1 and (few or not varying):
        return [
            one for shape in group if len(shape.members) >= least for one in _templates([shape], texts, least)
        ]
    text, values = _filled(kept, gaps)
    return [Template(text=text, values=values, members=tuple(sorted(index for index, _ in members)))]


def _merged(same: Sequence[Template]) -> Template:
    """Templates of one text as one."""
    values = {
        name: tuple(dict.fromkeys(value for one in same for value in one.values[name]))[:5]
        for name in same[0].values
    }
    members = tuple(sorted(index for one in same for index in one.members))
    return Template(text=same[0].text, values=values, members=members)


def _aligned(
    leader: Sequence[str], members: Sequence[Sequence[str]]
) -> tuple[list[list[str]], list[list[str]]]:
    """Runs of the leader's tokens that nearly all members have, and every member's fillings of the gaps.

    There is one gap more than there are runs: before the first, between, and after the last.
    """
    found = [_places(leader, tokens) for tokens in members]
    counts = Counter(place for places in found for place in places)
    fixed = [
        place for place, token in enumerate(leader)
        if counts[place] >= _KEPT * len(members) and not is_value(token)
    ]  # fmt: skip
    fixed = [place for place in fixed if not leader[place].isspace() or {place - 1, place + 1} <= set(fixed)]
    whole = [
        (tokens, places) for tokens, places in zip(members, found, strict=True) if places.keys() >= set(fixed)
    ]
    gaps: list[list[str]] = [[] for _ in range(len(fixed) + 1)]
    for tokens, places in whole:
        ends = [-1, *(places[place] for place in fixed), len(tokens)]
        for gap, start, end in zip(gaps, ends, ends[1:], strict=False):
            gap.append("".join(tokens[start + 1 : end]))
    return _runs([leader[place] for place in fixed], gaps)


def _runs(kept: Sequence[str], gaps: Sequence[list[str]]) -> tuple[list[list[str]], list[list[str]]]:
    """Neighbouring kept tokens joined where nearly no member has anything between them."""
    runs: list[list[str]] = []
    between = [gaps[0]]
    for token, gap in zip(kept, gaps[1:], strict=True):
        if runs and not _is_open(between[-1]):
            runs[-1].append(token)
            between[-1] = gap
        else:
            runs.append([token])
            between.append(gap)
    return runs, between


def _is_open(fillings: Sequence[str]) -> bool:
    """Whether something stands in most of the gap's uses."""
    return 2 * sum(bool(filling.strip()) for filling in fillings) > len(fillings)


def _places(leader: Sequence[str], tokens: Sequence[str]) -> dict[int, int]:
    """Where the leader's tokens stand in another member, of those that it has in the same order."""
    blocks = SequenceMatcher(None, leader, tokens, autojunk=False).get_matching_blocks()
    return {block.a + step: block.b + step for block in blocks for step in range(block.size)}


def _filled(
    runs: Sequence[Sequence[str]], gaps: Sequence[list[str]]
) -> tuple[str, dict[str, tuple[str, ...]]]:
    """The template's text, and the fillings of its variables."""
    parts: list[str | list[str]] = []
    for place, gap in enumerate(gaps):
        if _is_open(gap):
            usual = _usual(gap, edge=place in (0, len(runs)))
            parts.append(gap if usual is None else usual)
        if place < len(runs):
            parts.append("".join(runs[place]))
    text: list[str] = []
    values: dict[str, tuple[str, ...]] = {}
    for part, name in zip(parts, variable_names(parts), strict=True):
        if isinstance(part, str):
            text.append(part)
            continue
        common = [value for value, _ in Counter(one for one in part if one.strip()).most_common(5)]
        lead = common[0][: len(common[0]) - len(common[0].lstrip())]
        trail = common[0][len(common[0].rstrip()) :]
        text.append(f"{lead}{{{name}}}{trail}")
        values[name] = tuple(value.strip() for value in common)
    return "".join(text).strip(), values


def _usual(gap: Sequence[str], *, edge: bool) -> str | None:
    """The filling that nearly all uses share: wording that a few agents change. Openings and endings vary more."""
    filling, count = Counter(gap).most_common(1)[0]
    placeholder = filling.strip().startswith("{")
    return filling if not placeholder and count >= (_USUAL_EDGE if edge else _USUAL) * len(gap) else None
