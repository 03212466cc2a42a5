"""How an intent model is to be trained, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from encoders.errors import InputError
from intents.understanding import Understanding

RECIPES = ("auto", "finetune", "fast")


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingOptions:
    """Everything that decides the model besides the data.

    Attributes:
        recipe: fast (a frozen encoder and a head), finetune, or auto for the better of them.
        encoder: a name that `encoders.resolve` knows, or `auto` for the one that fits the texts' script.
        extra_out_of_scope: texts that are in no intent, beside the `out_of_scope` rows of the data.
        inside_share: of all messages to come, the share that is taken to be in scope.
        epochs: the most; tuning ends earlier when the held-out part no longer improves or `minutes` are short.
        minutes: what fine-tuning may take in all; 0 for as long as it wants.
        held_out: the share of examples that a trial keeps aside.
        with_original: a tuned encoder gives the vectors of the one it was tuned from too, for who needs both.
        entities: examples with entities teach a model that finds them, too.
        log: a folder for TensorBoard.
    """

    recipe: str = "auto"
    encoder: str = "auto"
    seed: int = 0
    extra_out_of_scope: tuple[str, ...] = ()
    inside_share: float = 0.8
    epochs: int = 8
    batch: int = 32
    learning_rate: float = 5e-5
    minutes: float = 12.0
    held_out: float = 0.2
    with_original: bool = False
    entities: bool = True
    log: Path | None = None

    def __post_init__(self) -> None:
        if self.recipe not in RECIPES:
            problem, remedy = f"there is no recipe {self.recipe!r}.", f"One of {', '.join(RECIPES)}."
            raise InputError("--recipe", problem, remedy=remedy)
        if self.minutes < 0:
            raise InputError("--minutes", f"{self.minutes:g} is less than 0.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Unseen:
    """A training text as read by a model that was not fitted on it; `intent` is what it really is, or None."""

    understanding: Understanding
    intent: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityReport:
    """What came of one entity.

    Attributes:
        examples: how often it is marked. f1: way of finding it → F1 (exact span, role and group) on held-out examples.
        way: the one that was chosen. why: in words.
    """

    examples: int
    f1: Mapping[str, float]
    way: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingReport:
    """What training found out; the figures and `unseen` are from examples that the model had not seen.

    Attributes:
        recipe: the one that the model was made with. why: why that one.
        compared: recipe → its accuracy on the same held-out examples.
        entities: name → how it is found, and why so.
    """

    recipe: str
    encoder: str
    intents: int
    examples: int
    out_of_scope: int
    figures: Mapping[str, float] = field(default_factory=dict)
    compared: Mapping[str, float] = field(default_factory=dict)
    why: str = ""
    entities: Mapping[str, EntityReport] = field(default_factory=dict)
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
            "compared": dict(self.compared),
            "why": self.why,
            "entities": {name: asdict(one) for name, one in self.entities.items()},
        }
