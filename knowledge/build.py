"""Building a knowledge index from documents and, where there are some, training questions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from encoders.artifacts import building
from encoders.encoder import Encoder
from encoders.errors import InputError
from encoders.progress import progress
from encoders.text import detect_language
from knowledge.documents import Document, Question, Retrieved
from knowledge.encode import EncodedDocument, KnownQuestions, Means, assembled, encode_documents
from knowledge.fit import fit_questions
from knowledge.index import KIND, Fitted, KnowledgeIndex
from knowledge.index_files import write_index, write_reranker
from knowledge.ingest.duplicates import ALSO
from knowledge.ranker import DEFAULT
from knowledge.rerank import Reranker
from knowledge.segment import Query
from knowledge.signals import Found
from knowledge.spans import Numbers
from knowledge.vectors import Vectors, centred, language_means

ENOUGH_QUESTIONS = 30
MOST_KNOWN_OUTSIDE = 5000


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """An index that was just built.

    Attributes:
        unseen: what it finds for each training question, by id, when that question is not known; without those
            that a reranker was trained on, of which it knows too much.
    """

    facts: Mapping[str, Any]
    unseen: Mapping[str, Retrieved]


def build_index(
    documents: Sequence[Document],
    encoder: Encoder,
    out: Path,
    *,
    questions: Sequence[Question] = (),
    reranker: Path | None = None,
) -> Built:
    """Index documents into `out`.

    Questions with documents become further keys to these; all questions together fit the ranker, each looked up
    as if it were not known.

    Args:
        reranker: a folder that `kefu knowledge tune --reranker` kept; it becomes a part of the index.

    Raises:
        InputError: when there is nothing to index. ArtifactError: when the reranker cannot be used with it.
    """
    if not documents:
        raise InputError(
            "the knowledge base", "has no documents.", remedy="Give Markdown, CSV or JSONL files."
        )
    facts: dict[str, Any] = {}
    reader = Reranker.load(reranker, encoder_id=encoder.id) if reranker is not None else None
    with building(out, kind=KIND, facts=facts) as draft:
        index, looked_up = fitted_index(documents, encoder, questions)
        write_index(draft, index)
        if reranker is not None:
            write_reranker(draft, reranker)
        facts.update(index.facts | {"reranked": reader is not None})
        unseen = _unseen(index.reranked(reader), questions, looked_up)
    return Built(facts=facts, unseen=unseen)


def assembled_index(
    documents: Sequence[Document], encoder: Encoder, questions: Sequence[Question]
) -> KnowledgeIndex:
    """The index in memory."""
    return fitted_index(documents, encoder, questions)[0]


def _unseen(
    index: KnowledgeIndex, questions: Sequence[Question], looked_up: Mapping[str, tuple[Query, Found]]
) -> dict[str, Retrieved]:
    learnt = index.reranker.learnt if index.reranker else frozenset()
    chosen = [one for one in questions if one.id in looked_up and one.question not in learnt]
    if index.reranker is None:
        return {one.id: index.retrieved(*looked_up[one.id]) for one in chosen}
    unseen = {}
    with progress("Reading the best passages", len(chosen)) as step:
        for one in chosen:
            unseen[one.id] = index.retrieved(*looked_up[one.id])
            step()
    return unseen


def fitted_index(
    documents: Sequence[Document], encoder: Encoder, questions: Sequence[Question]
) -> tuple[KnowledgeIndex, Mapping[str, tuple[Query, Found]]]:
    """The index in memory, and what each question found in it, by id, when that question was not known."""
    questions = _renamed(questions, documents)
    encoded = encode_documents(documents, encoder)
    which, of = _keys(encoded, questions)
    vectors, languages = _embedded([questions[place] for place in which], encoder)
    means = _means(encoded, vectors, languages)
    known = KnownQuestions(vectors=centred(vectors, languages, means.question), of=of) if which else None
    base = assembled(encoded, means, known=known)
    fitted = Fitted(passage_means=means.passage, question_means=means.question, ranker=DEFAULT)
    facts = {
        "encoder": encoder.name,
        "encoder_id": encoder.id,
        "documents": len(documents),
        "passages": len(base.passages),
        "known_questions": len(base.question_of),
    }
    index = KnowledgeIndex(encoder=encoder, base=base, fitted=fitted, facts=facts)
    if sum(bool(one.document_ids) for one in questions) < ENOUGH_QUESTIONS:
        return index, {}
    fit = fit_questions(index, questions, which)
    facts["cross_validated"] = fit.figures
    return index.refitted(fit.fitted), fit.looked_up


def _renamed(questions: Sequence[Question], documents: Sequence[Document]) -> Sequence[Question]:
    """Questions whose documents repeat others and were folded into these, under the names that were kept."""
    kept = {also: document.id for document in documents for also in document.metadata.get(ALSO, ())}
    if not kept:
        return questions
    return [
        replace(one, document_ids=tuple(dict.fromkeys(kept.get(name, name) for name in one.document_ids)))
        for one in questions
    ]


def _keys(encoded: Sequence[EncodedDocument], questions: Sequence[Question]) -> tuple[list[int], Numbers]:
    """Which questions become keys, once for each document that answers and some that nothing does; and its place.

    In the order of the documents' places; -1, which comes first, is that of nothing.
    """
    number = {one.id: place for place, one in enumerate(encoded)}
    keys: list[tuple[int, int]] = []
    outside = 0
    for place, question in enumerate(questions):
        keys += [(number[one], place) for one in question.document_ids if one in number]
        if not question.document_ids and outside < MOST_KNOWN_OUTSIDE:
            keys, outside = [*keys, (-1, place)], outside + 1
    keys.sort()
    return [place for _, place in keys], np.array([of for of, _ in keys], np.int64)


def _embedded(questions: Sequence[Question], encoder: Encoder) -> tuple[Vectors, list[str]]:
    """Their vectors as the encoder gives them, and their languages."""
    with progress("Embedding questions", len(questions)) as step:
        vectors = encoder.encode([one.question for one in questions], progress=step)
    return vectors, [one.language or detect_language(one.question) for one in questions]


def _means(encoded: Sequence[EncodedDocument], known: Vectors, of_known: Sequence[str]) -> Means:
    """Of passages, and of questions where there are enough of them."""
    bodies = np.concatenate([one.vectors for one in encoded])
    passage = language_means(bodies, [passage.language for one in encoded for passage in one.passages])
    languages = [language for one in encoded for language in one.question_languages] + list(of_known)
    if len(languages) < ENOUGH_QUESTIONS:
        return Means(passage=passage, question=passage)
    asked = np.concatenate([*(one.questions for one in encoded if len(one.questions)), known])
    return Means(passage=passage, question=language_means(asked, languages))
