"""The same article twice, as exports and mirrored pages have it: kept once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from knowledge.documents import Document

ALSO = "also"
"""The metadata in which a document names the ids of those that said the same."""


def folded(documents: Sequence[Document]) -> list[Document]:
    """The documents without those that repeat an earlier one, which takes their questions and names their ids.

    Title, text, language and metadata must be the same, but for white space and capitals: "Do you take cards? Yes."
    of two places are two answers.
    """
    first: dict[Any, int] = {}
    kept: list[Document] = []
    for document in documents:
        place = first.setdefault(_said(document), len(kept))
        if place == len(kept):
            kept.append(document)
        else:
            kept[place] = _merged(kept[place], document)
    return kept


def _said(document: Document) -> Any:
    metadata = tuple(sorted((key, repr(value)) for key, value in document.metadata.items()))
    lines = tuple(" ".join(line.split()).casefold() for line in document.text.splitlines() if line.strip())
    return " ".join(document.title.split()).casefold(), lines, document.language, metadata


def _merged(kept: Document, other: Document) -> Document:
    return replace(
        kept,
        questions=tuple(dict.fromkeys((*kept.questions, *other.questions))),
        metadata={**kept.metadata, ALSO: [*kept.metadata.get(ALSO, []), other.id]},
    )
