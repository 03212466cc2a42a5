"""A segment's documents as rows, and their way into the tables."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import numpy as np

from knowledge.filters import day_of, tags_of
from knowledge.segment import Segment
from knowledge.spans import Numbers

_COPY_HEAD = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_COPY_END = b"\xff\xff"
AT_ONCE = 100_000
"""Postings that are sent in one piece."""
_POSTING = np.dtype(
    [
        ("fields", ">i2"),
        ("size_1", ">i4"), ("token", ">i8"),
        ("size_2", ">i4"), ("key", ">i4"),
        ("size_3", ">i4"), ("document", ">i4"),
        ("size_4", ">i4"), ("impact", ">f4"),
    ]
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A segment with the numbers that its documents and keys have in the tables.

    Attributes:
        documents: (documents,). keys: (passages + answered questions,), in the order of the segment's vectors.
    """

    segment: Segment
    documents: Numbers
    keys: Numbers


async def copy_rows(connection: Any, schema: str, placed: Placed) -> None:
    """Write the documents, their keys and their postings."""
    for table, rows in (("document", _documents(placed)), ("key", _keys(placed))):
        await connection.copy_records_to_table(table, schema_name=schema, records=rows)
    await connection.copy_to_table("posting", schema_name=schema, source=_postings(placed), format="binary")


def _documents(placed: Placed) -> Iterator[tuple[int, str, str, str | None, date | None, date | None]]:
    segment = placed.segment
    for place, number in enumerate(placed.documents.tolist()):
        first = segment.passages[int(segment.starts[place])]
        metadata = segment.metadata.get(place, {})
        tags = tags_of(metadata)
        yield (
            number,
            first.document_id,
            first.language,
            json.dumps(tags) if tags else None,
            day_of(metadata, "valid_from"),
            day_of(metadata, "valid_until"),
        )


def _keys(placed: Placed) -> Iterator[tuple[int, int, str | None, str | None, str | None, Any]]:
    """Passages, then the known questions that a document answers, which have no record."""
    segment, count = placed.segment, len(placed.segment.passages)
    of = placed.documents[segment.of_passage(np.arange(count))]
    for place in range(count):
        passage = segment.passages[place]
        vector = np.asarray(segment.dense.rows[place], np.float32)
        record = json.dumps(asdict(passage))
        yield int(placed.keys[place]), int(of[place]), passage.id, passage.language, record, vector
    answered = segment.question_of[len(segment.outside) :]
    for place, document in enumerate(answered.tolist(), start=count):
        vector = np.asarray(segment.dense.rows[place], np.float32)
        yield int(placed.keys[place]), int(placed.documents[document]), None, None, None, vector


async def _postings(placed: Placed) -> AsyncIterator[bytes]:
    """In PostgreSQL's binary COPY format: there are a hundred for each passage."""
    segment, lexical = placed.segment, placed.segment.lexical
    yield _COPY_HEAD
    for begin in range(0, len(lexical.texts), AT_ONCE):
        texts = np.asarray(lexical.texts[begin : begin + AT_ONCE], np.int64)
        rows = np.zeros(len(texts), _POSTING)
        rows["fields"] = 4
        rows["size_1"], rows["size_2"], rows["size_3"], rows["size_4"] = 8, 4, 4, 4
        token = np.searchsorted(lexical.starts, np.arange(begin, begin + len(texts)), side="right") - 1
        rows["token"] = signed(lexical.tokens[token])
        rows["key"] = placed.keys[texts]
        rows["document"] = placed.documents[segment.of_passage(texts)]
        rows["impact"] = lexical.impacts[begin : begin + AT_ONCE]
        yield rows.tobytes()
    yield _COPY_END


async def copy_names(
    connection: Any,
    schema: str,
    names: Mapping[str, Sequence[int]],
    pieces: Sequence[Sequence[tuple[int, float]]],
) -> None:
    """Write names that are new.

    Args:
        names: each with the numbers of the documents that have it.
        pieces: of each name, (token, weight).
    """
    first = int(await connection.fetchval(f"SELECT coalesce(max(number) + 1, 0) FROM {schema}.name"))  # noqa: S608
    wholes = [max(1e-6, sum(weight for _, weight in own)) for own in pieces]
    tables = {
        "name": [
            (first + place, name, whole, len(of))
            for place, ((name, of), whole) in enumerate(zip(names.items(), wholes, strict=True))
        ],
        "piece": [
            (token, first + place, weight) for place, own in enumerate(pieces) for token, weight in own
        ],
        "name_of": [(first + place, document) for place, of in enumerate(names.values()) for document in of],
    }
    for table, rows in tables.items():
        await connection.copy_records_to_table(table, schema_name=schema, records=rows)


def signed(hashes: Any) -> Numbers:
    """64-bit hashes as PostgreSQL's bigint has them."""
    return np.ascontiguousarray(hashes, np.uint64).view(np.int64)
