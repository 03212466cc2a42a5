"""Entities found by a project's regexes, lookup tables, synonyms and the values marked in its examples."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from encoders.errors import ArtifactError, InputError
from intents.examples import AnnotatedEntity, TrainingData
from intents.fuzzy import near_spans
from intents.understanding import Entity

MAX_CHARACTERS = 1000
"""Nothing is looked for further into a message: a regex's cost can grow much faster than the text."""

_UNSPACED = re.compile(
    r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
    r"\U00020000-\U0002fa1f]"
)
EXAMPLES, TABLE = "examples", "lookup"
"""Where a phrase is from: the values marked in examples, or a lookup table or synonym."""
_END = ""  # the key under which a node of the trie holds what ends there


class _Phrase(NamedTuple):
    """A surface form and what it stands for."""

    surface: str
    entity: str
    value: str
    role: str | None = None
    group: str | None = None
    extractor: str = TABLE


class EntityExtractor:
    """Finds entities by rules alone; immutable and safe to share between threads.

    Phrases match whatever their case and width, the longest first, at word boundaries where the script
    has any: inside Chinese text they are found everywhere.
    """

    def __init__(
        self,
        *,
        patterns: Mapping[str, Iterable[str]],
        phrases: Iterable[tuple[Any, ...]] = (),
        synonyms: Mapping[str, str],
        fuzzy: Iterable[str] = (),
    ) -> None:
        """`patterns`: entity → regexes; `phrases`: (surface, entity, value[, role, group, extractor]).

        `fuzzy`: entities whose phrases are found with slips of the pen, where they are not found exactly.

        Raises:
            InputError: for a regex that Python cannot compile.
        """
        self._patterns = {name: tuple(found) for name, found in patterns.items()}
        self._phrases = tuple(_Phrase(*phrase) for phrase in phrases)
        self._synonyms = {_fold(surface): value for surface, value in synonyms.items()}
        self._compiled = [
            (name, _compile(name, one)) for name, found in self._patterns.items() for one in found
        ]
        self._trie = _trie(self._phrases)
        self._fuzzy = tuple(sorted(fuzzy))
        self._near = {
            name: {_fold(one.surface).strip(): one for one in self._phrases if one.entity == name}
            for name in self._fuzzy
        }

    @classmethod
    def from_training_data(
        cls,
        data: TrainingData,
        *,
        entities: Iterable[str] | None = None,
        without: Collection[str] = (),
    ) -> EntityExtractor:
        """What the data says about entities.

        Args:
            entities: the names that the project's domain knows; without it every name of a regex, a lookup table
                and an annotation is one.
            without: entities whose values in the examples are not looked up.

        Raises:
            InputError: for a regex that Python cannot compile.
        """
        wanted = None if entities is None else set(entities)

        def known(name: str) -> bool:
            return wanted is None or name in wanted

        phrases = [
            phrase
            for phrase in _all_phrases(data)
            if known(phrase.entity) and not (phrase.extractor == EXAMPLES and phrase.entity in without)
        ]
        patterns = {name: found for name, found in data.regexes.items() if known(name)}
        return cls(
            patterns=patterns, phrases=dict.fromkeys(phrases), synonyms=data.synonyms, fuzzy=data.fuzzy
        )

    def extract(self, text: str) -> tuple[Entity, ...]:
        """The entities by their place; of one entity's overlapping finds only the longest is kept."""
        text = text[:MAX_CHARACTERS]
        found = [*self._by_regex(text), *self._by_phrase(text)]
        found += self._nearly(text, {one.entity for one in found})
        kept: list[Entity] = []
        for one in sorted(found, key=lambda one: (one.start - one.end, one.start)):
            if not any(_overlap(one, other) for other in kept):
                kept.append(one)
        return tuple(sorted(kept, key=lambda one: (one.start, one.end, one.entity)))

    def _by_regex(self, text: str) -> Iterator[Entity]:
        """Finds in plain width, so that ＷＢ１２３ fits a pattern for WB123 and becomes it, and as it is written."""
        for said in dict.fromkeys((_plain(text), text)):
            for name, pattern in self._compiled:
                yield from self._fitting(name, pattern, said)

    def _fitting(self, name: str, pattern: re.Pattern[str], text: str) -> Iterator[Entity]:
        for match in pattern.finditer(text):
            if match.end() > match.start():
                yield self._entity(_Phrase(match[0], name, match[0]), match.start(), match.end(), "regex")

    def _by_phrase(self, text: str) -> Iterator[Entity]:
        folded = _fold(text)
        position = 0
        while position < len(folded):
            end, phrases = self._longest(folded, position)
            for phrase in phrases:
                yield self._entity(phrase, position, end, phrase.extractor)
            position = max(end, position + 1)

    def _nearly(self, text: str, found: Collection[str]) -> Iterator[Entity]:
        """Phrases with slips, of entities that were not found exactly; the fewest slips of each place first."""
        for name, phrases in self._near.items():
            if name in found:
                continue
            spans = sorted(near_spans(_fold(text), phrases), key=lambda span: (span[3], span[0]))
            for start, end, phrase, slipped in spans:
                entity = self._entity(phrases[phrase], start, end, "fuzzy")
                yield replace(entity, confidence=round(1.0 - slipped / len(phrase), 3))

    def _longest(self, folded: str, start: int) -> tuple[int, tuple[_Phrase, ...]]:
        """Where the longest phrase that starts here ends, and what it stands for."""
        best: tuple[int, tuple[_Phrase, ...]] = start, ()
        if not _boundary(folded, start):
            return best
        node = self._trie
        for position in range(start, len(folded)):
            if (below := node.get(folded[position])) is None:
                break
            node = below
            if _END in node and _boundary(folded, position + 1):
                best = position + 1, node[_END]
        return best

    def _entity(self, phrase: _Phrase, start: int, end: int, extractor: str) -> Entity:
        value = self._synonyms.get(_fold(phrase.surface), phrase.value)
        return Entity(
            entity=phrase.entity, value=self.value_of(value), start=start, end=end,
            role=phrase.role, group=phrase.group, extractor=extractor,
        )  # fmt: skip

    def value_of(self, surface: str) -> str:
        """What the synonyms make of a value."""
        return self._synonyms.get(_fold(surface), surface)

    def save(self, path: Path) -> None:
        """Write everything as JSON."""
        content = {
            "patterns": self._patterns, "phrases": self._phrases, "synonyms": self._synonyms, "fuzzy": self._fuzzy,
        }  # fmt: skip
        path.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> EntityExtractor:
        """Read what `save` wrote.

        Raises:
            ArtifactError: when the file is missing or holds something else.
        """
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            given = {name: content[name] for name in ("patterns", "phrases", "synonyms")}
            return cls(**given, fuzzy=content.get("fuzzy", ()))
        except (OSError, ValueError, KeyError, TypeError, AttributeError, InputError) as error:
            raise ArtifactError(f"{path} cannot be used: {error!r}") from error


def _all_phrases(data: TrainingData) -> Iterator[_Phrase]:
    """The annotated values, the lookup tables, and the synonyms of both."""
    tables = {(_fold(one), name) for name, found in data.lookups.items() for one in found}
    phrases = [
        _Phrase(surface, one.entity, one.value, one.role, one.group, _source(surface, one.entity, tables))
        for surface, one in _annotations(data)
    ]
    # A value that has been seen in several roles says nothing about its role.
    roles: dict[tuple[str, str], set[tuple[str | None, str | None]]] = {}
    for phrase in phrases:
        roles.setdefault((_fold(phrase.surface), phrase.entity), set()).add((phrase.role, phrase.group))
    phrases = [
        phrase
        if len(roles[_fold(phrase.surface), phrase.entity]) == 1
        else phrase._replace(role=None, group=None)
        for phrase in phrases
    ]
    phrases += [_Phrase(one, name, one) for name, found in data.lookups.items() for one in found]
    yield from phrases
    entities: dict[str, list[str]] = {}
    for phrase in phrases:
        for form in {_fold(phrase.surface), _fold(phrase.value)}:
            entities.setdefault(form, []).append(phrase.entity)
    for surface, value in data.synonyms.items():
        for entity in dict.fromkeys(entities.get(_fold(value), [])):
            yield _Phrase(surface, entity, value)


def _annotations(data: TrainingData) -> Iterator[tuple[str, AnnotatedEntity]]:
    """What is marked, as it is written."""
    for example in data.examples:
        for one in example.entities:
            yield example.text[one.start : one.end], one


def _source(surface: str, entity: str, tables: Collection[tuple[str, str]]) -> str:
    return TABLE if (_fold(surface), entity) in tables else EXAMPLES


def _trie(phrases: Iterable[_Phrase]) -> dict[str, Any]:
    root: dict[str, Any] = {}
    for phrase in phrases:
        node = root
        for character in _fold(phrase.surface).strip():
            node = node.setdefault(character, {})
        if node is not root:
            same = node.get(_END, ())
            if phrase.entity not in {one.entity for one in same}:
                node[_END] = (*same, phrase)
    return root


def _compile(name: str, pattern: str) -> re.Pattern[str]:
    try:
        return re.compile(pattern, re.IGNORECASE)
    except re.error as error:
        raise InputError(f"regex {name}", f"{pattern!r} is no regular expression ({error}).") from error


def _fold(text: str) -> str:
    """Lower case, plain width, spaces alike, with as many characters as before so that offsets hold."""
    return "".join(map(_lower_character, _plain(text)))


def _plain(text: str) -> str:
    """Plain width, spaces alike, with as many characters as before."""
    return text if text.isascii() and text.isprintable() else "".join(map(_plain_character, text))


def _plain_character(character: str) -> str:
    if character.isspace():
        return " "
    plain = unicodedata.normalize("NFKC", character)
    return plain if len(plain) == 1 else character


def _lower_character(character: str) -> str:
    lower = character.lower()
    return lower if len(lower) == 1 else character


def _boundary(text: str, position: int) -> bool:
    """Whether a phrase may start or end between these two characters."""
    if position in (0, len(text)):
        return True
    return not (_in_word(text[position - 1]) and _in_word(text[position]))


def in_unspaced_script(character: str) -> bool:
    """Whether the character is of a script that puts no spaces between words."""
    return _UNSPACED.match(character) is not None


def _in_word(character: str) -> bool:
    return character.isalnum() and not in_unspaced_script(character)


def _overlap(one: Entity, other: Entity) -> bool:
    return one.entity == other.entity and one.start < other.end and other.start < one.end
