"""Documents and questions, one JSON object a line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from encoders.errors import InputError
from encoders.records import read_jsonl, text_field
from encoders.text import detect_language
from knowledge.documents import Document, Question
from knowledge.ingest.fields import document_language, plain_metadata, stable_id


def read_document_lines(path: Path) -> Iterator[tuple[int, Document]]:
    """(line, document) for each `{"id","title","text","url","metadata"}`; only the text is required.

    Also read: `language`, `updated` and `questions` (known questions that it answers).

    Raises:
        InputError: with file and line.
    """
    for line, record in read_jsonl(path):
        yield line, document_of(record, path, line)


def document_of(record: Mapping[str, Any], path: Path, line: int) -> Document:
    """One record as a document; without an id it gets one from the file's name and what it says.

    Raises:
        InputError: with file and line.
    """
    text = text_field(record, ("text",), path, line)
    title = _optional(record, "title", path, line)
    return Document(
        id=_optional(record, "id", path, line) or stable_id(path.stem, f"{title}\n{text}"),
        title=title or text.strip().splitlines()[0][:80],
        text=text,
        url=_optional(record, "url", path, line),
        language=document_language(_optional(record, "language", path, line), f"{title}\n{text}"),
        updated=_optional(record, "updated", path, line),
        questions=_texts(record, "questions", path, line),
        metadata=_metadata(record, path, line),
    )


def read_questions(paths: Sequence[Path], *, labelled: bool = True) -> list[Question]:
    """Questions from lines `{"id","question","document_ids"[,"context"]}`, in order.

    Args:
        labelled: whether each line must say which documents answer it; what is only asked need not.

    Raises:
        InputError: with file and line.
    """
    return [question for path in paths for question in _questions(path, labelled=labelled)]


def question_of(record: Mapping[str, Any], path: Path, line: int) -> Question:
    """One line as a question; without an id it gets its line number.

    Raises:
        InputError: with file and line.
    """
    text = text_field(record, ("question", "text"), path, line).strip()
    identity = record.get("id", line)
    if not isinstance(identity, str | int):
        raise InputError(path, "the field 'id' must be a text or a number.", line=line)
    return Question(
        id=str(identity),
        question=text,
        document_ids=_texts(record, "document_ids", path, line),
        context=_turns(record, path, line),
        language=_optional(record, "language", path, line) or detect_language(text),
    )


def _questions(path: Path, *, labelled: bool) -> Iterator[Question]:
    for line, record in read_jsonl(path):
        if labelled and "document_ids" not in record:
            raise InputError(path, "has no field document_ids (empty: nothing answers it).", line=line)
        yield question_of(record, path, line)


def _optional(record: Mapping[str, Any], name: str, path: Path, line: int) -> str:
    value = record.get(name)
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise InputError(path, f"the field {name!r} must be a text.", line=line)
    return str(value).strip()


def _texts(record: Mapping[str, Any], name: str, path: Path, line: int) -> tuple[str, ...]:
    value = record.get(name)
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise InputError(path, f"the field {name!r} must be a list of texts.", line=line)
    return tuple(value)


def _turns(record: Mapping[str, Any], path: Path, line: int) -> tuple[str, ...]:
    """The turns before the question, oldest first: texts, or objects that have one (`{"speaker", "text"}`)."""
    value = record.get("context")
    if value is None:
        return ()
    turns = value if isinstance(value, list) else [None]
    texts = [turn.get("text") if isinstance(turn, dict) else turn for turn in turns]
    if not all(isinstance(text, str) for text in texts):
        raise InputError(
            path, "the field 'context' must be a list of texts, or of objects with a text.", line=line
        )
    return tuple(map(str, texts))


def _metadata(record: Mapping[str, Any], path: Path, line: int) -> dict[str, Any]:
    value = record.get("metadata")
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise InputError(path, "the field 'metadata' must be an object.", line=line)
    return plain_metadata(value)
