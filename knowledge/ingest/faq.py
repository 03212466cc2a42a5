"""FAQ tables: one question and its answer a row."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from encoders.errors import InputError
from encoders.records import read_csv, text_field
from knowledge.documents import Document
from knowledge.ingest.fields import document_language, stable_id

_KNOWN = {"question", "answer", "id", "similar", "language", "url", "updated"}


def read_faq(path: Path) -> Iterator[tuple[int, Document]]:
    """(line, document) for each row of `question,answer[,id,similar,language,url,updated]`.

    Similar questions are separated by `|` or newlines; further columns become metadata.

    Raises:
        InputError: with file and line, for a row without question or answer.
    """
    for line, row in read_csv(path):
        question = text_field(row, ("question",), path, line).strip()
        answer = text_field(row, ("answer",), path, line).strip()
        similar = [text.strip() for text in re.split(r"[|\n]", row.get("similar", ""))]
        yield (
            line,
            Document(
                id=row.get("id", "").strip() or stable_id(path.stem, question),
                title=question,
                text=answer,
                url=row.get("url", "").strip(),
                language=document_language(row.get("language", ""), f"{question}\n{answer}"),
                updated=row.get("updated", "").strip(),
                questions=tuple(dict.fromkeys(text for text in (question, *similar) if text)),
                metadata={name: value for name, value in row.items() if name not in _KNOWN and value},
            ),
        )


def is_faq(path: Path) -> bool:
    """Whether the table's header names questions and answers.

    Raises:
        InputError: when it cannot be read.
    """
    try:
        _, row = next(read_csv(path))
    except StopIteration:
        raise InputError(path, "has no rows.") from None
    return "question" in row and "answer" in row
