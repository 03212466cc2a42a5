"""How well an index finds the right documents on questions it was not fitted on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from encoders.progress import progress
from encoders.text import detect_language
from knowledge.base import KnowledgeBase
from knowledge.documents import Question, Retrieved

DEPTHS = (1, 3, 5)


def evaluate_knowledge(index: KnowledgeBase, questions: Sequence[Question]) -> dict[str, Any]:
    """Recall at 1, 3 and 5, MRR and the AUROC of answerability; all, and by language."""
    found: list[Retrieved] = []
    with progress("Searching", len(questions)) as step:
        for question in questions:
            found.append(index.search(question.question, context=question.context, k=10))
            step()
    report = _figures(questions, found)
    languages = [one.language or detect_language(one.question) for one in questions]
    report["by_language"] = {
        language: _figures(
            [one for one, is_in in zip(questions, languages, strict=True) if is_in == language],
            [one for one, is_in in zip(found, languages, strict=True) if is_in == language],
        )
        for language in sorted(set(languages))
    }
    report["missed"] = [
        {
            "id": one.id,
            "question": one.question,
            "wanted": list(one.document_ids),
            "found": [hit.document_id for hit in retrieved.passages[:3]],
        }
        for one, retrieved in zip(questions, found, strict=True)
        if one.document_ids
        and not {hit.document_id for hit in retrieved.passages[:3]} & set(one.document_ids)
    ]
    return report


def _figures(questions: Sequence[Question], found: Sequence[Retrieved]) -> dict[str, Any]:
    ranks = [
        _rank(question, retrieved)
        for question, retrieved in zip(questions, found, strict=True)
        if question.document_ids
    ]
    p = np.array([one.p_answerable for one in found])
    answerable = np.array([bool(one.document_ids) for one in questions])
    return {
        "questions": len(questions),
        "answerable": len(ranks),
        **{f"recall_at_{k}": _mean([0 < rank <= k for rank in ranks]) for k in DEPTHS},
        "mrr": _mean([1 / rank if rank else 0.0 for rank in ranks]),
        "answerability_auroc": round(auroc(p, answerable), 4) if 0 < len(ranks) < len(questions) else None,
    }


def _rank(question: Question, retrieved: Retrieved) -> int:
    """The place of the first right document, from 1; 0 when none was found."""
    places = (
        place
        for place, passage in enumerate(retrieved.passages, start=1)
        if passage.document_id in question.document_ids
    )
    return next(places, 0)


def auroc(scores: np.ndarray[Any, Any], flags: np.ndarray[Any, Any]) -> float:
    """The chance that a flagged row scores higher than one that is not (Mann–Whitney); NaN without both."""
    inside, outside = scores[flags], scores[~flags]
    if not len(inside) or not len(outside):
        return float("nan")
    higher = (inside[:, None] > outside[None]).mean() + 0.5 * (inside[:, None] == outside[None]).mean()
    return float(higher)


def _mean(values: Sequence[float | bool]) -> float:
    return round(float(np.mean(values)), 4) if values else 0.0
