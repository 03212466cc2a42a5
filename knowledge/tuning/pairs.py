"""Questions with a passage that answers and passages that do not, though they look as if they did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from knowledge.documents import Document, Passage, Question
from knowledge.encode import passages_of
from knowledge.vectors import Vectors

HARD = 6
"""So many wrong passages, the nearest ones, are candidates for a question's hard negative."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A question to learn from.

    Attributes:
        right: the number of a passage that answers.
        hard: numbers of near passages of documents that do not, nearest first.
        allowed: numbers of all passages of documents that answer: never counted as wrong.
    """

    question: str
    right: int
    hard: tuple[int, ...]
    allowed: frozenset[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts:
    """A project's passages as they are embedded, and the places of each document's."""

    bodies: tuple[str, ...]
    places: Mapping[str, tuple[int, ...]]


def passage_texts(documents: Sequence[Document]) -> Texts:
    """Every passage of the documents, in their order."""
    cut: list[tuple[str, Passage]] = [(one.id, passage) for one in documents for passage in passages_of(one)]
    places: dict[str, list[int]] = {}
    for place, (document, _) in enumerate(cut):
        places.setdefault(document, []).append(place)
    return Texts(
        bodies=tuple(f"{passage.title}. {passage.text}" for _, passage in cut),
        places={document: tuple(of) for document, of in places.items()},
    )


def labelled(documents: Sequence[Document], questions: Sequence[Question]) -> list[Question]:
    """Training questions that a document answers, and the questions that FAQ entries hold themselves."""
    known = {one.id for one in documents}
    asked = [one for one in questions if known & set(one.document_ids)]
    own = [
        Question(id=f"{one.id}?{number}", question=text, document_ids=(one.id,))
        for one in documents
        for number, text in enumerate(one.questions[1:])
    ]
    return asked + own


def mined(questions: Sequence[Question], texts: Texts, asked: Vectors, bodies: Vectors) -> list[Pair]:
    """The pairs, by cosines of unit vectors: of a right document its nearest passage, of others the nearest ones.

    (Xiong et al., "Approximate Nearest Neighbor Negative Contrastive Learning for Dense Text Retrieval", 2021; the
    negatives are mined once, with the encoder that is to be adapted.)
    """
    cosines = asked @ bodies.T
    pairs = []
    for question, row in zip(questions, cosines, strict=True):
        allowed = [place for one in question.document_ids for place in texts.places.get(one, ())]
        order = np.argsort(-row, kind="stable")
        hard = [int(place) for place in order[: HARD + len(allowed)] if place not in allowed][:HARD]
        right = max(allowed, key=lambda place: row[place])
        pairs.append(
            Pair(question=question.question, right=right, hard=tuple(hard), allowed=frozenset(allowed))
        )
    return pairs
