"""How an intent model is to be trained, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from intents.understanding import Understanding

Recipe = Literal["finetune", "fast"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingOptions:
    """Everything that decides the model besides the data.

    Attributes:
        encoder: a name that `encoders.resolve` knows, or `auto` for the one that fits the texts' script.
        extra_out_of_scope: texts that are in no intent, beside the `out_of_scope` rows of the data.
        epochs: the most; tuning ends earlier when the held-out part no longer improves.
    """

    recipe: str = "finetune"
    encoder: str = "auto"
    seed: int = 0
    extra_out_of_scope: tuple[str, ...] = ()
    epochs: int = 8
    batch: int = 32
    learning_rate: float = 6e-5
    held_out: float = 0.15


@dataclass(frozen=True, slots=True, kw_only=True)
class Unseen:
    """A training text as read by a model that was not fitted on it; `intent` is what it really is, or None."""

    understanding: Understanding
    intent: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingReport:
    """What training found out; the figures and `unseen` are from examples that the model had not seen."""

    recipe: str
    encoder: str
    intents: int
    examples: int
    out_of_scope: int
    figures: Mapping[str, float] = field(default_factory=dict)
    unseen: tuple[Unseen, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """As plain JSON."""
        return {
            "recipe": self.recipe,
            "encoder": self.encoder,
            "intents": self.intents,
            "examples": self.examples,
            "out_of_scope": self.out_of_scope,
            "figures": dict(self.figures),
        }
