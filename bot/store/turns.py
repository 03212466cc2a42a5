"""The two short transactions of a message, accept and turn, each over all that gathered for one commit.

Used through `bot.store.writer`: every function takes the arguments of several callers and answers each.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any

from sqlalchemy import bindparam, case, delete, func, literal_column, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.cursors import EVENTS_LOCK
from bot.store.engine import PROCESS, insert_for
from bot.store.records import Accepted, ConflictError, Turn
from bot.store.shared import CHANNEL, announcement
from bot.store.tables import conversations, events, inbox, outbox, snapshots, unanswered

_KEY = (inbox.c.channel, inbox.c.account, inbox.c.message_id)


async def accept_messages(connection: AsyncConnection, rows: Sequence[dict[str, Any]]) -> list[Accepted]:
    """Store the inbox rows that are not there yet; repetitions within `rows` count as seen."""
    stored = await connection.execute(_accepting(connection.dialect.name), list(rows))
    new = {tuple(row[1:]): int(row.id) for row in stored}
    first = [new.pop(_key_of(row), None) for row in rows]
    repeated = [_key_of(row) for row, key in zip(rows, first, strict=True) if key is None]
    seen = await _seen(connection, repeated)
    return [
        seen[_key_of(row)] if key is None else Accepted(key=key, is_new=True, state="new")
        for row, key in zip(rows, first, strict=True)
    ]


async def commit_turns(
    connection: AsyncConnection, requests: Sequence[tuple[Turn, datetime]]
) -> list[int | ConflictError]:
    """Write the turns that nobody was ahead of; answers each conversation's new last sequence number."""
    turns = [turn for turn, _ in requests]
    last = await _last_seqs(connection, {turn.conversation_id for turn in turns})
    waiting = await _waiting(connection, {key for turn in turns for key in turn.keys})
    answers: list[int | ConflictError] = []
    winners: list[tuple[Turn, datetime]] = []
    for turn, now in requests:
        conflict = _conflict(turn, last.get(turn.conversation_id, 0), waiting)
        if conflict is not None:
            answers.append(conflict)
            continue
        last[turn.conversation_id] = turn.expected_seq + len(turn.events)
        waiting.difference_update(turn.keys)
        answers.append(last[turn.conversation_id])
        winners.append((turn, now))
    if winners:
        await _write(connection, winners)
    return answers


def _conflict(turn: Turn, last_seq: int, waiting: set[int | None]) -> ConflictError | None:
    if turn.expected_seq != last_seq:
        return ConflictError(
            f"the conversation is at event {last_seq}, the turn began at {turn.expected_seq}"
        )
    if handled := [key for key in turn.keys if key not in waiting]:
        return ConflictError(f"message {handled[0]} has been handled, or erased")
    return None


async def _seen(connection: AsyncConnection, keys: list[tuple[str, str, str]]) -> dict[Any, Accepted]:
    if not keys:
        return {}
    columns = (inbox.c.id, inbox.c.state, inbox.c.outcome, *_KEY)
    rows = await connection.execute(select(*columns).where(tuple_(*_KEY).in_(set(keys))))
    return {
        tuple(row[3:]): Accepted(key=row.id, is_new=False, state=row.state, outcome=row.outcome)
        for row in rows
    }


async def _last_seqs(connection: AsyncConnection, ids: Iterable[str]) -> dict[str, int]:
    # Ordered, so that two processes which lock the same rows (PostgreSQL) never wait for each other.
    rows = await connection.execute(_LAST_SEQS, {"ids": list(ids)})
    return {row.id: row.last_seq for row in rows}


async def _waiting(connection: AsyncConnection, keys: set[int]) -> set[int | None]:
    """Which of the messages have no outcome yet."""
    if not keys:
        return set()
    return {row.id for row in await connection.execute(_WAITING, {"keys": list(keys)})}


async def _write(connection: AsyncConnection, turns: list[tuple[Turn, datetime]]) -> None:
    if connection.dialect.name == "postgresql":  # see `bot.store.cursors`
        await connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock_shared({EVENTS_LOCK})")
    # The order matters: the other tables refer to conversations.
    await _write_conversations(connection, turns)
    for turn in (turn for turn, _ in turns if turn.replaces):
        mine = events.c.conversation_id == turn.conversation_id
        await connection.execute(delete(events).where(mine, events.c.seq <= turn.expected_seq))
        await connection.execute(delete(snapshots).where(snapshots.c.conversation_id == turn.conversation_id))
    if kept := [_snapshot_row(turn) for turn, _ in turns if turn.snapshot is not None]:
        await connection.execute(_keeping(connection.dialect.name), kept)
    for table, rows in (
        (events, [row for turn, _ in turns for row in _event_rows(turn)]),
        (outbox, [row for turn, now in turns for row in _outbox_rows(turn, now)]),
        (unanswered, [row for turn, now in turns for row in _unanswered_rows(turn, now)]),
    ):
        if rows:
            await connection.execute(_INSERTS[table], rows)
    outcomes = [
        {"key": key, "new_state": "failed" if turn.failed else "done", "new_outcome": turn.outcome}
        for turn, _ in turns
        for key in turn.keys
    ]
    if outcomes:
        await connection.execute(_SET_OUTCOME, outcomes)
    if connection.dialect.name == "postgresql":
        await _announce(connection, [turn for turn, _ in turns])


async def _announce(connection: AsyncConnection, turns: list[Turn]) -> None:
    """Tell the other processes, when this is committed."""
    process = connection.engine.sync_engine.get_execution_options().get(PROCESS, "")
    for turn in turns:
        first, last = turn.expected_seq + 1, turn.expected_seq + len(turn.events)
        told = announcement(turn.conversation_id, first, last, process)
        await connection.execute(select(func.pg_notify(CHANNEL, told)))


_SET_OUTCOME = (
    update(inbox)
    .where(inbox.c.id == bindparam("key"))
    .values(state=bindparam("new_state"), outcome=bindparam("new_outcome"))
)


# Statements are built once: SQLAlchemy takes longer to build one than SQLite to perform it.
_LAST_SEQS = (
    select(conversations.c.id, conversations.c.last_seq)
    .where(conversations.c.id.in_(bindparam("ids", expanding=True)))
    .order_by(conversations.c.id)
    .with_for_update()
)
_WAITING = (
    select(inbox.c.id)
    .where(inbox.c.id.in_(bindparam("keys", expanding=True)), inbox.c.state == "new")
    .order_by(inbox.c.id)
    .with_for_update()
)
_INSERTS = {table: table.insert() for table in (events, outbox, unanswered)}


@cache
def _accepting(dialect: str) -> Any:
    return insert_for(dialect, inbox).on_conflict_do_nothing().returning(inbox.c.id, *_KEY)


@cache
def _keeping(dialect: str) -> Any:
    """A conversation's snapshot, in the place of the one before."""
    statement = insert_for(dialect, snapshots)
    new = statement.excluded
    return statement.on_conflict_do_update(
        index_elements=["conversation_id"], set_={"seq": new.seq, "data": new.data}
    )


@cache
def _upsert(dialect: str) -> Any:
    """A conversation's row, new or changed."""
    statement = insert_for(dialect, conversations)
    new = statement.excluded
    # An empty preview means none was given; what was there stays.
    preview = func.coalesce(func.nullif(new.preview, literal_column("''")), conversations.c.preview)
    updates = {
        name: new[name] for name in ("channel", "account", "sender", "owner", "agent", "language", "last_seq")
    }
    kept = (conversations.c.owner == new.owner) & (conversations.c.agent == new.agent)
    since = case((kept, conversations.c.since), else_=new.since)
    return statement.on_conflict_do_update(
        index_elements=["id"],
        set_={**updates, "preview": preview, "since": since, "updated_at": new.updated_at},
    )


async def _write_conversations(connection: AsyncConnection, turns: list[tuple[Turn, datetime]]) -> None:
    rows = [_conversation_row(turn, now) for turn, now in turns]
    await connection.execute(_upsert(connection.dialect.name), rows)


def _conversation_row(turn: Turn, now: datetime) -> dict[str, Any]:
    update = turn.conversation
    return {
        "id": turn.conversation_id,
        "channel": update.channel,
        "account": update.account,
        "sender": update.sender,
        "owner": update.owner,
        "agent": update.agent,
        "language": update.language,
        "preview": update.preview,
        "last_seq": turn.expected_seq + len(turn.events),
        "since": now,
        "created_at": now,
        "updated_at": now,
    }


def _event_rows(turn: Turn) -> list[dict[str, Any]]:
    return [
        {
            "conversation_id": turn.conversation_id,
            "seq": seq,
            "type": event["event"],
            "timestamp": datetime.fromtimestamp(event["timestamp"], UTC),
            "data": dict(event),
        }
        for seq, event in enumerate(turn.events, start=turn.expected_seq + 1)
    ]


def _snapshot_row(turn: Turn) -> dict[str, Any]:
    seq = turn.expected_seq + len(turn.events)
    return {"conversation_id": turn.conversation_id, "seq": seq, "data": dict(turn.snapshot or {})}


def _outbox_rows(turn: Turn, now: datetime) -> list[dict[str, Any]]:
    return [
        {
            "conversation_id": turn.conversation_id,
            "channel": row.channel,
            "account": row.account,
            "recipient": row.recipient,
            "payload": dict(row.payload),
            "state": "pending",
            "attempts": 0,
            "due_at": row.due_at or now,
            "last_error": "",
            "created_at": now,
        }
        for row in turn.outbox
    ]


def _unanswered_rows(turn: Turn, now: datetime) -> list[dict[str, Any]]:
    return [
        {
            "conversation_id": turn.conversation_id,
            "seq": row.seq,
            "text": row.text,
            "language": row.language,
            "reason": row.reason,
            "candidates": [dict(candidate) for candidate in row.candidates],
            "state": "open",
            "created_at": now,
        }
        for row in turn.unanswered
    ]


def _key_of(row: dict[str, Any]) -> tuple[str, str, str]:
    return row["channel"], row["account"], row["message_id"]
