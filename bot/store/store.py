"""The store: the one place where conversations outlive the process."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from functools import partial
from typing import Any, Self
from uuid import uuid4

from sqlalchemy import URL, Row, bindparam, func, literal, select, tuple_
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.errors import StoreError
from bot.messages import Message
from bot.store import changes
from bot.store.archive import Archive
from bot.store.codec import message_from_dict, message_to_dict
from bot.store.cursors import Cursors
from bot.store.engine import (
    database_url,
    lock_database,
    make_engine,
    require_usable,
    sqlite_file,
    store_errors,
    write_begins,
)
from bot.store.figures import FigureTable
from bot.store.jobs import JobTable
from bot.store.outbox import Outbox
from bot.store.people import People
from bot.store.presence import Presence
from bot.store.records import (
    Accepted,
    ConflictError,
    Conversation,
    Counts,
    Json,
    Owner,
    Turn,
    Unanswered,
    UnansweredState,
    Unfinished,
)
from bot.store.reviews import Reviews
from bot.store.schema import ensure_current
from bot.store.shadows import ShadowTable
from bot.store.shared import Shared
from bot.store.tables import conversations, events, inbox, outbox, pointers, snapshots, unanswered
from bot.store.thread import StoreThread, rows_on, threads_of
from bot.store.traffic import ACTIVE, TrafficTable
from bot.store.turns import accept_messages, commit_turns
from bot.store.uploads import Uploads
from bot.store.writer import Writer

Clock = Callable[[], datetime]


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Store:
    """An open database. Reads see what was committed; writes share commits (`bot.store.writer`)."""

    outbox: Outbox
    cursors: Cursors
    traffic: TrafficTable
    shadows: ShadowTable
    people: People
    reviews: Reviews
    archive: Archive
    jobs: JobTable
    figures: FigureTable
    uploads: Uploads
    presence: Presence
    _reading: StoreThread | None = None
    shared: Shared | None = None
    """What the processes at a PostgreSQL tell each other; None for SQLite, which serves one."""

    def __init__(self, engine: AsyncEngine, writer: Writer, closing: AsyncExitStack, clock: Clock) -> None:
        """Use `Store.open`."""
        self._engine = engine
        self._closing = closing
        self._clock = clock
        self._writer = writer
        self.outbox = Outbox(engine, writer, clock)
        self.cursors = Cursors(engine, writer, clock)
        self.traffic = TrafficTable(engine, writer, clock)
        self.shadows = ShadowTable(engine, writer)
        self.people = People(engine, writer)
        self.reviews = Reviews(engine, writer, clock)
        self.archive = Archive(engine)
        self.jobs = JobTable(engine, writer, clock)
        self.figures = FigureTable(engine, writer)
        self.uploads = Uploads(engine, writer, clock)
        self.presence = Presence(engine, writer, clock)

    @classmethod
    async def open(
        cls, url: str, *, exclusive: bool = True, largest_batch: int = 128, clock: Clock = _utc_now
    ) -> Self:
        """Open the database at an SQLAlchemy URL, making or upgrading its tables.

        An SQLite file serves one process: with `exclusive` a second one is refused. Commands that only move a
        pointer beside a running server (`kefu release promote`) open it without. At most `largest_batch`
        writes share a commit.

        Raises:
            StoreError: when it cannot be opened, is no database, is another program's, was made by a newer
                kefu, or is in use; the message says what to do.
        """
        parsed = database_url(url)
        file = sqlite_file(parsed)
        if file is not None:
            require_usable(file)
        async with AsyncExitStack() as stack:
            if exclusive and file is not None:
                with store_errors(f"locking {file}"):
                    stack.callback(os.close, lock_database(file))
            process = uuid4().hex
            engine = make_engine(parsed, process)
            stack.push_async_callback(engine.dispose)
            await _prepare(engine, parsed)
            writing, reading = threads_of(parsed)
            for thread in filter(None, (writing, reading)):
                stack.push_async_callback(thread.close)
            writer = Writer(engine, largest_batch=largest_batch, thread=writing)
            stack.push_async_callback(writer.close)
            shared = None if file is not None else Shared(parsed, process)
            if shared is not None:
                stack.push_async_callback(shared.close)
            store = cls(engine, writer, stack.pop_all(), clock)
            store.shared, store._reading = shared, reading
            return store

    @property
    def alone(self) -> bool:
        """Whether no other process can serve this database: SQLite means one."""
        return self.shared is None

    async def close(self) -> None:
        """Finish the writes that were asked for and let go of the database."""
        await self._closing.aclose()

    # ── inbox and turns ──────────────────────────────────────────────────────────────────────────────────

    async def accept(self, message: Message) -> Accepted:
        """Store a message unless (channel, account, id) is there; of equal calls exactly one is new."""
        row = {
            "channel": message.channel,
            "account": message.account,
            "message_id": message.id,
            "conversation_id": message.conversation_id,
            "payload": message_to_dict(message),
            "state": "new",
            "attempts": 1,
            "received_at": message.received_at,
        }
        return await self._writer.run(accept_messages, row)

    async def accepted(self, key: int) -> Accepted | None:
        """The message's place in the inbox as it is now; None when it was erased."""
        rows = await self._rows(select(inbox.c.state, inbox.c.outcome).where(inbox.c.id == key))
        return Accepted(key=key, is_new=False, state=rows[0].state, outcome=rows[0].outcome) if rows else None

    async def knows(self, message: Message) -> bool:
        """Whether the message is in the inbox, whatever became of it."""
        key = (inbox.c.channel, inbox.c.account, inbox.c.message_id)
        same = tuple_(*key) == tuple_(*map(literal, (message.channel, message.account, message.id)))
        return bool(await self._rows(select(inbox.c.id).where(same)))

    async def unfinished(self) -> tuple[Unfinished, ...]:
        """Messages without an outcome, oldest first, each counted as attempted once more: for a restart."""
        return tuple(map(_unfinished, await self._writer.run(changes.take_unfinished, None)))

    async def earlier(self, conversation_id: str, key: int) -> tuple[Unfinished, ...]:
        """The same of a conversation's messages before `key`: what another process had in hand and left there."""
        if self.alone or not await self._rows(changes.EARLIER, {"conversation": conversation_id, "key": key}):
            return ()
        found = await self._writer.run(changes.take_unfinished, (conversation_id, key))
        return tuple(map(_unfinished, found))

    async def commit_turn(self, turn: Turn) -> int:
        """Write a turn's events, deliveries and outcome together; answers the conversation's new last number.

        Raises:
            ConflictError: another writer appended first or the message has an outcome; nothing is written.
        """
        try:
            last_seq = await self._writer.run(commit_turns, (turn, self._clock()))
        except IntegrityError as error:
            raise ConflictError("another writer was first") from error
        if turn.outbox:
            self.outbox.notify()
        return last_seq

    async def load_events(
        self, conversation_id: str, *, after: int = 0, limit: int | None = None
    ) -> list[tuple[int, dict[str, Any]]]:
        """The events behind number `after`, in order, with their numbers."""
        wanted = {"conversation": conversation_id, "after": after}
        rows = await self._rows(_EVENTS if limit is None else _EVENTS.limit(limit), wanted)
        return [(row.seq, row.data) for row in rows]

    async def snapshot(self, conversation_id: str) -> tuple[int, dict[str, Any]] | None:
        """The newest snapshot of the conversation's fold, with the number of its last event."""
        columns = select(snapshots.c.seq, snapshots.c.data)
        rows = await self._rows(columns.where(snapshots.c.conversation_id == conversation_id))
        return (rows[0].seq, rows[0].data) if rows else None

    async def last_heard(self, conversation_id: str) -> datetime | None:
        """When the customer last wrote; None where that is not known."""
        last = func.max(inbox.c.received_at)
        found: datetime | None = (
            await self._rows(select(last).where(inbox.c.conversation_id == conversation_id))
        )[0][0]
        return found

    async def conversations_with(self, type_name: str) -> list[str]:
        """The conversations that have an event of this type; reads all events, so for starting up."""
        statement = select(events.c.conversation_id).where(events.c.type == type_name).distinct()
        return [str(row[0]) for row in await self._rows(statement.order_by(events.c.conversation_id))]

    async def recent_events(self, conversation_id: str, count: int) -> list[tuple[int, dict[str, Any]]]:
        """The last `count` events, in order, with their numbers."""
        statement = select(events.c.seq, events.c.data).where(events.c.conversation_id == conversation_id)
        rows = await self._rows(statement.order_by(events.c.seq.desc()).limit(count))
        return [(row.seq, row.data) for row in reversed(rows)]

    # ── lists for people ─────────────────────────────────────────────────────────────────────────────────

    async def conversation(self, conversation_id: str) -> Conversation | None:
        """The conversation's row, None where there is none."""
        rows = await self._rows(select(conversations).where(conversations.c.id == conversation_id))
        return Conversation(**rows[0]._asdict()) if rows else None

    async def last_conversation(self, *, channel: str, account: str, sender: str) -> str | None:
        """The id of the conversation that a customer wrote in last; None where there is none."""
        statement = select(conversations.c.id).where(
            conversations.c.channel == channel,
            conversations.c.account == account,
            conversations.c.sender == sender,
        )
        order = (conversations.c.updated_at.desc(), conversations.c.id)
        rows = await self._rows(statement.order_by(*order).limit(1))
        return str(rows[0].id) if rows else None

    async def waiting_besides(self, conversation_id: str) -> int:
        """How many other conversations wait for a person."""
        others = (conversations.c.owner == "waiting") & (conversations.c.id != conversation_id)
        rows = await self._rows(select(func.count()).select_from(conversations).where(others))
        return int(rows[0][0])

    async def conversations(
        self, *, owner: Owner | None = None, limit: int = 50, before: tuple[datetime, str] | None = None
    ) -> tuple[Conversation, ...]:
        """Conversations, the one last written to first.

        `before`: `(updated_at, id)` of the last row of the page before this one.
        """
        statement = select(conversations)
        if owner is not None:
            statement = statement.where(conversations.c.owner == owner)
        order = tuple_(conversations.c.updated_at, conversations.c.id)
        if before is not None:
            edge = tuple_(literal(before[0], conversations.c.updated_at.type), literal(before[1]))
            statement = statement.where(order < edge)
        statement = statement.order_by(conversations.c.updated_at.desc(), conversations.c.id.desc())
        return tuple(Conversation(**row._asdict()) for row in await self._rows(statement.limit(limit)))

    async def conversations_of(
        self, *, channel: str, account: str, sender: str, limit: int = 20
    ) -> tuple[Conversation, ...]:
        """One customer's conversations on a channel, the one last written to first."""
        statement = select(conversations).where(
            conversations.c.channel == channel,
            conversations.c.account == account,
            conversations.c.sender == sender,
        )
        statement = statement.order_by(conversations.c.updated_at.desc()).limit(limit)
        return tuple(Conversation(**row._asdict()) for row in await self._rows(statement))

    async def unanswered(
        self, *, state: UnansweredState = "open", limit: int = 50, before: int | None = None
    ) -> tuple[Unanswered, ...]:
        """Messages that got no answer, the newest first; `before`: the last id of the page before."""
        statement = select(unanswered).where(unanswered.c.state == state)
        if before is not None:
            statement = statement.where(unanswered.c.id < before)
        rows = await self._rows(statement.order_by(unanswered.c.id.desc()).limit(limit))
        return tuple(Unanswered(**{**row._asdict(), "candidates": tuple(row.candidates)}) for row in rows)

    async def resolve_unanswered(self, unanswered_id: int) -> bool:
        """Mark one as done; False when it is not open."""
        return await self._writer.run(changes.resolve_unanswered, unanswered_id)

    async def counts(self) -> Counts:
        """Sizes of the queues, for metrics and the console."""
        open_outbox = ("pending", "sending", "held", "dead")
        unknown = select(func.count()).select_from(outbox).where(outbox.c.unknown_at.is_not(None))
        waiting = select(func.count()).select_from(unanswered).where(unanswered.c.state == "open")
        return Counts(
            inbox=await self._sizes(inbox.c.state, ("new", "failed")),
            outbox=await self._sizes(outbox.c.state, open_outbox),
            unknown_sends=(await self._rows(unknown))[0][0],
            conversations=await self._sizes(conversations.c.owner, ("bot", "waiting", "person", "closed")),
            unanswered=(await self._rows(waiting))[0][0],
        )

    # ── pointers and erasure ─────────────────────────────────────────────────────────────────────────────

    async def pointer(self, name: str) -> str | None:
        """What a name points to, None where it was never set."""
        rows = await self._rows(select(pointers.c.value).where(pointers.c.name == name))
        return rows[0].value if rows else None

    async def set_pointer(self, name: str, value: str) -> None:
        """Let a name point to a value."""
        await self._writer.run(changes.set_pointer, {"name": name, "value": value})

    async def active_release(self) -> str | None:
        """The id of the release that serves, None before the first."""
        return await self.pointer(ACTIVE)

    async def set_active_release(self, release_id: str) -> None:
        """Promote: which release serves from now on."""
        await self.traffic.change("promote", release_id)

    async def erase_conversation(self, conversation_id: str) -> bool:
        """Erase all that is stored of a conversation, also from the file; False when there was nothing.

        Hold the conversation's lock meanwhile: a turn in hand would write again.
        """
        erased = await self._writer.run(changes.erase_conversation, conversation_id)
        await self._truncate_log()
        return erased

    async def erase_sender(self, *, channel: str, account: str, sender: str) -> tuple[str, ...]:
        """Erase all conversations of one customer on one channel; answers their ids."""
        statement = select(conversations.c.id).where(
            conversations.c.channel == channel,
            conversations.c.account == account,
            conversations.c.sender == sender,
        )
        ids = tuple(row.id for row in await self._rows(statement))
        for conversation_id in ids:
            await self.erase_conversation(conversation_id)
        return ids

    async def _truncate_log(self) -> None:
        """Empty SQLite's write-ahead log, which still has the erased words; readers may delay it."""
        if self._engine.dialect.name != "sqlite":
            return
        with store_errors("erasing"):
            async with self._engine.connect() as connection:
                await connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

    async def _sizes(self, column: Any, values: Sequence[str]) -> Json:
        statement = select(column, func.count()).where(column.in_(values)).group_by(column)
        return {row[0]: row[1] for row in await self._rows(statement)}

    async def _rows(self, statement: Any, parameters: Any = None) -> Sequence[Row[*tuple[Any, ...]]]:
        with store_errors("reading"):
            if self._reading is not None:
                return await self._reading.run(partial(rows_on, statement, parameters))
            async with self._engine.connect() as connection:
                return (await connection.execute(statement, parameters)).all()


_EVENTS = (
    select(events.c.seq, events.c.data)
    .where(events.c.conversation_id == bindparam("conversation"), events.c.seq > bindparam("after"))
    .order_by(events.c.seq)
)


def _unfinished(row: Row[*tuple[Any, ...]]) -> Unfinished:
    return Unfinished(key=row.id, message=message_from_dict(row.payload), attempts=row.attempts)


async def _prepare(engine: AsyncEngine, url: URL) -> None:
    """Reach the database and bring it to this program's version, or say why not."""
    name = url.render_as_string(hide_password=True)
    try:
        with store_errors(f"opening {name}"):
            async with engine.connect() as connection:
                transaction = await connection.begin()
                await connection.run_sync(write_begins)
                await connection.run_sync(ensure_current)
                await transaction.commit()
    except StoreError as error:
        remedy = " Restore it from a backup, or give another one with --database." if error.__cause__ else ""
        raise StoreError(f"{error}{remedy}") from error
