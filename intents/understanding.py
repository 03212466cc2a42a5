"""What a message was understood to mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class IntentScore:
    """An intent and its calibrated probability, given that the message is in scope at all."""

    intent: str
    confidence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """A value found in a message; `start` and `end` are character offsets into the text as written.

    Attributes:
        confidence: how sure it is; of its role and its group where a model found those.
        info: what a built-in entity knows besides its value: unit, grain and the like.
    """

    entity: str
    value: Any
    start: int
    end: int
    role: str | None = None
    group: str | None = None
    extractor: str = ""
    confidence: float | None = None
    role_confidence: float | None = None
    group_confidence: float | None = None
    info: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Understanding:
    """A message as the intent model reads it.

    Attributes:
        ranking: in-scope classes, best first; never `out_of_scope`.
        in_scope: the probability that the message belongs to any of the trained intents.
        selections: for a retrieval intent such as `faq`, the chosen sub-intents by retrieval intent.
        model_id: which model said so.
    """

    text: str
    ranking: tuple[IntentScore, ...]
    in_scope: float
    language: str
    model_id: str
    entities: tuple[Entity, ...] = ()
    selections: Mapping[str, tuple[IntentScore, ...]] = field(default_factory=dict)

    @property
    def intent(self) -> str | None:
        """The best in-scope class, or None when the model knows no class."""
        return self.ranking[0].intent if self.ranking else None

    @property
    def confidence(self) -> float:
        """P(best class | in scope)."""
        return self.ranking[0].confidence if self.ranking else 0.0
