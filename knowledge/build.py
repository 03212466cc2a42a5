"""Building a knowledge index from documents and, where there are some, training questions."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from encoders.artifacts import building
from encoders.encoder import Encoder
from encoders.errors import InputError
from encoders.progress import progress
from encoders.text import detect_language
from knowledge.chunk import Chunk, chunks
from knowledge.documents import Document, Passage, Question
from knowledge.evaluate import auroc
from knowledge.index import KIND, Keys, KnowledgeIndex, Means, write_index
from knowledge.lexical import LexicalIndex
from knowledge.ranker import DEFAULT, Asked, Ranker, fit_ranker
from knowledge.vectors import Vectors, centred, language_means

ENOUGH_QUESTIONS = 30
FOLDS = 5
MOST_KNOWN_OUTSIDE = 5000


def build_index(
    documents: Sequence[Document], encoder: Encoder, out: Path, *, questions: Sequence[Question] = ()
) -> dict[str, Any]:
    """Index documents into `out` and give the index's facts.

    Questions with documents become further keys to these; all questions together fit the ranker, each looked up
    as if it were not known.

    Raises:
        InputError: when there is nothing to index.
    """
    if not documents:
        raise InputError(
            "the knowledge base", "has no documents.", remedy="Give Markdown, CSV or JSONL files."
        )
    facts: dict[str, Any] = {}
    with building(out, kind=KIND, facts=facts) as draft:
        index = _assembled(documents, encoder, questions)
        write_index(draft, index)
        facts.update(index.facts)
    return facts


def _assembled(
    documents: Sequence[Document], encoder: Encoder, questions: Sequence[Question]
) -> KnowledgeIndex:
    pieces = [chunk for document in documents for chunk in chunks(document)]
    number = {document.id: place for place, document in enumerate(documents)}
    of_chunk = [number[chunk.document_id] for chunk in pieces]
    known, of_known = _known_questions(documents, questions, number)
    with progress("Embedding articles", len(pieces) + len(known)) as step:
        bodies = encoder.encode(
            [f"{one.title}. {one.text}" for one in pieces], kind="document", progress=step
        )
        asked = encoder.encode([one.question for one in known], progress=step)
    languages = [chunk.language for chunk in pieces]
    asked_in = [_language(one) for one in known]
    enough = len(known) >= ENOUGH_QUESTIONS
    means = Means(
        passage=language_means(bodies, languages),
        question=language_means(asked, asked_in) if enough else language_means(bodies, languages),
    )
    rows = [centred(bodies, languages, means.passage)]
    rows += [centred(asked, asked_in, means.question)] if known else []
    index = KnowledgeIndex(
        encoder=encoder,
        passages=[_passage(chunk, documents[place]) for chunk, place in zip(pieces, of_chunk, strict=True)],
        keys=Keys(document=np.array([*of_chunk, *of_known]), passages=len(pieces)),
        means=means,
        vectors=_faiss(np.concatenate(rows)),
        lexical=LexicalIndex.build([f"{one.title}\n{one.text}" for one in pieces]),
        ranker=DEFAULT,
        facts={},
    )
    ranker, figures = _fitted(index, questions, known, number)
    index._ranker = ranker
    index.facts = {
        "encoder": encoder.name,
        "encoder_id": encoder.id,
        "documents": len(documents),
        "documents_sha256": documents_hash(documents),
        "passages": len(pieces),
        "known_questions": len(known),
        "cross_validated": figures,
    }
    return index


def documents_hash(documents: Sequence[Document]) -> str:
    """Changes when any document does."""
    digest = hashlib.sha256()
    for document in sorted(documents, key=lambda one: one.id):
        digest.update(repr(document).encode())
    return digest.hexdigest()


def _known_questions(
    documents: Sequence[Document], questions: Sequence[Question], number: dict[str, int]
) -> tuple[list[Question], list[int]]:
    """Questions as keys: one for each document that answers it; some that nothing answers."""
    of_faq = [
        Question(id=f"{document.id}?{place}", question=text, document_ids=(document.id,))
        for document in documents
        for place, text in enumerate(document.questions)
    ]
    known: list[Question] = []
    of: list[int] = []
    outside = 0
    for question in (*of_faq, *questions):
        places = [number[one] for one in question.document_ids if one in number]
        if not places and outside < MOST_KNOWN_OUTSIDE and not question.document_ids:
            places, outside = [-1], outside + 1
        known += [question] * len(places)
        of += places
    return known, of


def _fitted(
    index: KnowledgeIndex, questions: Sequence[Question], known: Sequence[Question], number: dict[str, int]
) -> tuple[Ranker, dict[str, Any]]:
    """The ranker from the training questions, and what cross-validation says of it."""
    if sum(bool(one.document_ids) for one in questions) < ENOUGH_QUESTIONS:
        return DEFAULT, {}
    places: dict[str, list[int]] = {}
    for place, one in enumerate(known):
        places.setdefault(one.id, []).append(index._keys.passages + place)
    with progress("Looking up training questions", len(questions)) as step:
        vectors = index.encoder.encode([one.question for one in questions], progress=step)
    asked = [
        _asked(index, one, vector, np.array(places.get(one.id, []), int), number)
        for one, vector in zip(questions, vectors, strict=True)
    ]
    return fit_ranker(asked), _cross_validated(asked)


def _asked(
    index: KnowledgeIndex, question: Question, vector: Vectors, own: NDArray[np.int_], number: dict[str, int]
) -> Asked:
    language = _language(question)
    found = index.candidates(question.question, vector, language, without=own)
    truth = {number[one] for one in question.document_ids if one in number}
    return Asked(
        signals=found.signals,
        right=np.array([float(place in truth) for place in found.documents]),
        answerable=bool(question.document_ids),
        language=0 if language == "en" else 1,
    )


def _cross_validated(asked: list[Asked]) -> dict[str, Any]:
    """Recall of the first and the first three, and how well the best p tells answerable from not."""
    order = np.random.default_rng(0).permutation(len(asked))
    best: list[float] = []
    first: list[float] = []
    third: list[float] = []
    flags: list[bool] = []
    for fold in range(FOLDS):
        held = set(order[fold::FOLDS].tolist())
        ranker = fit_ranker([one for place, one in enumerate(asked) if place not in held])
        for place in held:
            one = asked[place]
            p = ranker(one.signals)
            ranked = one.right[np.argsort(-p, kind="stable")]
            best.append(float(p.max()))
            flags.append(one.answerable)
            if one.answerable:
                first.append(float(ranked[:1].max()))
                third.append(float(ranked[:3].max()))
    return {
        "recall_at_1": round(float(np.mean(first)), 4),
        "recall_at_3": round(float(np.mean(third)), 4),
        "answerability_auroc": round(auroc(np.array(best), np.array(flags)), 4),
    }


def _faiss(rows: Vectors) -> Any:
    """Exact inner products: right for what fits into memory many times over."""
    import faiss

    index = faiss.IndexFlatIP(rows.shape[1])
    index.add(np.ascontiguousarray(rows, np.float32))
    return index


def _passage(chunk: Chunk, document: Document) -> Passage:
    return replace(
        Passage(id=chunk.id, document_id=chunk.document_id, title=chunk.title, text=chunk.text),
        url=document.url,
        language=chunk.language,
    )


def _language(question: Question) -> str:
    return question.language or detect_language(question.question)
