"""A part of an index that never changes: documents with their passages, known questions, vectors and words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from encoders.logistic import Floats
from knowledge.dense import DenseIndex
from knowledge.documents import Passage
from knowledge.filters import Filter
from knowledge.hashes import Hashes
from knowledge.lexical import LexicalIndex
from knowledge.spans import Numbers, spans
from knowledge.subjects import Subjects
from knowledge.sums import Sums, largest
from knowledge.vectors import Vectors

NEAREST = 200
"""Keys looked at by cosine."""
BY_WORDS = 40
"""Passages looked at by words."""
BY_SUBJECT = 60
"""Documents looked at because the conversation named them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A question as a segment looks it up.

    Attributes:
        text: the question; of one that says little by itself, with what it follows.
        vector: (d,) around the questions' mean.
        tokens: of the question. turns: the question and what was said before it, newest first; empty where nothing was.
        language: preferred among equally good passages.
        without: known questions to leave out, as when a training question is looked up with itself known.
    """

    text: str
    vector: Vectors
    tokens: Hashes
    turns: Sequence[str]
    language: str
    without: Numbers | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What a segment knows of a query: a row for each document that may answer.

    Attributes:
        documents, passages: numbers in the segment; the passage is the document's best.
        dense, question, words, subject: (n,) how near it is by each arm; `question` is NaN where a document has
            no known question.
        same: (n,) 1 where the passage is in the query's language.
    """

    documents: Numbers
    passages: Numbers
    dense: Floats
    question: Floats
    words: Floats
    subject: Floats
    same: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """Documents by number, from 0.

    Attributes:
        starts: (documents + 1,) the passages of document n are `starts[n]:starts[n + 1]`.
        languages: (passages,) numbers in `language_names`.
        question_of: (questions,) the document that a known question leads to, ascending; -1 where nothing answers.
        trained: (questions,) whether it was a training question; else the document itself holds it.
        ids: (documents,) hashes of their ids. contents: (documents,) of all that they hold.
        metadata: by document, of those that have some.
        dense: vectors of the passages, then of the known questions that a document answers.
        outside: (n, d) the vectors of those that nothing answers: the first of the questions.
    """

    passages: Sequence[Passage]
    starts: Numbers
    languages: NDArray[np.int16]
    language_names: tuple[str, ...]
    question_of: Numbers
    trained: NDArray[np.bool_]
    dense: DenseIndex
    lexical: LexicalIndex
    subjects: Subjects
    ids: Hashes
    contents: Numbers
    outside: Vectors
    metadata: Mapping[int, Mapping[str, Any]]

    @property
    def documents(self) -> int:
        """How many there are."""
        return len(self.starts) - 1

    def of_passage(self, passages: Numbers) -> Numbers:
        """The documents of passages."""
        return np.searchsorted(self.starts, passages, side="right") - 1

    def number(self, document_hash: np.uint64) -> int | None:
        """The number of a document."""
        found = np.flatnonzero(self.ids == document_hash)
        return int(found[0]) if len(found) else None

    def barred(self, where: Filter) -> NDArray[np.bool_] | None:
        """The documents (n,) that do not fit; None where all do."""
        barred = np.zeros(self.documents, bool)
        if where.language:
            barred = self.languages[self.starts[:-1]] != self._language(where.language)
        for document, metadata in self.metadata.items():
            if not where.admits(metadata):
                barred[document] = True
        return barred if barred.any() else None

    def questions_of(self, document: int) -> Numbers:
        """The numbers of a document's known questions."""
        begin, end = np.searchsorted(self.question_of, [document, document + 1])
        return np.arange(begin, end)

    def question_vectors(self, questions: Numbers) -> Vectors:
        """Of known questions that a document answers."""
        return np.asarray(self.dense.rows[self._keys(questions)], np.float32)

    def unanswered(self, query: Query) -> Floats:
        """Cosines of the known questions that nothing answers."""
        cosines = np.asarray(self.outside @ query.vector, float)
        if query.without is not None:
            cosines[query.without[query.without < len(cosines)]] = -1.0
        return cosines

    def look(self, query: Query, *, hidden: NDArray[np.bool_] | None = None, per_token: float) -> Look:
        """The documents that may answer; `hidden` ones are as if they were not there.

        `per_token` is what a score by words is divided by.
        """
        words = self.lexical.sums(query.tokens)
        subject = self.subjects.scores(query.turns)
        if hidden is not None:
            subject[hidden] = 0.0
        documents = self._candidates(query, words, subject, hidden)
        passages, of = spans(self.starts[documents], self.starts[documents + 1])
        cosine = self.dense.cosines(query.vector, passages)
        by_words = words.of(passages).astype(float) / per_token
        same = (self.languages[passages] == self._language(query.language)).astype(float)
        best = best_place_of(cosine + 0.5 * by_words, of, len(documents))
        return Look(
            documents=documents,
            passages=passages[best],
            dense=best_of(cosine + 1e-3 * same, of, len(documents)),
            question=self._by_question(query, documents),
            words=best_of(by_words, of, len(documents)),
            subject=subject[documents].astype(float),
            same=same[best],
        )

    def _candidates(
        self,
        query: Query,
        words: Sums,
        subject: NDArray[np.float32],
        hidden: NDArray[np.bool_] | None,
    ) -> Numbers:
        count = len(self.passages)
        seen = barred = None
        if hidden is not None:
            barred = np.repeat(hidden, np.diff(self.starts))
            seen = ~np.concatenate([barred, hidden[self.question_of[len(self.outside) :]]])
        keys = self.dense.search(query.vector, NEAREST, among=seen)
        found = (
            self.of_passage(keys[keys < count]),
            self.question_of[keys[keys >= count] - count + len(self.outside)],
            self.of_passage(words.largest(BY_WORDS, barred=barred)),
            largest(subject, BY_SUBJECT),
        )
        return np.unique(np.concatenate(found)).astype(np.int64)

    def _by_question(self, query: Query, documents: Numbers) -> Floats:
        """The cosine of each document's nearest known question; NaN where it has none."""
        ends = np.searchsorted(self.question_of, documents, side="right")
        questions, of = spans(np.searchsorted(self.question_of, documents), ends)
        cosines = self.dense.cosines(query.vector, self._keys(questions))
        if query.without is not None:
            cosines[np.isin(questions, query.without)] = -1.0
        return best_of(cosines, of, len(documents), empty=np.nan)

    def _keys(self, questions: Numbers) -> Numbers:
        """The numbers of their vectors."""
        return questions - len(self.outside) + len(self.passages)

    def _language(self, language: str) -> int:
        return self.language_names.index(language) if language in self.language_names else -1


def best_of(values: Floats, of: Numbers, documents: int, *, empty: float = 0.0) -> Floats:
    """The largest value of each document; `empty` where it has none."""
    best = np.full(documents, -np.inf)
    np.maximum.at(best, of, values)
    return np.where(np.isinf(best), empty, best)


def best_place_of(values: Floats, of: Numbers, documents: int) -> Numbers:
    """The place of the largest value of each document."""
    place = np.zeros(documents, np.int64)
    order = np.argsort(values, kind="stable")
    place[of[order]] = order
    return place
