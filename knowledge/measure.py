"""All that can be measured of an index with labelled questions: arms, answers, citations, time, gaps."""

from __future__ import annotations

import math
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from encoders.progress import progress
from encoders.text import detect_language
from knowledge.answer import extract_answer
from knowledge.documents import Question, Retrieved
from knowledge.evaluate import DEPTHS, auroc
from knowledge.index import KnowledgeIndex
from knowledge.ranker import SIGNALS

DEPTH = 10
LISTED = 50
"""Gaps and near-misses in the report."""
_ORDER = ("lexical", "dense", "fused", "reranked")
_ARMS = {"lexical": "lexical", "dense": "dense"}
"""Arms and the signals that they alone would rank by; `fused` ranks by all, `reranked` also by a reader of the best."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """A question looked up.

    Attributes:
        ranks: by arm, the place of the first right document from 1; 0 where it is not among the first `DEPTH`.
        gains: by arm, nDCG@10.
        faithful: every quoted sentence stands in the passage that is cited. right: a right document is cited.
    """

    question: Question
    found: Retrieved
    ranks: Mapping[str, int]
    gains: Mapping[str, float]
    milliseconds: float
    faithful: bool
    right: bool

    @property
    def rank(self) -> int:
        """Of the whole search."""
        return self.ranks[_last(self.ranks)]


def measure_index(index: KnowledgeIndex, questions: Sequence[Question]) -> dict[str, Any]:
    """Figures by arm and language, answerability, citations, time, and what went wrong.

    `gaps` are questions that no article answers, those first that are nearest to being answered wrongly;
    `near_misses` are answerable ones whose right article was found but not first, or not at all.
    """
    index.search("warm up")
    with progress("Searching", len(questions)) as step:
        measured = []
        for question in questions:
            measured.append(_measured(index, question))
            step()
    report = _figures(measured)
    languages = {
        one.question.id: one.question.language or detect_language(one.question.question) for one in measured
    }
    report["by_language"] = {
        language: _figures([one for one in measured if languages[one.question.id] == language])
        for language in sorted(set(languages.values()))
    }
    report["reliability"] = _reliability(measured)
    report["latency"] = _latency(measured)
    report["latency_quantiles_ms"] = _quantiles(measured)
    report["gaps"] = _gaps(measured)
    report["near_misses"] = _near_misses(measured)
    return report


def _measured(index: KnowledgeIndex, question: Question) -> Measured:
    began = time.perf_counter()
    found = index.search(question.question, context=question.context, k=DEPTH)
    milliseconds = 1000 * (time.perf_counter() - began)
    orders = _orders(index, question)
    orders["reranked" if index.reranker else "fused"] = [one.document_id for one in found.passages]
    wanted = set(question.document_ids)
    faithful, right = _cited(question, found)
    return Measured(
        question=question,
        found=found,
        ranks={arm: _rank(order, wanted) for arm, order in orders.items()},
        gains={arm: _gain(order, wanted) for arm, order in orders.items()},
        milliseconds=milliseconds,
        faithful=faithful,
        right=right,
    )


def _orders(index: KnowledgeIndex, question: Question) -> dict[str, list[str]]:
    """The first documents by each arm alone."""
    vector = index.encoder.encode([question.question])[0]
    candidates = index.candidates(index.query(question.question, vector, context=question.context), most=400)
    orders = {}
    for arm, signal in _ARMS.items():
        best = np.argsort(-candidates.signals[:, SIGNALS.index(signal)], kind="stable")[:DEPTH]
        orders[arm] = [index.passage_at(int(candidates.passages[place])).document_id for place in best]
    if index.reranker is not None:
        plain = index.reranked(None).search(question.question, context=question.context, k=DEPTH)
        orders["fused"] = [one.document_id for one in plain.passages]
    return orders


def _last(arms: Collection[str]) -> str:
    return "reranked" if "reranked" in arms else "fused"


def _rank(order: Sequence[str], wanted: set[str]) -> int:
    return next((place for place, one in enumerate(order, start=1) if one in wanted), 0)


def _gain(order: Sequence[str], wanted: set[str]) -> float:
    """nDCG with a gain of 1 for each right document (Järvelin and Kekäläinen, 2002)."""
    gained = sum(1 / math.log2(place + 1) for place, one in enumerate(order, start=1) if one in wanted)
    best = sum(1 / math.log2(place + 1) for place in range(1, min(len(wanted), DEPTH) + 1))
    return gained / best if best else 0.0


def _cited(question: Question, found: Retrieved) -> tuple[bool, bool]:
    if not found.passages:
        return True, False
    first = found.passages[0]
    answer = extract_answer(question.question, first, language=question.language or "en")
    faithful = all(quote in first.text for quote in answer.quotes)
    return faithful, bool({one.document_id for one in answer.citations} & set(question.document_ids))


def _figures(measured: Sequence[Measured]) -> dict[str, Any]:
    answerable = [one for one in measured if one.question.document_ids]
    p = np.array([one.found.p_answerable for one in measured])
    flags = np.array([bool(one.question.document_ids) for one in measured])
    arms = measured[0].ranks if measured else (*_ARMS, "fused")
    return {
        "questions": len(measured),
        "answerable": len(answerable),
        "arms": {arm: _arm(answerable, arm) for arm in sorted(arms, key=_ORDER.index)},
        "answerability_auroc": _rounded(auroc(p, flags)),
        "citations_faithful": _mean([one.faithful for one in measured]),
        "citations_right": _mean([one.right for one in answerable]),
    }


def _arm(answerable: Sequence[Measured], arm: str) -> dict[str, float | None]:
    ranks = [one.ranks[arm] for one in answerable]
    return {
        **{f"recall_at_{k}": _mean([0 < rank <= k for rank in ranks]) for k in (*DEPTHS, DEPTH)},
        "mrr": _mean([1 / rank if rank else 0.0 for rank in ranks]),
        "ndcg_at_10": _mean([one.gains[arm] for one in answerable]),
    }


def _reliability(measured: Sequence[Measured]) -> list[dict[str, Any]]:
    """What the first passage's p states, in tenths, and how often that passage was right."""
    bins: dict[int, list[Measured]] = {}
    for one in measured:
        bins.setdefault(min(9, int(10 * one.found.p_answerable)), []).append(one)
    return [
        {
            "stated": _mean([one.found.p_answerable for one in ones]),
            "observed": _mean([one.rank == 1 for one in ones]),
            "questions": len(ones),
        }
        for _, ones in sorted(bins.items())
    ]


def _latency(measured: Sequence[Measured]) -> dict[str, float]:
    times = np.array([one.milliseconds for one in measured] or [0.0])
    return {
        "median_ms": round(float(np.median(times)), 2),
        "p95_ms": round(float(np.percentile(times, 95)), 2),
    }


def _quantiles(measured: Sequence[Measured]) -> list[float]:
    """Within how many milliseconds 0, 5, … 100 % of the searches were done."""
    times = [one.milliseconds for one in measured] or [0.0]
    return [round(float(one), 2) for one in np.percentile(times, range(0, 101, 5))]


def _gaps(measured: Sequence[Measured]) -> list[dict[str, Any]]:
    gaps = [one for one in measured if not one.question.document_ids]
    gaps.sort(key=lambda one: -one.found.p_answerable)
    return [_listed(one) for one in gaps[:LISTED]]


def _near_misses(measured: Sequence[Measured]) -> list[dict[str, Any]]:
    missed = [one for one in measured if one.question.document_ids and one.rank != 1]
    missed.sort(key=lambda one: (one.rank == 0, -one.found.p_answerable))
    return [
        _listed(one) | {"wanted": list(one.question.document_ids), "rank": one.rank or None}
        for one in missed[:LISTED]
    ]


def _listed(one: Measured) -> dict[str, Any]:
    return {
        "id": one.question.id,
        "question": one.question.question,
        "p": _rounded(one.found.p_answerable),
        "found": [hit.document_id for hit in one.found.passages[:3]],
    }


def _mean(values: Sequence[float | bool | int]) -> float | None:
    return _rounded(float(np.mean(values))) if values else None


def _rounded(value: float) -> float | None:
    return None if math.isnan(value) else round(value, 4)
