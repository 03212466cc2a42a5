"""Taking documents into an index's tables and out of them, and what has been changed for all releases of an encoder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from knowledge.encode import EncodedDocument, Means, assembled
from knowledge.hashes import hashed
from knowledge.index import KnowledgeIndex
from knowledge.live import inherited
from knowledge.live_store import DELETED, packed, unpacked
from knowledge.postgres.rows import Placed, copy_names, copy_rows, signed
from knowledge.postgres.tables import SHARED, lock
from knowledge.spans import Numbers
from knowledge.tokens import grams

# Schemas are named by us, from hashes, and stand in every statement.
# ruff: noqa: S608


async def contents(connection: Any, encoder: str) -> tuple[dict[str, int], dict[str, int]]:
    """The contents of what was changed, `DELETED` for what went, and of the files as they were last read."""
    tables = []
    for table in ("change", "seen"):
        rows = await connection.fetch(f"SELECT id, content FROM {SHARED}.{table} WHERE encoder = $1", encoder)
        tables.append({row["id"]: int(row["content"]) for row in rows})
    return tables[0], tables[1]


async def write(
    connection: Any,
    encoder: str,
    put: Sequence[EncodedDocument],
    delete: Sequence[str],
    *,
    seen: Mapping[str, int] | None = None,
) -> None:
    """Write a change down for every release with the encoder. Call it with the lock held."""
    ids = [*(one.id for one in put), *delete]
    await connection.execute(f"DELETE FROM {SHARED}.change WHERE encoder = $1 AND id = ANY($2)", encoder, ids)
    await connection.executemany(
        f"INSERT INTO {SHARED}.change (encoder, id, content, record, vectors, questions) "
        "VALUES ($1, $2, $3, $4, $5, $6)",
        [
            *((encoder, *packed(one)) for one in put),
            *((encoder, one, DELETED, None, None, None) for one in delete),
        ],
    )
    if seen is not None:
        await connection.execute(f"DELETE FROM {SHARED}.seen WHERE encoder = $1", encoder)
        await connection.copy_records_to_table(
            "seen", schema_name=SHARED, records=[(encoder, *one) for one in seen.items()]
        )


async def is_behind(connection: Any, schema: str, encoder: str) -> bool:
    """Whether something was changed that the index's tables do not have yet."""
    return bool(
        await connection.fetchval(
            f"SELECT EXISTS (SELECT FROM {SHARED}.change WHERE encoder = $2 AND number > applied) "
            f"FROM {SHARED}.index WHERE schema = $1",
            schema,
            encoder,
        )
    )


async def catch_up(connection: Any, schema: str, index: KnowledgeIndex) -> None:
    """Take what was changed into the index's tables, and say that they are used."""
    await lock(connection)
    rows = await connection.fetch(
        f"SELECT id, content, record, vectors, questions, number FROM {SHARED}.change WHERE encoder = $2 "
        f"AND number > (SELECT applied FROM {SHARED}.index WHERE schema = $1) ORDER BY number",
        schema,
        index.encoder.id,
    )
    dimension = index.base.dense.rows.shape[1]
    await take(
        connection,
        schema,
        index,
        {
            row["id"]: None if row["content"] == DELETED else unpacked(tuple(row)[:5], dimension=dimension)
            for row in rows
        },
    )
    newest = rows[-1]["number"] if rows else 0
    await connection.execute(
        f"UPDATE {SHARED}.index SET applied = greatest(applied, $2), used = now() WHERE schema = $1",
        schema,
        newest,
    )


async def take(
    connection: Any, schema: str, index: KnowledgeIndex, changed: Mapping[str, EncodedDocument | None]
) -> None:
    """Put documents into the tables in the place of those of their ids; None stands for deleting one."""
    await _remove(connection, schema, list(changed))
    new = [one for one in changed.values() if one is not None]
    if not new:
        return
    base, fitted = index.base, index.fitted
    numbers = [base.number(one) for one in hashed([document.id for document in new])]
    segment = assembled(
        new,
        Means(passage=fitted.passage_means, question=fitted.question_means),
        known=inherited(base, numbers),
        like=base.lexical,
    )
    documents = await _numbers(connection, schema, segment.documents)
    keys = await _numbers(connection, schema, len(segment.dense))
    await copy_rows(connection, schema, Placed(segment=segment, documents=documents, keys=keys))
    await _name(connection, schema, index, dict(zip(documents.tolist(), new, strict=True)))


async def _remove(connection: Any, schema: str, ids: Sequence[str]) -> None:
    gone = [
        row["number"]
        for row in await connection.fetch(
            f"DELETE FROM {schema}.document WHERE id = ANY($1) RETURNING number", ids
        )
    ]
    if not gone:
        return
    await connection.execute(
        f"UPDATE {schema}.name n SET shared = shared - lost.count FROM (SELECT name, count(*) FROM {schema}.name_of "
        "WHERE document = ANY($1) GROUP BY name) lost WHERE n.number = lost.name",
        gone,
    )
    for table in ("key", "posting", "name_of"):
        await connection.execute(f"DELETE FROM {schema}.{table} WHERE document = ANY($1)", gone)


async def _numbers(connection: Any, schema: str, count: int) -> Numbers:
    rows = await connection.fetch(f"SELECT nextval('{schema}.numbers') FROM generate_series(1, $1)", count)
    return np.array([row[0] for row in rows], np.int64)


async def _name(
    connection: Any, schema: str, index: KnowledgeIndex, documents: Mapping[int, EncodedDocument]
) -> None:
    """What the documents are called; names that others have already are shared with these."""
    of: dict[str, list[int]] = {}
    for number, document in documents.items():
        for name in document.names:
            of.setdefault(name, []).append(number)
    rows = await connection.fetch(f"SELECT number, name FROM {schema}.name WHERE name = ANY($1)", list(of))
    known = {row["name"]: int(row["number"]) for row in rows}
    await connection.executemany(
        f"UPDATE {schema}.name SET shared = shared + $2 WHERE number = $1",
        [(number, len(of[name])) for name, number in known.items()],
    )
    await connection.copy_records_to_table(
        "name_of",
        schema_name=schema,
        records=[(number, one) for name, number in known.items() for one in of[name]],
    )
    new = {name: numbers for name, numbers in of.items() if name not in known}
    await copy_names(connection, schema, new, [_weighed(index, name) for name in new])


def _weighed(index: KnowledgeIndex, name: str) -> list[tuple[int, float]]:
    """A new name's pieces, weighed as the base does."""
    pieces = index.base.subjects.pieces
    tokens = hashed(sorted(set(grams(name))))
    weights = pieces.weight_of(tokens)
    if len(pieces.tokens):
        place = np.minimum(np.searchsorted(pieces.tokens, tokens), len(pieces.tokens) - 1)
        empty = (pieces.tokens[place] == tokens) & (np.diff(pieces.starts)[place] == 0)
        tokens, weights = tokens[~empty], weights[~empty]  # too many names have these
    return list(zip(signed(tokens).tolist(), weights.tolist(), strict=True))
