"""Labelled utterances and what else an NLU file holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

OUT_OF_SCOPE = "out_of_scope"
"""Rows with this label teach what is in no intent; it is never a class."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnotatedEntity:
    """An entity marked in an example; offsets refer to the plain text."""

    entity: str
    value: str
    start: int
    end: int
    role: str | None = None
    group: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One utterance, its intent and where it stands (`file:line`)."""

    text: str
    intent: str
    entities: tuple[AnnotatedEntity, ...] = ()
    metadata: Mapping[str, Any] = field(default_factory=dict)
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingData:
    """Everything NLU files say.

    Attributes:
        synonyms: surface form (lower case) → value.
        regexes: name → patterns; a name that is an entity extracts it.
        lookups: name → phrases.
        fuzzy: lookup tables whose phrases are found with slips of the pen, too.
        responses: retrieval intents' answers, `faq/ask_x` → response variations as in domain.yml.
    """

    examples: tuple[Example, ...] = ()
    synonyms: Mapping[str, str] = field(default_factory=dict)
    regexes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    lookups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    fuzzy: frozenset[str] = frozenset()
    responses: Mapping[str, tuple[Mapping[str, Any], ...]] = field(default_factory=dict)

    @property
    def intents(self) -> tuple[str, ...]:
        """The classes, sorted; `out_of_scope` is none."""
        return tuple(sorted({example.intent for example in self.examples} - {OUT_OF_SCOPE}))
