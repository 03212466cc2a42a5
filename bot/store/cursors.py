"""How far each destination has got in reading all events; one process at a time gives them to it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import CursorResult, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.store.engine import insert, store_errors
from bot.store.tables import cursors, events
from bot.store.writer import Writer

# Writers of events hold it shared until they have committed, so that whoever has it alone sees every number
# that was given out so far. Any number will do, as long as every kefu takes the same.
EVENTS_LOCK = 0x6B656576


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredEvent:
    """An event of some conversation; `id` grows with the order of commits, `seq` with that of the conversation."""

    id: int
    conversation_id: str
    seq: int
    data: dict[str, Any]


class Cursors:
    """Claims and moves cursors, and reads what is behind them."""

    def __init__(self, engine: AsyncEngine, writer: Writer, clock: Callable[[], datetime]) -> None:
        self._engine = engine
        self._writer = writer
        self._clock = clock

    async def claim(self, name: str, *, lease_s: float) -> int | None:
        """The cursor's position, and the right to move it for a while; None while another process has it."""
        now = self._clock()
        return await self._writer.run(_claim, (name, now, now + timedelta(seconds=lease_s)))

    async def advance(self, name: str, position: int, *, lease_s: float) -> None:
        """What is up to `position` has arrived; the right to go on is kept."""
        await self._writer.run(_advance, (name, position, self._clock() + timedelta(seconds=lease_s)))

    async def release(self, name: str) -> None:
        """Let another process take over at once."""
        await self._writer.run(_release, name)

    async def position(self, name: str) -> int:
        """How far it has got; 0 where it has not begun."""
        with store_errors("reading a cursor"):
            async with self._engine.connect() as connection:
                found = await connection.scalar(select(cursors.c.position).where(cursors.c.name == name))
        return found or 0

    async def newest(self) -> int:
        """The id of the last event that can be seen; 0 where there is none."""
        with store_errors("reading events"):
            async with self._engine.connect() as connection:
                return await connection.scalar(select(func.max(events.c.id))) or 0

    async def read(self, position: int, *, limit: int, types: Sequence[str] = ()) -> tuple[StoredEvent, ...]:
        """The next events behind a position, in the order of their commits; of those asked for none is passed over."""
        statement = select(events.c.id, events.c.conversation_id, events.c.seq, events.c.data).where(
            events.c.id > position
        )
        if types:
            statement = statement.where(events.c.type.in_(types))
        with store_errors("reading events"):
            async with self._engine.begin() as connection:
                if connection.dialect.name == "postgresql":
                    await connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({EVENTS_LOCK})")
                rows = (await connection.execute(statement.order_by(events.c.id).limit(limit))).all()
        return tuple(
            StoredEvent(id=row.id, conversation_id=row.conversation_id, seq=row.seq, data=row.data)
            for row in rows
        )


async def _claim(
    connection: AsyncConnection, requests: Sequence[tuple[str, datetime, datetime]]
) -> list[int | Exception | None]:
    positions: list[int | Exception | None] = []
    for name, now, until in requests:
        new = insert(connection, cursors).values(name=name, position=0, claimed_until=None)
        await connection.execute(new.on_conflict_do_nothing())
        free = cursors.c.claimed_until.is_(None) | (cursors.c.claimed_until < now)
        statement = update(cursors).where(cursors.c.name == name, free).values(claimed_until=until)
        result: CursorResult[Any] = await connection.execute(statement)
        found = select(cursors.c.position).where(cursors.c.name == name)
        positions.append(await connection.scalar(found) if result.rowcount else None)
    return positions


async def _advance(
    connection: AsyncConnection, requests: Sequence[tuple[str, int, datetime]]
) -> list[Exception | None]:
    for name, position, until in requests:
        statement = update(cursors).where(cursors.c.name == name, cursors.c.position < position)
        await connection.execute(statement.values(position=position, claimed_until=until))
    return [None] * len(requests)


async def _release(connection: AsyncConnection, names: Sequence[str]) -> list[Exception | None]:
    await connection.execute(
        update(cursors).where(cursors.c.name.in_(list(names))).values(claimed_until=None)
    )
    return [None] * len(names)
