"""The figures of a period, computed in SQL. `docs/how-to/analytics.md` defines each; change the two together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Float,
    String,
    Table,
    and_,
    case,
    cast,
    func,
    literal_column,
    or_,
    select,
)

from bot.store.figures import FigureTable
from bot.store.tables import asked, chats, review_items

Json = dict[str, Any]
By = Literal["channel", "language", "release"]
Each = Literal["hour", "day", "week"]
DIMENSIONS: tuple[By, ...] = ("channel", "language", "release")
_HOUR_MS = 3_600_000
_DAY_MS = 24 * _HOUR_MS
_MONDAY_MS = 4 * _DAY_MS
"""The epoch began on a Thursday: its first Monday."""
_WIDTHS: dict[Each, int] = {"hour": _HOUR_MS, "day": _DAY_MS, "week": 7 * _DAY_MS}
LIVE = "live#"
"""Begins the names of the review queue's clusters of live messages."""
_BY_BOT = ("answer", "cite", "flow")
_NO_ANSWER = ("hand_over", "failed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which chats count: those that began from `since` on and before `until` (milliseconds since the epoch).

    Attributes:
        offset_min: minutes that the reader's days are ahead of UTC.
        channel, language, release: only these; None for all.
    """

    since: int
    until: int
    offset_min: int = 0
    channel: str | None = None
    language: str | None = None
    release: str | None = None

    @property
    def before(self) -> Selection:
        """The period of the same length that went before."""
        return replace(self, since=2 * self.since - self.until, until=self.since)

    def of(self, table: Table) -> ColumnElement[bool]:
        """The condition on one of the tables."""
        chosen = [table.c[name] == value for name in DIMENSIONS if (value := getattr(self, name)) is not None]
        return and_(table.c.at >= self.since, table.c.at < self.until, *chosen)


async def totals(table: FigureTable, selection: Selection) -> Json:
    """The figures of the whole period."""
    (row,) = await _grouped(table, selection, None)
    return row


async def over_time(table: FigureTable, selection: Selection, each: Each) -> list[Json]:
    """The figures by hour, day or week of the reader's clock; `at` is when it began, in milliseconds.

    Times in which nothing happened are there too, with zeros.
    """
    width, shift = _WIDTHS[each], selection.offset_min * 60_000
    origin = _MONDAY_MS if each == "week" else 0

    def place(of: Table) -> ColumnElement[int]:
        return (of.c.at + _number(shift - origin)) // _number(width)

    found = {row["key"]: row for row in await _grouped(table, selection, place)}
    first = (selection.since + shift - origin) // width
    last = (selection.until - 1 + shift - origin) // width
    rows = []
    for number in range(first, last + 1):
        row = found.get(number) or {**_empty(), "key": number}
        rows.append({"at": number * width + origin - shift, **{k: v for k, v in row.items() if k != "key"}})
    return rows


async def by(table: FigureTable, selection: Selection, dimension: By) -> list[Json]:
    """The figures of each channel, language or release, the one with most chats first."""
    rows = await _grouped(table, selection, lambda of: of.c[dimension])
    return sorted(rows, key=lambda row: (-row["chats"], row["key"]))


async def top_intents(table: FigureTable, selection: Selection, *, limit: int = 20) -> list[Json]:
    """What customers wanted that the bot answered by an intent, the most frequent first, with its share."""
    mine = and_(selection.of(asked), asked.c.intent != "")
    whole = select(func.count()).where(mine).scalar_subquery()
    statement = (
        select(
            asked.c.intent,
            func.count().label("messages"),
            func.count(func.distinct(asked.c.conversation_id)).label("customers"),
            (cast(func.count(), Float) / whole).label("share"),
        )
        .where(mine)
        .group_by(asked.c.intent)
        .order_by(func.count().desc(), asked.c.intent)
        .limit(limit)
    )
    return [row._asdict() for row in await table.rows(statement)]


async def unanswered(table: FigureTable, selection: Selection, *, limit: int = 20) -> list[Json]:
    """What was asked and not answered, in the clusters of the review queue, the largest first.

    `example` is the most typical message, without personal data; `open` is how many still wait for review. Messages
    that are in no cluster yet are each their own.
    """
    rows, number = _queued(selection), func.count()
    statement = (
        select(
            rows.c.cluster,
            number.label("messages"),
            func.count(func.distinct(rows.c.conversation_id)).label("customers"),
            func.max(case((rows.c.place == 1, rows.c.text))).label("example"),
            _count(rows.c.state == "open").label("open"),
        )
        .group_by(rows.c.cluster)
        .order_by(number.desc(), rows.c.cluster)
        .limit(limit)
    )
    return [_named(row._asdict()) for row in await table.rows(statement)]


def _queued(selection: Selection) -> Any:
    """Messages without an answer as the review queue has them, numbered within their cluster."""
    queue = review_items.c
    here = and_(
        queue.conversation_id == asked.c.conversation_id,
        queue.place == cast(asked.c.seq, String),
        queue.draft == "",
    )
    alone = literal_column("'#'", String) + cast(queue.id, String)
    cluster = case((queue.cluster == "", alone), else_=queue.cluster)
    place = func.row_number().over(partition_by=cluster, order_by=(queue.position, queue.id))
    return (
        select(
            cluster.label("cluster"),
            queue.text,
            queue.state,
            asked.c.conversation_id,
            place.label("place"),
        )
        .select_from(asked.join(review_items, here))
        .where(selection.of(asked), asked.c.outcome.in_(_NO_ANSWER))
        .subquery()
    )


def _named(row: Json) -> Json:
    """Without the names that stand for one message alone, and without what marks live clusters."""
    name = str(row["cluster"])
    return {**row, "cluster": "" if name.startswith("#") else name.removeprefix(LIVE)}


async def ratings(table: FigureTable, selection: Selection) -> list[Json]:
    """How often each score from 1 to 5 was given."""
    mine = and_(selection.of(chats), chats.c.rating.is_not(None))
    statement = select(chats.c.rating, func.count()).where(mine).group_by(chats.c.rating)
    found = {row[0]: row[1] for row in await table.rows(statement)}
    return [{"score": score, "chats": found.get(score, 0)} for score in range(1, 6)]


async def choices(table: FigureTable, selection: Selection) -> dict[By, list[str]]:
    """The channels, languages and releases of the period."""
    found: dict[By, list[str]] = {}
    for dimension in DIMENSIONS:
        column = chats.c[dimension]
        free = replace(selection, channel=None, language=None, release=None)
        rows = await table.rows(select(column).where(free.of(chats)).distinct().order_by(column))
        found[dimension] = [row[0] for row in rows]
    return found


# ── how each is computed ─────────────────────────────────────────────────────────────────────────────────


def _number(value: int) -> ColumnElement[int]:
    """A number in the statement itself: PostgreSQL takes two parameters of the same value for two expressions."""
    return literal_column(str(value), BigInteger)


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)


def _share(part: ColumnElement[int], whole: ColumnElement[int]) -> ColumnElement[Any]:
    """A share of nothing is NULL, not 0."""
    return cast(part, Float) / func.nullif(whole, 0)


def _of_chats() -> list[Any]:
    c = chats.c
    people = or_(c.by_person, c.handed_over_at.is_not(None))
    contained = _count(~people)
    resolved = _count(or_(and_(people, c.owner == "closed"), and_(~people, c.outcome.in_(_BY_BOT))))
    handed_over = _count(c.handed_over_at.is_not(None))
    rated, content = _count(c.rating.is_not(None)), _count(c.rating >= 4)
    number = func.count()
    return [
        number.label("chats"),
        contained.label("contained"),
        resolved.label("resolved"),
        handed_over.label("handed_over"),
        rated.label("rated"),
        _share(contained, number).label("containment"),
        _share(resolved, number).label("resolution"),
        _share(handed_over, number).label("handover_rate"),
        _share(content, rated).label("csat"),
        cast(func.avg(c.rating), Float).label("rating"),
    ]


def _of_asked() -> list[Any]:
    c = asked.c
    for_bot, missed = _count(c.outcome != "person"), _count(c.outcome.in_(_NO_ANSWER))
    asked_back = _count(c.outcome == "clarify")
    return [
        func.count().label("messages"),
        missed.label("fallbacks"),
        _share(missed, for_bot).label("fallback_rate"),
        _share(asked_back, for_bot).label("clarify_rate"),
    ]


_TIMES = {
    "first_answer": chats.c.first_answer_s,
    "person_answer": chats.c.person_answer_s,
}


async def _grouped(table: FigureTable, selection: Selection, key: Any) -> list[Json]:
    """Every figure for each value of `key` (a function of the table); of everything, as one row, without."""
    rows: dict[Any, Json] = {} if key else {None: _empty()}
    parts = [(chats, _of_chats()), (asked, _of_asked())]
    for source, columns in parts:
        keys = [key(source).label("key")] if key else []
        statement = select(*keys, *columns).select_from(source).where(selection.of(source))
        if key:
            statement = statement.group_by(key(source))
        _merge(rows, await table.rows(statement))
    for name, column in _TIMES.items():
        _merge(rows, await table.rows(_quantiles(name, column, selection, key)))
    return list(rows.values())


def _merge(rows: dict[Any, Json], found: Sequence[Any]) -> None:
    for one in found:
        values = one._asdict()
        key = values.get("key")
        rows.setdefault(key, {**_empty(), **({} if key is None else {"key": key})}).update(values)


def _quantiles(name: str, column: Any, selection: Selection, key: Any) -> Any:
    """Half of the times are at most `<name>_p50_s`, nine in ten at most `<name>_p90_s` (the nearest rank)."""
    group = key(chats) if key else _number(0)
    place = func.row_number().over(partition_by=group, order_by=column)
    number = func.count().over(partition_by=group)
    ranked = (
        select(group.label("key"), column.label("took"), place.label("place"), number.label("number"))
        .where(selection.of(chats), column.is_not(None))
        .subquery()
    )
    took = [
        func.min(case((ranked.c.place * 100 >= ranked.c.number * share, ranked.c.took))).label(
            f"{name}_p{share}_s"
        )
        for share in (50, 90)
    ]
    if key is None:
        return select(*took)
    return select(ranked.c.key, *took).group_by(ranked.c.key)


def _empty() -> Json:
    counts = dict.fromkeys(
        ("chats", "contained", "resolved", "handed_over", "rated", "messages", "fallbacks"), 0
    )
    shares = ("containment", "resolution", "handover_rate", "csat", "rating", "fallback_rate", "clarify_rate")
    times = [f"{name}_p{share}_s" for name in _TIMES for share in (50, 90)]
    return {**counts, **dict.fromkeys((*shares, *times))}
