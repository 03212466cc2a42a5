"""Putting a release's index into the database, once for all workers."""

from __future__ import annotations

import logging
from typing import Any

import numpy as np

from knowledge.index import KnowledgeIndex
from knowledge.postgres.rows import Placed, copy_names, copy_rows, signed
from knowledge.postgres.tables import SHARED, drop_unused, lock, make_indexes, make_shared, make_tables
from knowledge.segment import Segment
from knowledge.subjects import names_of, pieces_of

log = logging.getLogger("kefu.articles")


async def ensure_filled(connection: Any, schema: str, index: KnowledgeIndex) -> None:
    """Make and fill the tables of an index where they are not there; who comes second waits and finds them.

    Raises:
        ArtifactError: when the tables that releases share are of another version.
    """
    await lock(connection)
    await make_shared(connection)
    there = await connection.fetchval(f"SELECT count(*) FROM {SHARED}.index WHERE schema = $1", schema)  # noqa: S608
    if not there:
        log.info("articles go into the database", extra={"passages": len(index.base.passages)})
        await _fill(connection, schema, index.base)
        await connection.execute(f"INSERT INTO {SHARED}.index (schema, applied) VALUES ($1, 0)", schema)  # noqa: S608
    await drop_unused(connection)


async def _fill(connection: Any, schema: str, base: Segment) -> None:
    keys = len(base.dense)
    await make_tables(connection, schema, dimension=base.dense.rows.shape[1])
    placed = Placed(segment=base, documents=np.arange(base.documents), keys=np.arange(keys))
    await copy_rows(connection, schema, placed)
    await _copy_base_names(connection, schema, base)
    await make_indexes(connection, schema, keys=keys)
    await connection.execute(f"SELECT setval('{schema}.numbers', {max(keys, base.documents)})")


async def _copy_base_names(connection: Any, schema: str, base: Segment) -> None:
    """What documents are called, from their titles and metadata as when the index was built."""
    of: dict[str, list[int]] = {}
    for number in range(base.documents):
        title = base.passages[int(base.starts[number])].title.split(" › ")[0]
        for name in names_of(title, base.metadata.get(number, {})):
            of.setdefault(name, []).append(number)
    pieces = pieces_of(list(of))
    tokens = signed(np.repeat(np.asarray(pieces.tokens), np.diff(pieces.starts))).tolist()
    own: list[list[tuple[int, float]]] = [[] for _ in of]
    for token, name, weight in zip(tokens, pieces.texts.tolist(), pieces.impacts.tolist(), strict=True):
        own[name].append((token, weight))
    await copy_names(connection, schema, of, own)
