"""A reranker for a project, its own or a given one, kept only where held-out questions are answered better."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from encoders.cross_encoder import CrossEncoder, PairTokens
from encoders.cross_onnx import export_cross_encoder
from encoders.encoder import Encoder, serving_encoder
from encoders.errors import InputError
from encoders.progress import progress
from encoders.resolve import resolve_encoder
from encoders.text import detect_language
from encoders.torch_cross_encoder import is_cross_encoder, load_torch_cross_encoder
from knowledge.build import fitted_index
from knowledge.documents import Document, Question, Retrieved
from knowledge.index import KnowledgeIndex
from knowledge.ranker import Asked
from knowledge.rerank import MOST, fit_reranker, save_reranker, scores, signals
from knowledge.tuning.pairwise import WRONG, Group, learn_groups
from knowledge.tuning.tune import FEWEST, HELD_OUT, SURE, Tuned, figures, surely_better

DEPTH = 10
FOLDS = 5
OWN = "own"
"""The name of the cross-encoder that is trained from the project's encoder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What to tune with: the search's encoder, and the cross-encoder's name, `OWN` or a folder or one on the hub."""

    encoder: str
    reranker: str
    epochs: int
    seed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Held:
    """A held-out question: what the search found, in its order, and the same with the cross-encoder's scores."""

    question: Question
    found: Retrieved
    asked: Asked


def tune_reranker(
    documents: Sequence[Document], questions: Sequence[Question], out: Path, choice: Choice
) -> Tuned:
    """Tune on two thirds of the questions, and write the reranker to `out` if the rest are answered better.

    Search and cross-encoder learn from the shown questions. How much a score counts is fitted on held-out ones, and
    judged on others of these, by cross-validation.

    Raises:
        InputError: when there are too few questions. KefuError: when a model or torch cannot be used.
    """
    shown, held = _parts(documents, questions, choice.seed)
    encoder = Encoder.load(serving_encoder(choice.encoder))
    index, looked_up = fitted_index(documents, encoder, shown)
    found = {one.id: index.retrieved(*looked_up[one.id], k=DEPTH) for one in shown if one.id in looked_up}
    groups = _groups(shown, found)
    source = resolve_encoder(choice.encoder if choice.reranker == OWN else choice.reranker)
    with tempfile.TemporaryDirectory() as place:
        cross = Path(place, "cross")
        learnt = _export(source, groups, cross, choice)
        measured = _read(index, CrossEncoder(cross), held)
        before, after = _ranks(measured, choice.seed)
        sure = surely_better(before, after, choice.seed)
        tuned = Tuned(
            questions=sum(bool(one.document_ids) for one in (*shown, *held)),
            held_out=len(before),
            before=figures(before),
            after=figures(after),
            sure=round(sure, 3),
            kept=sure >= SURE,
        )
        if tuned.kept:
            ranker = fit_reranker([one.asked for one in measured])
            save_reranker(cross, ranker, out, encoder_id=encoder.id, facts=asdict(tuned), learnt=learnt)
    return tuned


def _parts(
    documents: Sequence[Document], questions: Sequence[Question], seed: int
) -> tuple[list[Question], list[Question]]:
    """The questions to learn from, and one in `HELD_OUT` of those with and those without an answer."""
    known = {one.id for one in documents}
    answerable = [one for one in questions if known & set(one.document_ids)]
    if len(answerable) < FEWEST:
        raise InputError(
            "the training questions",
            f"are too few to tune with: {len(answerable)} that an article answers, {FEWEST} are needed.",
            remedy="Write more into knowledge/questions.jsonl.",
        )
    shown: list[Question] = []
    held: list[Question] = []
    for ones in (answerable, [one for one in questions if not one.document_ids]):
        order = np.random.default_rng(seed).permutation(len(ones))
        held += [ones[place] for place in order[: len(ones) // HELD_OUT]]
        shown += [ones[place] for place in order[len(ones) // HELD_OUT :]]
    return shown, held


def _groups(shown: Sequence[Question], found: Mapping[str, Retrieved]) -> list[Group]:
    """The shown questions with the right passage and the wrong ones that the search puts first."""
    groups = []
    for one in shown:
        passages = found[one.id].passages if one.id in found else ()
        right = [hit for hit in passages if hit.document_id in one.document_ids][:1]
        wrong = [hit for hit in passages if hit.document_id not in one.document_ids][:WRONG]
        if right and wrong:
            texts = tuple(f"{hit.title}. {hit.text}" for hit in (*right, *wrong))
            groups.append(Group(question=one.question, passages=texts))
    return groups


def _export(source: Path, groups: Sequence[Group], out: Path, choice: Choice) -> list[str]:
    """Write the cross-encoder, and give the questions that it has learnt from: none where it was given."""
    module = load_torch_cross_encoder(source)
    own = choice.reranker == OWN or not is_cross_encoder(source)
    if own:
        tokens = PairTokens(source / "tokenizer.json", pad_id=int(module.model.config.pad_token_id or 0))
        learn_groups(module, tokens, groups, epochs=choice.epochs, seed=choice.seed)
    export_cross_encoder(source, module, out, name=choice.reranker)
    return [one.question for one in groups] if own else []


def _read(index: KnowledgeIndex, cross: CrossEncoder, held: Sequence[Question]) -> list[_Held]:
    """The held-out questions searched for, and their best passages read."""
    measured = []
    with progress("Reading the best passages", len(held)) as step:
        for one in held:
            found = index.search(one.question, context=one.context, k=DEPTH)
            best = found.passages[:MOST]
            language = one.language or detect_language(one.question)
            asked = Asked(
                signals=signals(np.array([hit.p for hit in best]), scores(cross, one.question, best)),
                right=np.array([float(hit.document_id in one.document_ids) for hit in best]),
                answerable=bool(one.document_ids),
                language=0 if language == "en" else 1,
            )
            measured.append(_Held(question=one, found=found, asked=asked))
            step()
    return [one for one in measured if one.found.passages]


def _ranks(measured: Sequence[_Held], seed: int) -> tuple[Any, Any]:
    """Reciprocal ranks of the answerable ones before and after, each judged by a fit that did not see it."""
    order = np.random.default_rng(seed).permutation(len(measured))
    before, after = [], []
    for fold in range(FOLDS):
        inside = set(order[fold::FOLDS].tolist())
        ranker = fit_reranker([one.asked for place, one in enumerate(measured) if place not in inside])
        for one in (measured[place] for place in sorted(inside)):
            if not one.asked.answerable:
                continue
            hits = one.found.passages
            read = np.argsort(-ranker(one.asked.signals), kind="stable").tolist()
            before.append(_reciprocal(one.question, [hit.document_id for hit in hits]))
            after.append(
                _reciprocal(
                    one.question, [hits[place].document_id for place in (*read, *range(len(read), len(hits)))]
                )
            )
    return np.array(before), np.array(after)


def _reciprocal(question: Question, documents: Sequence[str]) -> float:
    place = next((place for place, one in enumerate(documents, 1) if one in question.document_ids), 0)
    return 1 / place if place else 0.0
