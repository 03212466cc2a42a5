"""The recipe `finetune`: tried without some examples first, to see what it is worth, then trained on all of them."""

from __future__ import annotations

import hashlib
import logging
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from encoders.cache import cache_folder
from encoders.encoder import Encoder
from encoders.onnx import export_encoder
from encoders.resolve import resolve_encoder
from intents.head import unit
from intents.training.finetune import TEMPERATURE, Labelled, Plan, Tuned, finetune
from intents.training.fit import Fold
from intents.training.frozen import sample_of
from intents.training.light import Indexes, Sample, fit_light
from intents.training.names import spoken
from intents.training.options import TrainingOptions
from intents.training.rows import Rows

log = logging.getLogger(__name__)

MOST_TRIALS = 2
FIRST_SHARE = 0.4
"""Of the minutes, for the first trial: training on all examples takes a little longer than it did."""
MOST_DROP = 0.003
"""How much accuracy int8 weights may cost before the float ones are served."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """An encoder tuned without the held-out rows of a fold.

    Attributes:
        sample: all examples as vectors of it. plan: how it was tuned. epochs: how many of them were good for it.
        drop: how much accuracy on the held-out rows int8 weights cost.
    """

    fold: Fold
    sample: Sample
    plan: Plan
    epochs: int
    drop: float


def run_trials(
    rows: Rows, folds: Sequence[Fold], options: TrainingOptions, *, encoder: str, named: bool
) -> list[Trial]:
    """Tune without each fold's held-out rows in turn, as long as there is time for what comes after.

    Args:
        named: whether classes' names say what they are about.
    """
    limit = options.minutes * 60
    plan = Plan(
        encoder=encoder,
        seed=options.seed,
        epochs=options.epochs,
        batch=options.batch,
        learning_rate=options.learning_rate,
        seconds=limit * FIRST_SHARE or None,
        log=options.log,
    )
    started, trials = time.monotonic(), list[Trial]()
    for number, fold in enumerate(folds[:MOST_TRIALS], start=1):
        spent = time.monotonic() - started
        if trials and limit and spent * (1 + 2.3 / len(trials)) > limit:
            break
        trials.append(_trial(rows, fold, plan if number == 1 else _like(trials[0].plan), named))
    return trials


def train_on_all(rows: Rows, trials: Sequence[Trial], out: Path, *, named: bool) -> Sample:
    """Tune on every example for as many epochs as were good in the trials, and write the encoder to `out`."""
    epochs = max(1, round(float(np.mean([trial.epochs for trial in trials]))))
    shown = _labelled(rows, np.arange(len(rows.targets)), named)
    plan = replace(trials[0].plan, seconds=None, epochs=epochs)
    tuned = finetune(shown, None, replace(plan, checkpoint=_checkpoint(shown, plan)))
    drop = int8_drop(trials)
    exact = drop > MOST_DROP
    if exact:
        log.warning("int8 weights cost %.1f points of accuracy: float weights are kept.", 100 * drop)
    return _exported(rows, tuned, plan.encoder, out, quantise=not exact)


def int8_drop(trials: Sequence[Trial]) -> float:
    """How much accuracy int8 weights cost on all held-out rows."""
    return float(np.average([one.drop for one in trials], weights=[len(one.fold[1]) for one in trials]))


def _trial(rows: Rows, fold: Fold, plan: Plan, named: bool) -> Trial:
    shown, held = fold
    lesson, test = _labelled(rows, shown, named), _labelled(rows, held, named=False)
    tuned = finetune(lesson, test, replace(plan, checkpoint=_checkpoint(lesson, plan)))
    with tempfile.TemporaryDirectory() as place:
        small = Path(place, "int8")
        sample = _exported(rows, tuned, plan.encoder, small, quantise=True)
        exact = Path(place, "float")
        _export(tuned, plan.encoder, exact, quantise=False)
        vectors = Encoder.load(exact).encode(test.texts)
    centred = sample.centred()
    light = fit_light(centred.rows(shown), len(rows.labels))
    right = [
        light.logits(found).argmax(axis=1) == test.targets
        for found in (unit(vectors - sample.mean), centred.vectors[held])
    ]
    drop = float(right[0].mean() - right[1].mean())
    return Trial(
        fold=fold, sample=sample, plan=replace(plan, epochs=tuned.planned), epochs=tuned.epochs, drop=drop
    )


def _exported(rows: Rows, tuned: Tuned, encoder: str, out: Path, *, quantise: bool) -> Sample:
    _export(tuned, encoder, out, quantise=quantise)
    return sample_of(rows, out, learnt=(tuned.mean, tuned.prototypes / np.float32(TEMPERATURE)))


def _export(tuned: Tuned, encoder: str, out: Path, *, quantise: bool) -> None:
    export_encoder(resolve_encoder(encoder), out, name=encoder, module=tuned.module, quantise=quantise)


def _like(plan: Plan) -> Plan:
    """The same number of epochs, however long they take."""
    return replace(plan, seconds=None)


def _labelled(rows: Rows, chosen: Indexes, named: bool) -> Labelled:
    """The chosen examples; with the classes' names as further ones where they say something."""
    texts, targets = [rows.texts[row] for row in chosen], rows.targets[chosen]
    if named:
        texts += [spoken(label) for label in rows.labels]
        targets = np.concatenate([targets, np.arange(len(rows.labels))])
    return Labelled(texts=texts, targets=targets)


def _checkpoint(shown: Labelled, plan: Plan) -> Path:
    """Where the same tuning, interrupted, goes on from; forgotten after a week."""
    folder = cache_folder() / "tuning"
    for old in _older(folder, days=7):
        old.unlink(missing_ok=True)
    facts = (plan.encoder, plan.seed, plan.epochs, plan.batch, plan.learning_rate)
    text = "\n".join([repr(facts), *shown.texts, repr(shown.targets.tolist())])
    return folder / f"{hashlib.sha256(text.encode('utf-8', 'replace')).hexdigest()[:20]}.safetensors"


def _older(folder: Path, *, days: float) -> Iterator[Path]:
    limit = time.time() - days * 86400
    return (file for file in folder.glob("*.safetensors") if file.stat().st_mtime < limit)
