"""The tables that figures are computed from, written in step with how far the events were read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import CursorResult, Table, func, select, tuple_, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.store.engine import insert, store_errors
from bot.store.tables import asked, chats, conversations, cursors
from bot.store.writer import Writer

CURSOR = "figures"
Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What a batch of events changed: whole rows, and the cursor from one event to another."""

    after: int
    upto: int
    chats: tuple[Json, ...]
    asked: tuple[Json, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a conversation stands: its channel, and the rows of its last chat and its last message."""

    channel: str
    chat: Json | None = None
    asked: Json | None = None


class FigureTable:
    """Reads and writes `chats` and `asked`."""

    def __init__(self, engine: AsyncEngine, writer: Writer) -> None:
        self._engine = engine
        self._writer = writer

    async def standing(self, ids: Sequence[str]) -> dict[str, Standing]:
        """Where these conversations stand; erased ones are left out."""
        here = conversations.c.id.in_(ids)
        channels = {row.id: row.channel for row in await self.rows(
            select(conversations.c.id, conversations.c.channel).where(here)
        )}  # fmt: skip
        last_chats, last_asked = await self._last(chats, ids), await self._last(asked, ids)
        return {
            one: Standing(channel=channel, chat=last_chats.get(one), asked=last_asked.get(one))
            for one, channel in channels.items()
        }

    async def write(self, step: Step) -> bool:
        """Write a step and move the cursor, both or neither.

        False where another process was first, or a conversation was erased meanwhile: read again.
        """
        try:
            return await self._writer.run(_write, step)
        except IntegrityError:
            return False

    async def rows(self, statement: Any) -> Sequence[Any]:
        """What a statement finds."""
        with store_errors("computing figures"):
            async with self._engine.connect() as connection:
                return (await connection.execute(statement)).all()

    async def _last(self, table: Table, ids: Sequence[str]) -> dict[str, Json]:
        key = table.c.conversation_id
        newest = select(key, func.max(table.c.seq)).where(key.in_(ids)).group_by(key)
        found = await self.rows(select(table).where(tuple_(key, table.c.seq).in_(newest)))
        return {row.conversation_id: row._asdict() for row in found}


async def _write(connection: AsyncConnection, steps: Sequence[Step]) -> list[bool | Exception]:
    answers: list[bool | Exception] = []
    for step in steps:
        begun = insert(connection, cursors).values(name=CURSOR, position=0, claimed_until=None)
        await connection.execute(begun.on_conflict_do_nothing())
        here = (cursors.c.name == CURSOR) & (cursors.c.position == step.after)
        moved: CursorResult[Any] = await connection.execute(
            update(cursors).where(here).values(position=step.upto)
        )
        answers.append(moved.rowcount == 1)
        if moved.rowcount == 1:
            for table, rows in ((chats, step.chats), (asked, step.asked)):
                await _upsert(connection, table, rows)
    return answers


async def _upsert(connection: AsyncConnection, table: Table, rows: Sequence[Json]) -> None:
    if not rows:
        return
    statement = insert(connection, table)
    new = {column.name: statement.excluded[column.name] for column in table.columns if not column.primary_key}
    statement = statement.on_conflict_do_update(index_elements=list(table.primary_key), set_=new)
    await connection.execute(statement, [dict(row) for row in rows])
