"""Smaller writes, in the form that `bot.store.writer` runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import CursorResult, Row, Table, and_, bindparam, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.engine import insert
from bot.store.tables import (
    conversations,
    events,
    inbox,
    outbox,
    pointers,
    review_items,
    snapshots,
    unanswered,
    uploads,
)

EARLIER = (
    select(inbox.c.id)
    .where(inbox.c.conversation_id == bindparam("conversation"), inbox.c.id < bindparam("key"))
    .where(inbox.c.state == "new")
    .limit(1)
)
"""Whether a message without an outcome came before `key` in a conversation."""


async def take_unfinished(
    connection: AsyncConnection, places: Sequence[tuple[str, int] | None]
) -> list[Sequence[Row[*tuple[Any, ...]]] | Exception]:
    """Count one more attempt for messages without an outcome and give them, oldest first.

    Args:
        places: None for all; else (conversation, key) for those of one conversation that came before a key.
    """
    answers: list[Sequence[Row[*tuple[Any, ...]]] | Exception] = []
    for place in places:
        chosen = inbox.c.state == "new"
        if place is not None:
            chosen = and_(chosen, inbox.c.conversation_id == place[0], inbox.c.id < place[1])
        await connection.execute(update(inbox).where(chosen).values(attempts=inbox.c.attempts + 1))
        statement = select(inbox.c.id, inbox.c.payload, inbox.c.attempts).where(chosen)
        answers.append((await connection.execute(statement.order_by(inbox.c.id))).all())
    return answers


async def resolve_unanswered(connection: AsyncConnection, ids: Sequence[int]) -> list[bool | Exception]:
    """Close open rows of the list of what was not answered."""
    answers: list[bool | Exception] = []
    for row_id in ids:
        statement = update(unanswered).where(unanswered.c.id == row_id, unanswered.c.state == "open")
        result: CursorResult[Any] = await connection.execute(statement.values(state="done"))
        answers.append(result.rowcount == 1)
    return answers


async def set_pointer(connection: AsyncConnection, rows: Sequence[dict[str, str]]) -> list[Exception | None]:
    """Point names at values; the last of equal names holds."""
    statement = insert(connection, pointers)
    statement = statement.on_conflict_do_update(
        index_elements=["name"], set_={"value": statement.excluded.value}
    )
    await connection.execute(statement, list(rows))
    return [None] * len(rows)


async def erase_conversation(connection: AsyncConnection, ids: Sequence[str]) -> list[bool | Exception]:
    """Delete conversations with all that belongs to them, also messages that no turn has taken up."""
    answers: list[bool | Exception] = []
    for conversation_id in ids:
        erased = 0
        for table in (review_items, unanswered, outbox, inbox, snapshots, events, uploads):
            erased += await _delete(connection, table, table.c.conversation_id == conversation_id)
        erased += await _delete(connection, conversations, conversations.c.id == conversation_id)
        answers.append(erased > 0)
    return answers


async def _delete(connection: AsyncConnection, table: Table, condition: Any) -> int:
    result: CursorResult[Any] = await connection.execute(delete(table).where(condition))
    return result.rowcount
