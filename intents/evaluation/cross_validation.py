"""Cross-validation: every example is said by a model that has not seen it.

Each fold's predictions are kept in the report's folder, so that an interrupted run goes on where it stopped.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from encoders.errors import InputError
from encoders.logistic import Floats
from intents.evaluation.recipes import Recipe, open_recipe
from intents.evaluation.scored import Scored
from intents.examples import Example, TrainingData
from intents.training import TrainingOptions
from intents.training.fit import Fold, stratified_folds
from intents.training.light import Indexes

_MOST_FOLDS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How the examples are dealt out, and how the models are trained.

    Attributes:
        work: the folder that keeps finished folds.
        say: told about each fold, in a sentence.
    """

    folds: int = 5
    options: TrainingOptions = field(default_factory=TrainingOptions)
    work: Path
    say: Callable[[str], None] = lambda _: None

    def __post_init__(self) -> None:
        if not 2 <= self.folds <= _MOST_FOLDS:
            raise InputError("--folds", f"{self.folds} is not from 2 to {_MOST_FOLDS}.")


@dataclass(frozen=True, slots=True, kw_only=True)
class CrossValidated:
    """What a recipe said of every example, in the examples' order.

    Attributes:
        folds: the rows of each fold. seconds: what learning and saying it took.
    """

    recipe: str
    scored: Scored
    folds: tuple[Indexes, ...]
    seconds: tuple[float, ...]

    @property
    def fold_accuracy(self) -> tuple[float, ...]:
        """Accuracy in scope, fold by fold."""
        parts = [self.scored.rows(fold) for fold in self.folds]
        return tuple(float(part.right[part.inside].mean()) if part.inside.any() else 0.0 for part in parts)

    def facts(self) -> dict[str, Any]:
        """How it was done, as plain JSON."""
        return {
            "recipe": self.recipe,
            "folds": len(self.folds),
            "fold_accuracy": [round(one, 4) for one in self.fold_accuracy],
            "seconds_per_fold": round(float(np.mean(self.seconds)), 2),
        }


def cross_validate(data: TrainingData, recipe: str, plan: Plan) -> CrossValidated:
    """Deal the examples out in folds, stratified with `out_of_scope` as a stratum of its own.

    Raises:
        InputError: with fewer examples than folds, or fewer than two intents.
    """
    _check(data, plan)
    folds = deal(data.examples, plan.folds, plan.options.seed)
    run = open_recipe(recipe, data, plan.options)
    key = _key(data, recipe, plan)
    parts = [
        _one_fold(data, run, fold, plan, (recipe, number, key)) for number, fold in enumerate(folds, start=1)
    ]
    order = np.argsort(np.concatenate([held for _, held in folds]), kind="stable")
    scored = Scored(
        examples=data.examples,
        given=_joined([one.given for one, _ in parts], order),
        confidence=np.concatenate([one.confidence for one, _ in parts])[order],
        in_scope=np.concatenate([one.in_scope for one, _ in parts])[order],
    )
    held = tuple(rows for _, rows in folds)
    return CrossValidated(
        recipe=recipe, scored=scored, folds=held, seconds=tuple(seconds for _, seconds in parts)
    )


def deal(examples: Sequence[Example], count: int, seed: int) -> list[Fold]:
    """Folds that hold each intent, and the out-of-scope rows, in equal parts."""
    numbers = np.unique([one.intent for one in examples], return_inverse=True)[1]
    return [fold for fold in stratified_folds(numbers, count, seed) if len(fold[1])]


def _check(data: TrainingData, plan: Plan) -> None:
    where = data.examples[0].source if data.examples else "the data"
    if len(data.intents) < 2:
        raise InputError(where, f"at least two intents are needed, there are {len(data.intents)}.")
    if len(data.examples) < 2 * plan.folds:
        raise InputError(
            where,
            f"{len(data.examples)} examples are too few for {plan.folds} folds.",
            remedy="Give more of them.",
        )


def _one_fold(
    data: TrainingData, run: Recipe, fold: Fold, plan: Plan, name: tuple[str, int, str]
) -> tuple[Scored, float]:
    recipe, number, key = name
    held = [data.examples[row] for row in fold[1]]
    file = plan.work / f"{recipe}-{number}.json"
    known = _read(file, key, held)
    if known is not None:
        plan.say(f"{recipe}, fold {number} of {plan.folds}: done before")
        return known
    plan.work.mkdir(parents=True, exist_ok=True)
    start = time.perf_counter()
    scored = run(fold[0], fold[1], plan.work / f"{recipe}-{number}.model")
    seconds = time.perf_counter() - start
    _write(file, key, scored, seconds)
    right = scored.right[scored.inside].mean() if scored.inside.any() else 0.0
    plan.say(f"{recipe}, fold {number} of {plan.folds}: accuracy {right:.4f} after {seconds:.1f} s")
    return scored, seconds


def _key(data: TrainingData, recipe: str, plan: Plan) -> str:
    """Changes with the examples and with everything that decides the predictions."""
    content = [[one.text, one.intent] for one in data.examples]
    decides = [content, recipe, plan.folds, asdict(plan.options)]
    return hashlib.sha256(json.dumps(decides, default=str).encode()).hexdigest()


def _write(file: Path, key: str, scored: Scored, seconds: float) -> None:
    """Predictions only: the texts stay where they are."""
    content = {
        "key": key,
        "seconds": round(seconds, 2),
        "given": scored.given,
        "confidence": _numbers(scored.confidence),
        "in_scope": _numbers(scored.in_scope),
    }
    draft = file.with_suffix(".part")
    draft.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    draft.replace(file)


def _read(file: Path, key: str, held: Sequence[Example]) -> tuple[Scored, float] | None:
    """A finished fold; None where there is none, or one of other data or options."""
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if not isinstance(content, dict) or content.get("key") != key or len(content["given"]) != len(held):
        return None
    scored = Scored(
        examples=tuple(held),
        given=tuple(content["given"]),
        confidence=np.array(content["confidence"], float),
        in_scope=np.array(content["in_scope"], float),
    )
    return scored, float(content["seconds"])


def _numbers(values: Floats) -> list[float | None]:
    return [None if np.isnan(value) else float(value) for value in values]


def _joined(parts: Sequence[Sequence[Any]], order: Indexes) -> tuple[Any, ...]:
    flat = [one for part in parts for one in part]
    return tuple(flat[row] for row in order)
