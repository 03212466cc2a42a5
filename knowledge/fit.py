"""Fitting an index's ranker on training questions that are looked up as if they were not known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from encoders.logistic import Logistic, balanced, fit_logistic
from encoders.progress import progress
from encoders.text import detect_language
from knowledge.documents import Question
from knowledge.evaluate import auroc
from knowledge.hashes import hashed
from knowledge.index import Fitted, KnowledgeIndex
from knowledge.ranker import Asked, Ranker, fit_ranker
from knowledge.segment import Query
from knowledge.signals import Found

FOLDS = 5
ENOUGH_OF_EACH = 100
"""Whether a question has an answer at all is learnt from so many of both kinds."""
RIDGE = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionFit:
    """What to rank by, what cross-validation says of it, and what each question found, by its id."""

    fitted: Fitted
    figures: dict[str, Any]
    looked_up: dict[str, tuple[Query, Found]]


def fit_questions(index: KnowledgeIndex, questions: Sequence[Question], which: Sequence[int]) -> QuestionFit:
    """Fit the index's ranker.

    Args:
        which: for each known question of the index, in the order they were given, the question it is.
    """
    number = {int(one): place for place, one in enumerate(index.base.ids)}
    truths = [
        {number[int(one)] for one in hashed(question.document_ids) if int(one) in number}
        for question in questions
    ]
    queries = _queries(index, questions, which)
    asked: list[Asked] = []
    looked_up: dict[str, tuple[Query, Found]] = {}
    with progress("Looking up training questions", len(questions)) as step:
        for question, query, truth in zip(questions, queries, truths, strict=True):
            step()
            if question.document_ids and not truth:
                continue  # answered by what is not in this index: says nothing of the ranking
            found = index.candidates(query)
            looked_up[question.id] = (query, found)
            asked.append(
                Asked(
                    signals=found.signals,
                    right=np.array([float(place in truth) for place in found.documents]),
                    answerable=bool(truth),
                    language=0 if query.language == "en" else 1,
                )
            )
    seeking = _seeking(queries, [bool(one.document_ids) for one in questions])
    fitted = replace(index.fitted, ranker=fit_ranker(asked), seeking=seeking)
    return QuestionFit(fitted=fitted, figures=_cross_validated(asked), looked_up=looked_up)


def _queries(index: KnowledgeIndex, questions: Sequence[Question], which: Sequence[int]) -> list[Query]:
    """The questions as queries that do not know themselves."""
    with progress("Embedding training questions", len(questions)) as step:
        vectors = index.encoder.encode([one.question for one in questions], progress=step)
    own: dict[int, list[int]] = {}
    for place, question in zip(np.flatnonzero(index.base.trained), which, strict=True):
        own.setdefault(question, []).append(int(place))
    return [
        index.query(
            one.question,
            vector,
            context=one.context,
            language=one.language or detect_language(one.question),
            without=np.array(own.get(place, []), np.int64),
        )
        for place, (one, vector) in enumerate(zip(questions, vectors, strict=True))
    ]


def _seeking(queries: Sequence[Query], answerable: list[bool]) -> Logistic | None:
    """What questions with an answer have in common, apart from which answer it is."""
    flags = np.array(answerable, float)
    if min(flags.sum(), (1 - flags).sum()) < ENOUGH_OF_EACH:
        return None
    vectors = np.stack([query.vector for query in queries]).astype(float)
    return fit_logistic(vectors, flags, row_weights=balanced(flags), ridge=RIDGE)


def _cross_validated(asked: list[Asked]) -> dict[str, Any]:
    """Recall of the first and the first three, and how well the best p tells answerable from not."""
    order = np.random.default_rng(0).permutation(len(asked))
    best, flags = np.zeros(len(asked)), np.array([one.answerable for one in asked])
    ranks = np.zeros(len(asked), int)
    for fold in range(FOLDS):
        held = set(order[fold::FOLDS].tolist())
        ranker = fit_ranker([one for place, one in enumerate(asked) if place not in held])
        for place in held:
            best[place], ranks[place] = _judged(asked[place], ranker)
    ranks = ranks[flags]
    return {
        "recall_at_1": round(float(np.mean(ranks == 1)), 4),
        "recall_at_3": round(float(np.mean((ranks > 0) & (ranks <= 3))), 4),
        "answerability_auroc": round(auroc(best, flags), 4),
    }


def _judged(asked: Asked, ranker: Ranker) -> tuple[float, int]:
    """The best p, and the rank of the first right document, 0 where none is among the candidates."""
    p = ranker(asked.signals)
    right = np.flatnonzero(asked.right[np.argsort(-p, kind="stable")])
    return float(p.max(initial=0.0)), int(right[0]) + 1 if len(right) else 0
