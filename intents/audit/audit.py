"""The whole audit of training data: every finding with the examples, where they stand, and what to do."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import numpy as np

from encoders.encoder import Encoder, serving_encoder
from encoders.errors import InputError
from encoders.progress import progress
from encoders.resolve import default_encoder
from intents.audit.confident import Doubt, doubts, estimated_errors, out_of_fold
from intents.audit.duplicates import Copies, exact_copies, near_copies
from intents.audit.intents import Overlap, Starved, overlapping, starved
from intents.evaluation.cross_validation import deal
from intents.examples import OUT_OF_SCOPE, Example, TrainingData
from intents.head import Vectors

FOLDS = 5
KINDS = ("contradictions", "mislabelled", "overlapping", "starved", "duplicates", "near_duplicates")
"""The findings of a report, what does most harm first."""


def audit(data: TrainingData, *, encoder: str = "auto", seed: int = 0) -> dict[str, Any]:
    """Look the examples over, with the frozen encoder and heads that have not seen the judged example.

    Raises:
        InputError: with fewer than two intents, or fewer than ten examples.
        KefuError: when the encoder cannot be found.
    """
    where = data.examples[0].source if data.examples else "the data"
    if len(data.intents) < 2 or len(data.examples) < 2 * FOLDS:
        raise InputError(where, f"an audit needs two intents and {2 * FOLDS} examples.")
    return findings(data.examples, encoded(data.examples, encoder), seed=seed)


def encoded(examples: Sequence[Example], name: str) -> Vectors:
    """Unit vectors (n, d) of the examples' texts."""
    texts = [one.text for one in examples]
    folder = serving_encoder(name if name != "auto" else default_encoder(texts))
    with progress("Embedding", len(texts)) as step:
        return Encoder.load(folder, threads=os.cpu_count() or 1).encode(texts, progress=step)


def findings(examples: Sequence[Example], vectors: Vectors, *, seed: int = 0) -> dict[str, Any]:
    """What the audit finds, as plain JSON; one list a kind of KINDS, each finding with its `fix`."""
    classes, labels = np.unique([one.intent for one in examples], return_inverse=True)
    names = [str(name) for name in classes]
    probabilities = out_of_fold(vectors, labels, deal(examples, FOLDS, seed))
    exact, near = exact_copies(examples), near_copies(examples)
    contradicted = {row for one in exact + near for row in one.rows if _contradicts(examples, one)}
    wrong = [one for one in doubts(probabilities, labels) if one.row not in contradicted]
    inside = np.array([one.intent != OUT_OF_SCOPE for one in examples])
    return {
        "examples": len(examples),
        "intents": len(names) - (OUT_OF_SCOPE in names),
        "accuracy_out_of_fold": round(float((probabilities.argmax(axis=1) == labels)[inside].mean()), 4),
        "estimated_wrong_labels": estimated_errors(probabilities, labels),
        "contradictions": [
            _contradiction(examples, one) for one in exact + near if _contradicts(examples, one)
        ],
        "mislabelled": [_mislabelled(examples, names, one) for one in wrong],
        "overlapping": [_overlap(examples, one) for one in overlapping(labels, names, probabilities)],
        "starved": [_starved(one) for one in starved(labels, names, probabilities)],
        "duplicates": [_copies(examples, one) for one in exact if not _contradicts(examples, one)],
        "near_duplicates": [_copies(examples, one) for one in near if not _contradicts(examples, one)],
    }


def _contradicts(examples: Sequence[Example], copies: Copies) -> bool:
    return len({examples[row].intent for row in copies.rows}) > 1


def _contradiction(examples: Sequence[Example], copies: Copies) -> dict[str, Any]:
    intents = sorted({examples[row].intent for row in copies.rows})
    what = "The same text" if copies.alike == 1 else "Nearly the same text"
    return {
        "examples": _shown(examples, copies.rows),
        "alike": copies.alike,
        "fix": f"{what} is in {' and '.join(intents)}: keep it in one of them"
        + (", or make it say what tells them apart." if copies.alike < 1 else "."),
    }


def _copies(examples: Sequence[Example], copies: Copies) -> dict[str, Any]:
    extra = len(copies.rows) - 1
    fix = (
        f"Remove {extra} of them."
        if copies.alike == 1
        else "Keep one, or write what customers say otherwise."
    )
    return {"examples": _shown(examples, copies.rows), "alike": copies.alike, "fix": fix}


def _mislabelled(examples: Sequence[Example], names: Sequence[str], doubt: Doubt) -> dict[str, Any]:
    likely = names[doubt.likely]
    right = f"if {names[doubt.label]} is right, add more like it there."
    return {
        "examples": _shown(examples, (doubt.row,)),
        "likely": likely,
        "p_label": round(doubt.p_label, 4),
        "p_likely": round(doubt.p_likely, 4),
        "fix": f"Move it to {likely}; {right}",
    }


def _overlap(examples: Sequence[Example], overlap: Overlap) -> dict[str, Any]:
    return {
        "first": overlap.first,
        "second": overlap.second,
        "share": round(overlap.share, 4),
        "examples": _shown(examples, overlap.rows),
        "fix": f"If both get the same answer, merge {overlap.first} and {overlap.second}; else move what is in the "
        "wrong one, and add examples that say what tells them apart.",
    }


def _starved(one: Starved) -> dict[str, Any]:
    return {
        "intent": one.intent,
        "count": one.examples,
        "recall": round(one.recall, 4),
        "fix": f"Add {one.missing} or more examples, worded as differently as customers do: `kefu mine` finds them in "
        "old conversations.",
    }


def _shown(examples: Sequence[Example], rows: Sequence[int]) -> list[dict[str, str]]:
    return [
        {"text": examples[row].text, "intent": examples[row].intent, "source": examples[row].source}
        for row in rows
    ]
