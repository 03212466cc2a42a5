"""Documents → passages with their vectors, and these put together as a segment."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from encoders.encoder import Encoder
from encoders.progress import progress
from encoders.text import detect_language
from knowledge.chunk import chunks
from knowledge.dense import DenseIndex
from knowledge.documents import Document, Passage
from knowledge.filters import check_validity
from knowledge.hashes import hashed
from knowledge.lexical import LexicalIndex
from knowledge.segment import Segment
from knowledge.spans import Numbers
from knowledge.subjects import Subjects, names_of
from knowledge.vectors import Vectors, centred

FEW = 8
"""So few documents are embedded without a bar."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EncodedDocument:
    """A document cut and embedded.

    Attributes:
        content: changes when anything about the document does.
        names: what it may be called in a conversation.
        metadata: what filters look at.
        vectors: (passages, d); questions: (its own known questions, d); as the encoder gives them.
    """

    id: str
    content: int
    names: tuple[str, ...]
    metadata: Mapping[str, Any]
    passages: tuple[Passage, ...]
    vectors: Vectors
    questions: Vectors
    question_languages: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownQuestions:
    """Training questions as keys to documents.

    Attributes:
        vectors: (n, d) around the questions' mean.
        of: (n,) the document of each by its place, ascending; -1 where nothing answers.
    """

    vectors: Vectors
    of: Numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """Mean vectors by language, "" for all, of passages and of questions."""

    passage: dict[str, Vectors]
    question: dict[str, Vectors]


def encode_documents(documents: Sequence[Document], encoder: Encoder) -> list[EncodedDocument]:
    """Cut and embed documents, in their order.

    Raises:
        InputError: for metadata that is to be a day and is none.
    """
    for document in documents:
        check_validity(document.metadata, document.id)
    cut = [passages_of(document) for document in documents]
    bodies = [f"{one.title}. {one.text}" for passages in cut for one in passages]
    asked = [question for document in documents for question in document.questions]
    if len(documents) > FEW:
        with progress("Embedding articles", len(bodies) + len(asked)) as step:
            vectors = encoder.encode(bodies, kind="document", progress=step)
            questions = encoder.encode(asked, progress=step)
    else:
        vectors, questions = encoder.encode(bodies, kind="document"), encoder.encode(asked)
    result: list[EncodedDocument] = []
    body = question = 0
    for document, passages in zip(documents, cut, strict=True):
        result.append(
            EncodedDocument(
                id=document.id,
                content=content_hash(document),
                names=names_of(document.title, document.metadata),
                metadata=document.metadata,
                passages=passages,
                vectors=vectors[body : body + len(passages)],
                questions=questions[question : question + len(document.questions)],
                question_languages=tuple(map(detect_language, document.questions)),
            )
        )
        body, question = body + len(passages), question + len(document.questions)
    return result


def passages_of(document: Document) -> tuple[Passage, ...]:
    """The document's passages without their vectors."""
    return tuple(
        Passage(
            id=chunk.id, document_id=chunk.document_id, title=chunk.title, text=chunk.text,
            url=document.url, language=chunk.language,
        )
        for chunk in chunks(document)
    )  # fmt: skip


def content_hash(document: Document) -> int:
    """63 bits that change when anything about the document does."""
    digest = hashlib.blake2b(repr(document).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "little") >> 1


def assembled(
    encoded: Sequence[EncodedDocument],
    means: Means,
    *,
    known: KnownQuestions | None = None,
    like: LexicalIndex | None = None,
) -> Segment:
    """Documents as a segment; `like`: words weigh as in that larger index."""
    passages = tuple(passage for one in encoded for passage in one.passages)
    languages = [passage.language for passage in passages]
    names = tuple(sorted(set(languages)))
    rows = centred(np.concatenate([one.vectors for one in encoded]), languages, means.passage)
    asked, of, trained = _questions(encoded, known, means)
    return Segment(
        passages=passages,
        starts=np.cumsum([0, *(len(one.passages) for one in encoded)]).astype(np.int64),
        languages=np.array([names.index(language) for language in languages], np.int16),
        language_names=names,
        question_of=of,
        trained=trained,
        dense=DenseIndex.build(np.concatenate([rows, asked[of >= 0]])),
        lexical=LexicalIndex.build([f"{one.title}\n{one.text}" for one in passages], like=like),
        subjects=Subjects.build([one.names for one in encoded]),
        ids=hashed([one.id for one in encoded]),
        contents=np.array([one.content for one in encoded], np.int64),
        outside=asked[of < 0],
        metadata={number: one.metadata for number, one in enumerate(encoded) if one.metadata},
    )


def _questions(
    encoded: Sequence[EncodedDocument], known: KnownQuestions | None, means: Means
) -> tuple[Vectors, Numbers, np.ndarray[tuple[int], np.dtype[np.bool_]]]:
    """Centred vectors of known questions by their documents, those documents, and which were trained on."""
    of = np.repeat(np.arange(len(encoded)), [len(one.questions) for one in encoded])
    rows = np.zeros((0, len(means.passage[""])), np.float32)
    if len(of):
        languages = [language for one in encoded for language in one.question_languages]
        rows = centred(np.concatenate([one.questions for one in encoded]), languages, means.question)
    trained = np.zeros(len(of), bool)
    if known is not None:
        rows, of = np.concatenate([rows, known.vectors]), np.concatenate([of, known.of])
        trained = np.concatenate([trained, np.ones(len(known.of), bool)])
    order = np.argsort(of, kind="stable")
    return rows[order], of[order].astype(np.int64), trained[order]
