"""Articles, the passages cut from them, and what a search gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One article or FAQ entry.

    Attributes:
        text: Markdown or plain text, without the front matter.
        questions: questions known to be answered here (a FAQ's question and its similar ones).
        updated: an ISO date, or empty.
    """

    id: str
    title: str
    text: str
    url: str = ""
    language: str = ""
    updated: str = ""
    questions: tuple[str, ...] = ()
    metadata: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A piece of a document, as found by a search.

    Attributes:
        id: `document_id#n`, stable as long as the document is unchanged.
        title: the document's title, followed by the heading the passage stands under.
        score: the fused retrieval score; only its order means anything.
        p: the calibrated probability that this passage answers the question.
    """

    id: str
    document_id: str
    title: str
    text: str
    url: str = ""
    language: str = ""
    score: float = 0.0
    p: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Retrieved:
    """The best passages, best first, and what is known of the question.

    Attributes:
        p_answerable: the probability that the best of them answers.
        p_seeking: the probability that the message asks for what articles tell at all, whether they do or not;
            None where the training questions could not teach it.
    """

    passages: tuple[Passage, ...] = ()
    p_answerable: float = 0.0
    p_seeking: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question with the documents that answer it; none of them means that nothing does."""

    id: str
    question: str
    document_ids: tuple[str, ...] = ()
    context: tuple[str, ...] = ()
    language: str = ""
