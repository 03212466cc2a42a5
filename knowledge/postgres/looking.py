"""A query looked up in the tables: the arms of a `Segment.look`, in one statement."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from knowledge.filters import Filter, folded
from knowledge.hashes import Hashes, hashed
from knowledge.lexical import LexicalIndex
from knowledge.postgres.connection import PROBED
from knowledge.postgres.rows import signed
from knowledge.segment import BY_SUBJECT, BY_WORDS, NEAREST, Look, Query, Segment, best_of, best_place_of
from knowledge.subjects import FADING, MOST_TURNS, SHARPNESS
from knowledge.tokens import grams

# Schemas are named by us, from hashes; what a customer or an operator wrote is always a parameter.
# ruff: noqa: S608

FEW_BARRED = 100
"""So few documents that do not fit are taken out of the graph's neighbours; with more, vectors are compared one by one:
the graph looks for neighbours first and would find too few that fit."""
_PARAMETERS = 6
"""Before those of the filter."""
_LOOK = """
WITH worded AS MATERIALIZED (
    SELECT p.key, p.document, sum(p.impact) AS score
    FROM unnest($2::bigint[]) AS asked (token) JOIN {schema}.posting p ON p.token = asked.token
    WHERE true {fits_p} GROUP BY p.key, p.document
), covered AS (
    SELECT asked.age, p.name, sum(p.weight) AS weight
    FROM unnest($3::int[], $4::bigint[]) AS asked (age, token) JOIN {schema}.piece p ON p.token = asked.token
    GROUP BY asked.age, p.name
), named AS (
    SELECT n.number, max(power({fading}, c.age) * power(c.weight / n.whole, {sharpness}))
        * greatest(0, least(1, 1 - ln(greatest(n.shared, 1)) / $6::float8)) AS score
    FROM covered c JOIN {schema}.name n ON n.number = c.name GROUP BY n.number, n.shared
), about AS MATERIALIZED (
    SELECT o.document, max(n.score) AS score FROM named n JOIN {schema}.name_of o ON o.name = n.number
    WHERE n.score > 0.001 {fits_o} GROUP BY o.document
), found AS (
    (SELECT k.document FROM ({near}) k)
    UNION (SELECT document FROM (SELECT document FROM worded WHERE score > 0 ORDER BY score DESC LIMIT {by_words}) w)
    UNION (SELECT document FROM (SELECT document FROM about ORDER BY score DESC LIMIT {by_subject}) a)
)
SELECT k.document, k.number, k.record IS NOT NULL AS passage, coalesce(k.language = $5, false) AS same,
    -(k.vector <#> $1) AS cosine, coalesce(w.score, 0) AS words, coalesce(a.score, 0) AS subject
FROM found f JOIN {schema}.key k ON k.document = f.document
    LEFT JOIN worded w ON w.key = k.number LEFT JOIN about a ON a.document = k.document
"""
_BY_GRAPH = """
SELECT document FROM (SELECT document FROM {schema}.key ORDER BY vector <#> $1 LIMIT {probed}) near
WHERE true {fits} LIMIT {nearest}
"""
_ONE_BY_ONE = """
SELECT document FROM {schema}.key near WHERE true {fits} ORDER BY (vector <#> $1) + 0 LIMIT {nearest}
"""
"""The sum keeps the graph, which is ordered by the bare product, out of it."""


async def looked_up(connection: Any, schema: str, query: Query, base: Segment, where: Filter | None) -> Look:
    """The documents that may answer, by their numbers in the tables; passages are numbers of keys.

    `base`: the release's documents, on whose scale the words are scored.
    """
    barred = await _bars(connection, schema, where)
    conditions, values = _conditions(where if barred else None, _PARAMETERS + 1)
    ages, pieces = _turns(query.turns)
    rows = await connection.fetch(
        _statement(schema, _ONE_BY_ONE if barred > FEW_BARRED else _BY_GRAPH, conditions),
        query.vector,
        signed(query.tokens).tolist(),
        ages,
        pieces,
        query.language,
        math.log(max(2, base.documents)),
        *values,
    )
    known = await _known(connection, schema, query.tokens, base.lexical)
    return _look(rows, per_token=known * base.lexical.ceiling)


def _statement(schema: str, near: str, conditions: Sequence[str]) -> str:
    def fits(alias: str) -> str:
        if not conditions:
            return ""
        every = " AND ".join(conditions)
        return f"AND EXISTS (SELECT FROM {schema}.document d WHERE d.number = {alias}.document AND {every})"

    return _LOOK.format(
        schema=schema,
        near=near.format(schema=schema, fits=fits("near"), probed=PROBED, nearest=NEAREST),
        fits_p=fits("p"),
        fits_o=fits("o"),
        fading=FADING,
        sharpness=SHARPNESS,
        by_words=BY_WORDS,
        by_subject=BY_SUBJECT,
    )


def _conditions(where: Filter | None, first: int) -> tuple[list[str], list[Any]]:
    """What a document `d` has to fit, with parameters from number `first` on."""
    conditions: list[str] = []
    values: list[Any] = []
    if where is None:
        return conditions, values
    if where.language:
        conditions.append(f"d.language = ${first}")
        values.append(where.language)
    if where.on is not None:
        number = first + len(values)
        conditions.append(
            f"coalesce(d.valid_from <= ${number}, true) AND coalesce(d.valid_until >= ${number}, true)"
        )
        values.append(where.on)
    for key, value in where.equal:
        number = first + len(values)
        conditions.append(
            f"NOT coalesce(d.tags ? ${number} AND NOT d.tags -> ${number} ? ${number + 1}, false)"
        )
        values += [key, folded(value)]
    return conditions, values


async def _bars(connection: Any, schema: str, where: Filter | None) -> int:
    """How many documents do not fit, counted no further than matters; each part by an index of its own."""
    parts: list[str] = []
    values: list[Any] = []
    if where is None:
        return 0
    if where.language:
        parts.append("language <> $1")
        values.append(where.language)
    if where.on is not None:
        number = len(values) + 1
        parts.append(
            f"(valid_from IS NOT NULL OR valid_until IS NOT NULL) "
            f"AND (valid_from > ${number} OR valid_until < ${number})"
        )
        values.append(where.on)
    for key, value in where.equal:
        number = len(values) + 1
        parts.append(f"tags ? ${number} AND NOT tags -> ${number} ? ${number + 1}")
        values += [key, folded(value)]
    if not parts:
        return 0
    every = " UNION ".join(f"(SELECT number FROM {schema}.document WHERE {part})" for part in parts)
    return int(
        await connection.fetchval(f"SELECT count(*) FROM ({every} LIMIT {FEW_BARRED + 1}) barred", *values)
    )


def _turns(turns: Sequence[str]) -> tuple[list[int], list[int]]:
    """The pieces of the words of each turn, with how long ago it was."""
    ages: list[int] = []
    pieces: list[int] = []
    for age, turn in enumerate(turns[:MOST_TURNS]):
        own = signed(hashed(sorted(set(grams(turn))))).tolist()
        ages += [age] * len(own)
        pieces += own
    return ages, pieces


async def _known(connection: Any, schema: str, tokens: Hashes, like: LexicalIndex) -> int:
    """How many of the tokens any document has; 1 at least."""
    known = like.known(tokens)
    if not known.all():
        rows = await connection.fetch(
            f"SELECT token FROM unnest($1::bigint[]) AS asked (token) "
            f"WHERE EXISTS (SELECT FROM {schema}.posting p WHERE p.token = asked.token)",
            signed(tokens[~known]).tolist(),
        )
        return max(1, int(known.sum()) + len(rows))
    return max(1, len(tokens))


def _look(rows: Sequence[Any], *, per_token: float) -> Look:
    """Rows of keys as rows of documents."""
    columns = list(zip(*map(tuple, rows), strict=True)) or [()] * 7
    owner, number, is_passage, same, cosine, words, subject = (np.array(column) for column in columns)
    documents, of = np.unique(owner.astype(np.int64), return_inverse=True)
    passage = is_passage.astype(bool)
    count, of_passage = len(documents), of[passage]
    near, by_words = cosine[passage].astype(float), words[passage].astype(float) / per_token
    likes = same[passage].astype(float)
    best = best_place_of(near + 0.5 * by_words, of_passage, count)
    return Look(
        documents=documents,
        passages=number[passage].astype(np.int64)[best],
        dense=best_of(near + 1e-3 * likes, of_passage, count),
        question=best_of(cosine[~passage].astype(float), of[~passage], count, empty=np.nan),
        words=best_of(by_words, of_passage, count),
        subject=best_of(subject.astype(float), of, count),
        same=likes[best],
    )
