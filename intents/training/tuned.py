"""The recipe `finetune`: tried without some examples, to see what it is worth, then taken further with all of them."""

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
from encoders.encoder import serving_encoder
from encoders.logistic import Floats
from encoders.model_folder import read_model_folder
from encoders.onnx import export_encoder
from encoders.resolve import resolve_encoder
from encoders.torch_encoder import encode
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
ENOUGH_TRIED = 300
"""Held-out rows from which on one trial says enough."""
FIRST_SHARE = 0.65
"""Of the minutes, for the first trial."""
FEW = 1000
"""Examples up to which epochs are cheap: more of them are made then."""
MOST_EPOCHS = 6
"""Of a trial with more examples than a few."""
FURTHER, FURTHER_WITH_FEW = 2, 4
"""Epochs over all examples after a trial: as good as tuning anew, in half of the time."""
MOST_DROP = 0.003
"""How much accuracy int8 weights may cost before the float ones are served, where it is more than chance."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """An encoder tuned without the held-out rows of a fold.

    Attributes:
        sample: all examples as vectors of it. plan: how it was tuned. tuned: what came of it.
        lost: (n,) of the held-out rows, 1 where int8 weights made a right class wrong, -1 the other way.
    """

    fold: Fold
    sample: Sample
    plan: Plan
    tuned: Tuned
    lost: Floats


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
        epochs=options.epochs if len(rows.texts) <= FEW else min(options.epochs, MOST_EPOCHS),
        batch=options.batch,
        learning_rate=options.learning_rate,
        seconds=limit * FIRST_SHARE or None,
        log=options.log,
    )
    started, trials = time.monotonic(), list[Trial]()
    for fold in folds[:MOST_TRIALS]:
        spent = time.monotonic() - started
        if trials and (len(trials[0].fold[1]) >= ENOUGH_TRIED or (limit and 2.4 * spent > limit)):
            break
        trials.append(_trial(rows, fold, _like(trials[0].plan) if trials else plan, named))
    return trials


def train_on_all(
    rows: Rows, trials: Sequence[Trial], out: Path, options: TrainingOptions, *, named: bool
) -> Sample:
    """Take the last trial's encoder further with every example, and write it to `out`."""
    shown, last = _labelled(rows, np.arange(len(rows.targets)), named), trials[-1]
    seconds = options.minutes * 60 * (1 - FIRST_SHARE) or None
    further = FURTHER_WITH_FEW if len(rows.texts) <= FEW else FURTHER
    plan = replace(last.plan, seconds=seconds, epochs=min(further, last.plan.epochs))
    tuned = finetune(shown, None, replace(plan, checkpoint=_checkpoint(shown, plan)), last.tuned)
    lost = np.concatenate([trial.lost for trial in trials])
    exact = lost.mean() > MOST_DROP and lost.mean() >= lost.std() / len(lost) ** 0.5
    if exact:
        log.warning("int8 weights cost %.1f points of accuracy: float weights are kept.", 100 * lost.mean())
    original = serving_encoder(plan.encoder) if options.with_original else None
    return _exported(rows, tuned, plan.encoder, out, quantise=not exact, original=original)


def int8_drop(trials: Sequence[Trial]) -> float:
    """How much accuracy int8 weights cost on all held-out rows."""
    return float(np.concatenate([trial.lost for trial in trials]).mean())


def _trial(rows: Rows, fold: Fold, plan: Plan, named: bool) -> Trial:
    shown, held = fold
    lesson, test = _labelled(rows, shown, named), _labelled(rows, held, named=False)
    tuned = finetune(lesson, test, replace(plan, checkpoint=_checkpoint(lesson, plan)))
    with tempfile.TemporaryDirectory() as place:
        sample = _exported(rows, tuned, plan.encoder, Path(place, "int8"), quantise=True)
    tokens = read_model_folder(resolve_encoder(plan.encoder), name=plan.encoder).tokens()
    vectors = encode(tuned.module, tokens, test.texts)
    centred = sample.centred()
    light = fit_light(centred.rows(shown), len(rows.labels))
    right = [
        light.logits(found).argmax(axis=1) == test.targets
        for found in (unit(vectors - sample.mean), centred.vectors[held])
    ]
    lost = right[0].astype(float) - right[1]
    return Trial(fold=fold, sample=sample, plan=replace(plan, epochs=tuned.planned), tuned=tuned, lost=lost)


def _exported(
    rows: Rows, tuned: Tuned, encoder: str, out: Path, *, quantise: bool, original: Path | None = None
) -> Sample:
    source, module = resolve_encoder(encoder), tuned.module
    export_encoder(source, out, name=encoder, module=module, quantise=quantise, original=original)
    return sample_of(rows, out, learnt=(tuned.mean, tuned.prototypes / np.float32(TEMPERATURE)))


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
