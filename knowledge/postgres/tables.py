"""The tables: a schema for what changed, shared by all releases, and one for each release's index.

pgvector is no part of every PostgreSQL, so these are not among the server's migrations: they are made when the engine
is chosen, and an index's schema goes as a whole when nobody has used it for a week.
"""

from __future__ import annotations

import hashlib
from typing import Any

from encoders.errors import ArtifactError
from knowledge.dense import EXACT
from knowledge.index import KnowledgeIndex

LAYOUT = 1
SHARED = "kefu_knowledge"
UNUSED_DAYS = 7
_LOCK = 0x6B6E6F77
"""Any number will do, as long as every kefu takes the same."""
_SHARED_TABLES = f"""
CREATE SCHEMA IF NOT EXISTS {SHARED};
CREATE TABLE IF NOT EXISTS {SHARED}.layout (number integer NOT NULL);
CREATE TABLE IF NOT EXISTS {SHARED}.change (
    encoder text, id text, number bigint GENERATED ALWAYS AS IDENTITY, content bigint NOT NULL,
    record text, vectors bytea, questions bytea, PRIMARY KEY (encoder, id)
);
CREATE TABLE IF NOT EXISTS {SHARED}.seen (
    encoder text, id text, content bigint NOT NULL, PRIMARY KEY (encoder, id)
);
CREATE TABLE IF NOT EXISTS {SHARED}.index (
    schema text PRIMARY KEY, applied bigint NOT NULL, used timestamptz NOT NULL DEFAULT now()
);
"""
_TABLES = """
CREATE SCHEMA {schema};
CREATE SEQUENCE {schema}.numbers MINVALUE 0;
CREATE TABLE {schema}.document (
    number integer PRIMARY KEY, id text NOT NULL UNIQUE, language text NOT NULL,
    tags jsonb, valid_from date, valid_until date
);
CREATE TABLE {schema}.key (
    number integer NOT NULL, document integer NOT NULL, id text, language text, record text,
    vector vector({dimension}) NOT NULL
);
CREATE TABLE {schema}.posting (
    token bigint NOT NULL, key integer NOT NULL, document integer NOT NULL, impact real NOT NULL
);
CREATE TABLE {schema}.name (number integer NOT NULL, name text NOT NULL, whole real NOT NULL, shared integer NOT NULL);
CREATE TABLE {schema}.piece (token bigint NOT NULL, name integer NOT NULL, weight real NOT NULL);
CREATE TABLE {schema}.name_of (name integer NOT NULL, document integer NOT NULL);
"""
_INDEXES = """
CREATE INDEX ON {schema}.document USING gin (tags);
CREATE INDEX ON {schema}.document (number) WHERE valid_from IS NOT NULL OR valid_until IS NOT NULL;
CREATE INDEX ON {schema}.document (language);
ALTER TABLE {schema}.key ADD PRIMARY KEY (number);
CREATE INDEX ON {schema}.key (document);
CREATE INDEX ON {schema}.key (id) WHERE id IS NOT NULL;
CREATE INDEX ON {schema}.posting (token) INCLUDE (key, document, impact);
CREATE INDEX ON {schema}.posting (document);
ALTER TABLE {schema}.name ADD PRIMARY KEY (number);
CREATE UNIQUE INDEX ON {schema}.name (name);
CREATE INDEX ON {schema}.piece (token) INCLUDE (name, weight);
CREATE INDEX ON {schema}.name_of (name);
CREATE INDEX ON {schema}.name_of (document);
"""
_GRAPH = "CREATE INDEX ON {schema}.key USING hnsw (vector vector_ip_ops)"
"""Malkov and Yashunin, "Efficient and robust approximate nearest neighbor search using HNSW graphs", 2020."""


def schema_of(index: KnowledgeIndex) -> str:
    """The schema of a release's index: another one whenever anything about it is another."""
    digest = hashlib.blake2b(f"{LAYOUT} {index.encoder.id}".encode(), digest_size=8)
    base, fitted = index.base, index.fitted
    for means in (fitted.passage_means, fitted.question_means):
        for language, mean in means.items():
            digest.update(language.encode() + mean.tobytes())
    for array in (base.ids, base.contents, base.question_of, base.outside):
        digest.update(array.tobytes())
    return f"{SHARED}_{digest.hexdigest()}"


async def lock(connection: Any) -> None:
    """Change articles one at a time, until the transaction ends; searches go on."""
    await connection.execute("SELECT pg_advisory_xact_lock($1)", _LOCK)


async def make_shared(connection: Any) -> None:
    """The tables that all releases share. Call it with the lock held.

    Raises:
        ArtifactError: when they are of another version.
    """
    await connection.execute(_SHARED_TABLES)
    layout = await connection.fetchval(f"SELECT number FROM {SHARED}.layout")  # noqa: S608
    if layout is None:
        await connection.execute(f"INSERT INTO {SHARED}.layout VALUES ($1)", LAYOUT)  # noqa: S608
    elif layout != LAYOUT:
        raise ArtifactError(
            f"The schema {SHARED} is of another version ({layout}, this program knows {LAYOUT}). Use that kefu, or "
            f"drop the schema: articles are put in again, but what was changed over the API is lost."
        )


async def make_tables(connection: Any, schema: str, *, dimension: int) -> None:
    """The empty tables of an index."""
    await connection.execute(_TABLES.format(schema=schema, dimension=dimension))


async def make_indexes(connection: Any, schema: str, *, keys: int) -> None:
    """What searches need, once the tables are filled; few vectors are compared one by one."""
    await connection.execute(_INDEXES.format(schema=schema))
    if keys > EXACT:
        await connection.execute("SET LOCAL maintenance_work_mem = '512MB'")
        await connection.execute(_GRAPH.format(schema=schema))
    for name in ("document", "key", "posting", "name", "piece", "name_of"):
        await connection.execute(f"ANALYZE {schema}.{name}")


async def drop_unused(connection: Any) -> None:
    """Drop the indexes that no worker has used for a week."""
    old = await connection.fetch(
        f"DELETE FROM {SHARED}.index WHERE used < now() - make_interval(days => $1) RETURNING schema",  # noqa: S608
        UNUSED_DAYS,
    )
    for row in old:
        await connection.execute(f"DROP SCHEMA IF EXISTS {row['schema']} CASCADE")
