"""Adapting a project's encoder to its questions and articles, and keeping it only where that helps."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
from safetensors.torch import save_file

from encoders.artifacts import building
from encoders.encoder import Encoder
from encoders.errors import InputError
from encoders.resolve import resolve_encoder
from encoders.torch_encoder import TorchEncoder, load_torch_encoder
from knowledge.build import assembled_index
from knowledge.documents import Document, Question
from knowledge.tuning.contrast import TorchVectors, contrast
from knowledge.tuning.pairs import labelled, mined, passage_texts

KIND = "tuned encoder"
FEWEST = 40
"""Questions with an answer: fewer can teach little, and say less of whether they did."""
HELD_OUT = 3
"""One question in so many is held out."""
RESAMPLES = 2000
SURE = 0.9
"""The share of resamples of the held-out questions in which the tuned encoder has to be better."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tuned:
    """What tuning gave on the held-out questions.

    Attributes:
        before, after: {"recall_at_1", "mrr"} of the whole search, refitted with each encoder.
        sure: the share of resamples in which the mean reciprocal rank was better after it.
    """

    questions: int
    held_out: int
    before: dict[str, float]
    after: dict[str, float]
    sure: float
    kept: bool


def tune_encoder(
    documents: Sequence[Document],
    questions: Sequence[Question],
    out: Path,
    *,
    encoder: str,
    epochs: int,
    seed: int,
) -> Tuned:
    """Tune `encoder` on two thirds of the labelled questions, and write it to `out` if the rest are answered better.

    Raises:
        InputError: when there are too few questions. KefuError: when the encoder or torch cannot be used.
    """
    asked = labelled(documents, questions)
    if len(asked) < FEWEST:
        raise InputError(
            "the training questions",
            f"are too few to tune with: {len(asked)} that an article answers, {FEWEST} are needed.",
            remedy="Write more into knowledge/questions.jsonl.",
        )
    held = {int(one) for one in np.random.default_rng(seed).permutation(len(asked))[: len(asked) // HELD_OUT]}
    shown = [one for place, one in enumerate(asked) if place not in held]
    others = [one for one in questions if not one.document_ids]
    tested = [asked[place] for place in sorted(held)]
    folder = resolve_encoder(encoder)
    module, tokens = load_torch_encoder(folder, name=encoder)
    vectors = TorchVectors(module, tokens)
    before = _ranks(documents, shown + others, tested, vectors)
    texts = passage_texts(documents)
    pairs = mined(
        shown,
        texts,
        vectors.encode([one.question for one in shown]),
        vectors.encode(texts.bodies, kind="document"),
    )
    contrast(module, tokens, pairs, texts.bodies, epochs=epochs, seed=seed)
    after = _ranks(documents, shown + others, tested, vectors)
    sure = surely_better(before, after, seed)
    tuned = Tuned(
        questions=len(asked),
        held_out=len(tested),
        before=figures(before),
        after=figures(after),
        sure=round(sure, 3),
        kept=sure >= SURE,
    )
    if tuned.kept:
        _write(module, folder, out, tuned)
    return tuned


def _ranks(
    documents: Sequence[Document],
    shown: Sequence[Question],
    tested: Sequence[Question],
    vectors: TorchVectors,
) -> np.ndarray[Any, Any]:
    """Reciprocal ranks of the first right document, by an index that is fitted on the shown questions."""
    index = assembled_index(documents, cast(Encoder, vectors), shown)
    ranks = []
    for question in tested:
        hits = index.search(question.question, context=question.context, k=10).passages
        places = (place for place, hit in enumerate(hits, 1) if hit.document_id in question.document_ids)
        place = next(places, 0)
        ranks.append(1 / place if place else 0.0)
    return np.array(ranks)


def surely_better(before: np.ndarray[Any, Any], after: np.ndarray[Any, Any], seed: int) -> float:
    """The share of resamples of the questions in which `after` is better.

    By a paired bootstrap (Sakai, "Evaluating evaluation metrics based on the bootstrap", 2006).
    """
    chosen = np.random.default_rng(seed).integers(len(before), size=(RESAMPLES, len(before)))
    return float((np.asarray(after - before)[chosen].mean(axis=1) > 0).mean())


def figures(ranks: np.ndarray[Any, Any]) -> dict[str, float]:
    """Recall of the first, and the mean, of reciprocal ranks."""
    return {"recall_at_1": round(float((ranks == 1).mean()), 4), "mrr": round(float(ranks.mean()), 4)}


def _write(module: TorchEncoder, source: Path, out: Path, tuned: Tuned) -> None:
    """The source's folder with the new weights: a model folder as any other."""
    with building(out, kind=KIND, facts=asdict(tuned)) as draft:
        for path in source.rglob("*"):
            if (
                path.is_file()
                and path.suffix not in {".safetensors", ".bin"}
                and path.name != "manifest.json"
            ):
                (draft / path.relative_to(source)).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, draft / path.relative_to(source))
        weights = {name: value.contiguous() for name, value in module.bert.state_dict().items()}
        save_file(weights, draft / "model.safetensors", metadata={"format": "pt"})
        config = json.loads((source / "config.json").read_text(encoding="utf-8"))
        # E5 models are known by their names, which decide their prompts.
        text = json.dumps(config | {"_name_or_path": _name(config, source)}, indent=1)
        (draft / "config.json").write_text(text, encoding="utf-8")


def _name(config: dict[str, Any], source: Path) -> str:
    return str(config.get("_name_or_path") or source.name)
