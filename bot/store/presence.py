"""Who has the console open, as rows that all processes see."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.store.engine import insert, store_errors
from bot.store.tables import presence
from bot.store.writer import Writer

_KEPT = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """An open console, or one that was open until `beat_at`.

    Attributes:
        id: of the socket.
        away: the person wants no new conversations.
        viewing: the conversation that is on the screen.
        beat_at: when its process last knew it to be so: a process that died says nothing any more.
    """

    id: str
    name: str
    away: bool = False
    viewing: str = ""
    open: bool = True
    beat_at: datetime


class Presence:
    """Reads and writes seats."""

    def __init__(self, engine: AsyncEngine, writer: Writer, clock: Callable[[], datetime]) -> None:
        self._engine = engine
        self._writer = writer
        self._clock = clock

    async def beat(
        self, seat_id: str, name: str, *, away: bool = False, viewing: str = "", open: bool = True
    ) -> None:
        """Say how it is now."""
        now = self._clock()
        seat = Seat(id=seat_id, name=name, away=away, viewing=viewing, open=open, beat_at=now)
        await self._writer.run(_beat, seat)

    async def seats(self) -> tuple[Seat, ...]:
        """The seats of the last day, the one that was heard of last first."""
        statement = select(presence).where(presence.c.beat_at > self._clock() - _KEPT)
        with store_errors("reading who is there"):
            async with self._engine.connect() as connection:
                rows = (await connection.execute(statement.order_by(presence.c.beat_at.desc()))).all()
        return tuple(Seat(**row._asdict()) for row in rows)


async def _beat(connection: AsyncConnection, seats: Sequence[Seat]) -> list[Exception | None]:
    for seat in seats:
        row: dict[str, Any] = asdict(seat)
        statement = insert(connection, presence).values(row)
        changed = {name: value for name, value in row.items() if name != "id"}
        await connection.execute(statement.on_conflict_do_update(index_elements=["id"], set_=changed))
        await connection.execute(delete(presence).where(presence.c.beat_at < seat.beat_at - _KEPT))
    return [None] * len(seats)
