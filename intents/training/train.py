"""From labelled examples to a model folder."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from encoders.artifacts import building, link_folder
from encoders.encoder import Encoder, serving_encoder
from encoders.errors import InputError
from encoders.logistic import Floats
from encoders.progress import progress
from encoders.resolve import default_encoder, resolve_encoder
from encoders.text import detect_language
from intents.classifier import KIND, ranked
from intents.entities import EntityExtractor
from intents.examples import OUT_OF_SCOPE, TrainingData
from intents.head import Vectors, save_head
from intents.known_texts import save_known_texts
from intents.training.card import model_card
from intents.training.fit import Fitted, Fold, Indexes, UnseenRows, fit_head, stratified_folds
from intents.training.options import TrainingOptions, TrainingReport, Unseen
from intents.understanding import Understanding

FOLDS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class _Set:
    """The examples as training takes them."""

    texts: Sequence[str]
    targets: Indexes
    labels: tuple[str, ...]
    outside: Sequence[str]


def train_intents(data: TrainingData, out: Path, options: TrainingOptions) -> TrainingReport:
    """Train a model and write it to `out`.

    Raises:
        InputError: with fewer than two intents, or an unknown recipe.
        KefuError: when the encoder cannot be found.
    """
    rows = _rows(data, options)
    name = options.encoder if options.encoder != "auto" else default_encoder(rows.texts)
    facts: dict[str, Any] = {}
    with building(out, kind=KIND, facts=facts) as draft:
        fitted = {"finetune": _finetuned, "fast": _fast}[options.recipe](rows, name, draft, options)
        save_head(fitted.head, draft)
        save_known_texts([one for one in data.examples if one.intent != OUT_OF_SCOPE], draft)
        EntityExtractor.from_training_data(data).save(draft / "entities.json")
        report = TrainingReport(
            recipe=options.recipe,
            encoder=name,
            intents=len(rows.labels),
            examples=len(rows.texts),
            out_of_scope=len(rows.outside),
            figures=fitted.figures,
            unseen=_unseen(fitted.unseen, rows),
        )
        facts.update(_facts(report, rows, options))
        (draft / "card.md").write_text(model_card(facts), encoding="utf-8")
    return report


def _rows(data: TrainingData, options: TrainingOptions) -> _Set:
    if options.recipe not in ("finetune", "fast"):
        raise InputError("--recipe", f"there is no recipe {options.recipe!r}.", remedy="finetune or fast.")
    labels = data.intents
    if len(labels) < 2:
        where = data.examples[0].source if data.examples else "the training data"
        raise InputError(where, f"at least two intents are needed, there are {len(labels)}.")
    number = {label: index for index, label in enumerate(labels)}
    inside = [example for example in data.examples if example.intent != OUT_OF_SCOPE]
    outside = [example.text for example in data.examples if example.intent == OUT_OF_SCOPE]
    return _Set(
        texts=[example.text for example in inside],
        targets=np.array([number[example.intent] for example in inside]),
        labels=labels,
        outside=[*outside, *options.extra_out_of_scope],
    )


def _fast(rows: _Set, name: str, draft: Path, options: TrainingOptions) -> Fitted:
    """The encoder as it is, and a head in seconds."""
    link_folder(serving_encoder(name), draft / "encoder")
    vectors, outside = _encoded(draft / "encoder", rows)
    smallest = int(np.bincount(rows.targets).min())
    folds = stratified_folds(rows.targets, max(2, min(FOLDS, smallest)), options.seed)
    return fit_head(vectors, rows.targets, rows.labels, outside, folds)


def _finetuned(rows: _Set, name: str, draft: Path, options: TrainingOptions) -> Fitted:
    """BERT tuned on most rows; the rest, which it has not seen, calibrates."""
    from encoders.onnx import export_encoder
    from intents.training.finetune import Labelled, finetune

    shown, held = _split(rows.targets, options)

    def part(indexes: Indexes) -> Labelled:
        return Labelled(texts=[rows.texts[index] for index in indexes], targets=rows.targets[indexes])

    source = resolve_encoder(name)
    module = finetune(source, name, part(shown), part(held), options)
    export_encoder(source, draft / "encoder", name=name, module=module)
    del module
    vectors, outside = _encoded(draft / "encoder", rows)
    return fit_head(vectors, rows.targets, rows.labels, outside, [(shown, held)])


def _split(targets: Indexes, options: TrainingOptions) -> Fold:
    """One stratified fold of about the share to hold out; every class is shown."""
    count = max(2, round(1 / options.held_out))
    shown, held = stratified_folds(targets, count, options.seed)[0]
    lonely = np.setdiff1d(targets, targets[shown])
    back = held[np.isin(targets[held], lonely)]
    return np.sort(np.concatenate([shown, back])), np.setdiff1d(held, back)


def _encoded(folder: Path, rows: _Set) -> tuple[Vectors, Vectors]:
    """Vectors of the examples and of the out-of-scope rows, as the served encoder makes them."""
    encoder = Encoder.load(folder, threads=os.cpu_count() or 1)
    with progress("Embedding", len(rows.texts) + len(rows.outside)) as step:
        return encoder.encode(rows.texts, progress=step), encoder.encode(rows.outside, progress=step)


def _unseen(unseen: UnseenRows, rows: _Set) -> tuple[Unseen, ...]:
    """The examples that some head had not seen, then the out-of-scope rows."""
    inside = zip(unseen.rows, unseen.probabilities, unseen.in_scope, strict=True)
    outside = zip(rows.outside, unseen.outside_probabilities, unseen.outside_in_scope, strict=True)
    found = [
        Unseen(
            understanding=_understood(rows.texts[row], p, scope, rows), intent=rows.labels[rows.targets[row]]
        )
        for row, p, scope in inside
    ]
    found += [
        Unseen(understanding=_understood(text, p, scope, rows), intent=None) for text, p, scope in outside
    ]
    return tuple(found)


def _understood(text: str, probabilities: Floats, in_scope: float, rows: _Set) -> Understanding:
    return Understanding(
        text=text,
        ranking=ranked(rows.labels, probabilities),
        in_scope=float(in_scope),
        language=detect_language(text),
        model_id="",
    )


def _facts(report: TrainingReport, rows: _Set, options: TrainingOptions) -> dict[str, Any]:
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
