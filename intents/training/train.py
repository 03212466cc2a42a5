"""From labelled examples to a model folder."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from encoders.artifacts import building, link_folder
from encoders.encoder import serving_encoder
from encoders.logistic import Floats
from encoders.resolve import default_encoder
from intents.classifier import KIND
from intents.entities import EntityExtractor
from intents.examples import OUT_OF_SCOPE, TrainingData
from intents.head import save_head
from intents.known_texts import save_known_texts
from intents.tagging.finder import EntityFinder
from intents.training.card import model_card
from intents.training.fit import Calibration, calibrate, kept_rows, make_head
from intents.training.frozen import sample_of
from intents.training.launch import launched
from intents.training.light import Sample
from intents.training.options import EntityReport, TrainingOptions, TrainingReport
from intents.training.rows import Rows, rows_of, trial_folds
from intents.training.unseen import unseen_texts

if TYPE_CHECKING:
    from intents.training.tuned import Trial


@dataclass(frozen=True, slots=True, kw_only=True)
class _Choice:
    """The recipe that a model is made with, and what was found out on the way.

    Attributes:
        trials: of fine-tuning, where that is the recipe.
    """

    recipe: str
    calibration: Calibration
    compared: dict[str, float]
    why: str
    trials: Sequence[Trial] = ()


def train_intents(data: TrainingData, out: Path, options: TrainingOptions) -> TrainingReport:
    """Train a model and write it to `out`.

    Raises:
        InputError: with fewer than two intents.
        KefuError: when the encoder cannot be found.
    """
    rows = rows_of(data, options)
    with _leading():
        return _train(data, rows, out, options)


def _train(data: TrainingData, rows: Rows, out: Path, options: TrainingOptions) -> TrainingReport:
    name = options.encoder if options.encoder != "auto" else default_encoder(rows.texts)
    facts: dict[str, Any] = {}
    with building(out, kind=KIND, facts=facts) as draft:
        frozen = sample_of(rows, serving_encoder(name))
        choice = _choose(rows, frozen, name, options)
        if choice.trials:
            from intents.training.tuned import train_on_all

            named = len(frozen.names) > 0
            sample = train_on_all(rows, choice.trials, draft / "encoder", options, named=named)
        else:
            sample = frozen
            link_folder(serving_encoder(name), draft / "encoder")
        save_head(make_head(sample, rows.labels, choice.calibration), draft)
        inside = [one for one in data.examples if one.intent != OUT_OF_SCOPE]
        save_known_texts([inside[row] for row in kept_rows(rows.targets)], draft)
        entities = _entities(data, draft, serving_encoder(name), options)
        report = TrainingReport(
            recipe=choice.recipe,
            encoder=name,
            intents=len(rows.labels),
            examples=len(rows.texts),
            out_of_scope=len(rows.outside),
            figures=choice.calibration.figures,
            compared=choice.compared,
            why=choice.why,
            entities=entities,
            unseen=unseen_texts(choice.calibration.unseen, rows),
        )
        facts.update(_facts(report, rows, options))
        (draft / "card.md").write_text(model_card(facts), encoding="utf-8")
    return report


def _entities(
    data: TrainingData, draft: Path, encoder: Path, options: TrainingOptions
) -> Mapping[str, EntityReport]:
    """Write what finds the entities to `draft`."""
    if not options.entities:
        EntityFinder(rules=EntityExtractor.from_training_data(data)).save(draft)
        return {}
    from intents.training.entities import train_entities

    trained = train_entities(data, encoder, seed=options.seed)
    trained.finder.save(draft)
    return trained.reports


def _leading() -> AbstractContextManager[None]:
    """Where torchrun started other processes too, they help with the tuning."""
    if launched() == 1:
        return nullcontext()
    from intents.training.processes import leading

    return leading()


def _facts(report: TrainingReport, rows: Rows, options: TrainingOptions) -> dict[str, Any]:
    content = "\n".join(f"{target}\t{text}" for target, text in zip(rows.targets, rows.texts, strict=True))
    data_hash = hashlib.sha256(content.encode()).hexdigest()
    made = datetime.now(UTC)
    return {
        "model_id": f"{made:%Y%m%d-%H%M%S}-{data_hash[:8]}",
        "made": made.isoformat(timespec="seconds"),
        "seed": options.seed,
        "data_sha256": data_hash,
        "versions": {name: version(name) for name in ("kefu", "numpy", "onnxruntime")},
        **report.as_dict(),
    }


def _choose(rows: Rows, frozen: Sample, name: str, options: TrainingOptions) -> _Choice:
    """Calibrate the recipe that was asked for; with `auto`, the better one on the same held-out examples."""
    folds = trial_folds(rows, options)
    all_folds = [(frozen, fold) for fold in folds]
    if options.recipe == "fast":
        return _fast(calibrate(all_folds, len(rows.labels), inside_share=options.inside_share))
    from intents.training.tuned import int8_drop, run_trials

    trials = run_trials(rows, folds, options, encoder=name, named=len(frozen.names) > 0)
    pairs = [(trial.sample, trial.fold) for trial in trials]
    tuned = calibrate(pairs, len(rows.labels), inside_share=options.inside_share)
    plain = calibrate(
        [(frozen, fold) for _, fold in pairs], len(rows.labels), inside_share=options.inside_share
    )
    compared = {"fast": plain.figures["accuracy"], "finetune": tuned.figures["accuracy"]}
    better = "fast" if _clearly(plain.right - tuned.right) else "finetune"
    if options.recipe == "auto" and better == "fast":
        choice = _fast(calibrate(all_folds, len(rows.labels), inside_share=options.inside_share))
        return replace(choice, compared=compared, why=_why(better, compared, tuned))
    why = _why(better, compared, tuned) if options.recipe == "auto" else "It was asked for."
    tuned = replace(tuned, figures=tuned.figures | {"accuracy_lost_by_int8": round(int8_drop(trials), 4)})
    return _Choice(recipe="finetune", calibration=tuned, compared=compared, why=why, trials=trials)


def _fast(calibration: Calibration) -> _Choice:
    compared = {"fast": calibration.figures["accuracy"]}
    return _Choice(recipe="fast", calibration=calibration, compared=compared, why="It was asked for.")


def _clearly(lead: Floats) -> bool:
    """Whether a lead (n,), row by row, is more than chance would make it: over one standard error."""
    return bool(lead.mean() > lead.std() / len(lead) ** 0.5) and bool(lead.mean() > 0)


def _why(better: str, compared: Mapping[str, float], calibration: Calibration) -> str:
    fast, finetune = (f"{100 * compared[name]:.1f} %" for name in ("fast", "finetune"))
    held = f"{len(calibration.right)} examples that neither had seen: fast {fast} right, finetune {finetune}"
    if better == "fast":
        return f"fast is better on {held}."
    if compared["finetune"] > compared["fast"]:
        return f"finetune is better on {held}."
    return f"fast is not clearly better on {held}; elsewhere finetune has been."
