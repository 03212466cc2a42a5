"""What a release in the shadow would have decided, beside what was decided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Float, case, cast, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.store.engine import insert, store_errors
from bot.store.tables import events, shadow_decisions
from bot.store.writer import Writer


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a release decided about a message: `choice` names what it is about, `p` states how likely that is right."""

    kind: str
    choice: str
    p: float
    cost: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """A message, with what a release in the shadow decided and what the one that answered did.

    Attributes:
        at: seconds since the epoch.
        beside: the release that answered.
        took_s: how long the shadow took.
    """

    conversation_id: str
    seq: int
    at: int
    release: str
    beside: str
    shadow: Verdict
    said: Verdict
    took_s: float

    @property
    def agrees(self) -> bool:
        return (self.shadow.kind, self.shadow.choice) == (self.said.kind, self.said.choice)


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """A release in the shadow against those that answered.

    Attributes:
        cost, said_cost: what each expected its decisions to cost, on average.
        kinds: (what the shadow did, what was done) → how often.
    """

    messages: int
    agree: int
    cost: float
    said_cost: float
    took_s: float
    kinds: tuple[tuple[str, str, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Disagreement:
    """A message about which the two differ."""

    conversation_id: str
    seq: int
    at: int
    text: str
    beside: str
    shadow: Verdict
    said: Verdict


class ShadowTable:
    """Writes and reads what releases in the shadow decided."""

    def __init__(self, engine: AsyncEngine, writer: Writer) -> None:
        self._engine = engine
        self._writer = writer

    async def add(self, compared: Compared) -> bool:
        """Keep one; False where the message was erased meanwhile."""
        try:
            await self._writer.run(_add, compared)
        except IntegrityError:
            return False
        return True

    async def agreement(self, release: str, *, since: int = 0) -> Agreement:
        """The figures of a release from a time on, in seconds since the epoch."""
        table = shadow_decisions.c
        mine = (table.release == release) & (table.at >= since)
        sums = select(
            func.count(),
            func.coalesce(func.sum(case((table.agrees, 1), else_=0)), 0),
            func.coalesce(cast(func.avg(table.cost), Float), 0.0),
            func.coalesce(cast(func.avg(table.said_cost), Float), 0.0),
            func.coalesce(cast(func.avg(table.took_s), Float), 0.0),
        ).where(mine)
        kinds = select(table.kind, table.said_kind, func.count()).where(mine)
        kinds = kinds.group_by(table.kind, table.said_kind).order_by(table.kind, table.said_kind)
        (whole,) = await self._rows(sums)
        return Agreement(
            messages=whole[0],
            agree=whole[1],
            cost=whole[2],
            said_cost=whole[3],
            took_s=whole[4],
            kinds=tuple((row[0], row[1], row[2]) for row in await self._rows(kinds)),
        )

    async def disagreements(self, release: str, *, limit: int = 50) -> tuple[Disagreement, ...]:
        """The last messages that a release decided otherwise about, the newest first."""
        table = shadow_decisions
        here = (events.c.conversation_id == table.c.conversation_id) & (events.c.seq == table.c.seq)
        statement = (
            select(table, events.c.data)
            .join(events, here)
            .where(table.c.release == release, table.c.agrees.is_(False))
            .order_by(table.c.at.desc(), table.c.conversation_id, table.c.seq.desc())
            .limit(limit)
        )
        return tuple(_disagreement(row) for row in await self._rows(statement))

    async def _rows(self, statement: Any) -> Sequence[Any]:
        with store_errors("reading what a shadow decided"):
            async with self._engine.connect() as connection:
                return (await connection.execute(statement)).all()


def _disagreement(row: Any) -> Disagreement:
    return Disagreement(
        conversation_id=row.conversation_id,
        seq=row.seq,
        at=row.at,
        text=str(row.data.get("text") or ""),
        beside=row.beside,
        shadow=Verdict(kind=row.kind, choice=row.choice, p=row.p, cost=row.cost),
        said=Verdict(kind=row.said_kind, choice=row.said_choice, p=row.said_p, cost=row.said_cost),
    )


async def _add(connection: AsyncConnection, rows: Sequence[Compared]) -> list[Exception | None]:
    statement = insert(connection, shadow_decisions).on_conflict_do_nothing()
    await connection.execute(statement, [_row(one) for one in rows])
    return [None] * len(rows)


def _row(one: Compared) -> dict[str, Any]:
    said = {f"said_{name}": value for name, value in asdict(one.said).items()}
    place = {
        name: getattr(one, name) for name in ("conversation_id", "seq", "at", "release", "beside", "took_s")
    }
    return {**place, **asdict(one.shadow), **said, "agrees": one.agrees}
