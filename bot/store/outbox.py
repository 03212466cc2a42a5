"""What is to be delivered: claimed in order, marked with what became of it.

A row is `pending`, then `sending` while somebody has claimed it, then `sent`; or `pending` again (a retry),
`held` (it may have arrived, a person decides) or `dead` (given up), from where a person sends it again or
has it `dropped`. Only the oldest unfinished row of a
conversation can be claimed, so that replies leave in order; held and dead rows do not block later ones.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import CursorResult, Row, bindparam, exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.store.engine import store_errors
from bot.store.records import Delivery
from bot.store.tables import outbox
from bot.store.writer import Writer

_LAST_SENDS = 100_000

_before = outbox.alias("before")
_is_head = (outbox.c.state == "pending") & ~exists().where(
    _before.c.conversation_id == outbox.c.conversation_id,
    _before.c.state.in_(("pending", "sending")),
    _before.c.id < outbox.c.id,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Claim:
    now: datetime
    until: datetime
    limit: int
    without: tuple[str, ...]


class Outbox:
    """The queue of deliveries. `Store.commit_turn` fills it."""

    def __init__(self, engine: AsyncEngine, writer: Writer, clock: Callable[[], datetime]) -> None:
        self._engine = engine
        self._writer = writer
        self._clock = clock
        self._changed = asyncio.Event()

    @property
    def alone(self) -> bool:
        """Whether no other process can send from this outbox: then what is being sent at a start is a dead one's."""
        return self._engine.dialect.name == "sqlite"

    def notify(self) -> None:
        """Wake `wait`: rows were added, or may have become claimable."""
        self._changed.set()

    async def wait(self, *, longest_s: float = 60.0, without: tuple[str, ...] = ()) -> None:
        """Return when a claim `without` these channels may find something, at the latest after `longest_s`."""
        if not self._changed.is_set():
            due = await self._next_due(without)
            pause = longest_s if due is None else min((due - self._clock()).total_seconds(), longest_s)
            try:
                async with asyncio.timeout(max(pause, 0.0)):
                    await self._changed.wait()
            except TimeoutError:
                pass
        self._changed.clear()

    async def claim(
        self, *, limit: int = 32, lease_s: float = 120.0, without: tuple[str, ...] = ()
    ) -> tuple[Delivery, ...]:
        """Take what is due on channels other than `without`, at most one row per conversation, oldest first.

        `attempts` counts this try too.

        A claim that is not marked within `lease_s` may be recovered: keep sends shorter than that.
        """
        now = self._clock()
        claim = _Claim(now=now, until=now + timedelta(seconds=lease_s), limit=limit, without=without)
        return await self._writer.run(_claim_due, claim)

    async def mark_sent(self, delivery_id: int, platform_id: str | None = None) -> None:
        """The platform has it. Final, unless the platform says that it could not deliver it."""
        await self._mark(delivery_id, "sent", platform_id=platform_id)

    async def mark_retry(self, delivery_id: int, due_at: datetime, error: str) -> None:
        """It did not arrive; try again from `due_at`."""
        await self._mark(delivery_id, "pending", due_at=due_at, error=error)

    async def mark_dead(self, delivery_id: int, error: str) -> None:
        """It did not arrive and is given up; a person sees it in `dead`."""
        await self._mark(delivery_id, "dead", error=error)

    async def mark_undelivered(self, channel: str, account: str, platform_id: str, reason: str) -> bool:
        """The platform had it and could not deliver it: it is dead after all. False when we do not know it.

        Looked for among the last sends, since platforms tell within minutes.
        """
        return await self._writer.run(_undelivered, (channel, account, platform_id, reason))

    async def mark_unknown(self, delivery_id: int, error: str, *, due_at: datetime | None = None) -> None:
        """It may have arrived. With `due_at` it is sent again then and may repeat, without it is held."""
        state: Literal["pending", "held"] = "held" if due_at is None else "pending"
        await self._mark(delivery_id, state, due_at=due_at, error=error, unknown=True)

    async def postpone(self, delivery_id: int, due_at: datetime) -> None:
        """It was not tried: it would have been too fast. Try from `due_at`; no attempt is counted."""
        await self._writer.run(_postpone_all, {"delivery_id": delivery_id, "new_due_at": due_at})
        self.notify()

    async def recover(self, *, hold: bool = False, everything: bool = False) -> int:
        """Flag claims whose sender died as unknown and send them again, or hold them; answers how many.

        `everything` takes claims that have not run out as well: for the start of the only sender there is.
        """
        count = await self._writer.run(_recover, (self._clock(), hold, everything))
        self.notify()
        return count

    async def dead(self, *, limit: int = 100) -> tuple[Delivery, ...]:
        """Dead and held deliveries, the newest first: what a person should look at."""
        statement = select(outbox).where(outbox.c.state.in_(("dead", "held")))
        rows = await self._rows(statement.order_by(outbox.c.id.desc()).limit(limit))
        return tuple(map(_delivery, rows))

    async def drop(self, delivery_id: int) -> bool:
        """Take a dead or held delivery off the list for good; False when there is no such one."""
        return await self._writer.run(_drop, delivery_id)

    async def replay(self, delivery_id: int) -> bool:
        """Send a dead or held delivery again, with all its attempts; False when there is no such one."""
        replayed = await self._writer.run(_replay, (delivery_id, self._clock()))
        self.notify()
        return replayed

    async def _mark(
        self,
        delivery_id: int,
        state: str,
        *,
        due_at: datetime | None = None,
        error: str = "",
        **facts: Any,
    ) -> None:
        now = self._clock()
        mark = {
            "delivery_id": delivery_id,
            "new_state": state,
            "new_due_at": due_at,
            "new_error": error,
            "new_platform_id": facts.get("platform_id"),
            "new_unknown_at": now if facts.get("unknown") else None,
        }
        await self._writer.run(_mark_all, mark)
        self.notify()

    async def _next_due(self, without: tuple[str, ...]) -> datetime | None:
        rows = await self._rows(
            select(func.min(outbox.c.due_at)).where(_is_head, outbox.c.channel.not_in(without))
        )
        due: datetime | None = rows[0][0]
        return due

    async def _rows(self, statement: Any) -> Sequence[Row[Any]]:
        with store_errors("reading the outbox"):
            async with self._engine.connect() as connection:
                return (await connection.execute(statement)).all()


async def _claim_due(
    connection: AsyncConnection, claims: Sequence[_Claim]
) -> list[tuple[Delivery, ...] | Exception]:
    return [await _claim_one(connection, claim) for claim in claims]


async def _claim_one(connection: AsyncConnection, claim: _Claim) -> tuple[Delivery, ...]:
    statement = (
        select(outbox)
        .where(_is_head, outbox.c.due_at <= claim.now, outbox.c.channel.not_in(claim.without))
        .order_by(outbox.c.id)
    )
    # Other processes' claims are passed over, not waited for (PostgreSQL; SQLite has one writer at a time).
    due = (await connection.execute(statement.limit(claim.limit).with_for_update(skip_locked=True))).all()
    if not due:
        return ()
    await connection.execute(
        update(outbox)
        .where(outbox.c.id.in_([row.id for row in due]))
        .values(state="sending", claimed_until=claim.until, attempts=outbox.c.attempts + 1)
    )
    return tuple(
        _delivery(row, state="sending", claimed_until=claim.until, attempts=row.attempts + 1) for row in due
    )


_MARK = (
    update(outbox)
    .where(outbox.c.id == bindparam("delivery_id"), outbox.c.state != "sent")
    .values(
        state=bindparam("new_state"),
        due_at=func.coalesce(bindparam("new_due_at", type_=outbox.c.due_at.type), outbox.c.due_at),
        claimed_until=None,
        last_error=bindparam("new_error"),
        platform_id=bindparam("new_platform_id"),
        unknown_at=func.coalesce(
            bindparam("new_unknown_at", type_=outbox.c.unknown_at.type), outbox.c.unknown_at
        ),
    )
)


async def _mark_all(connection: AsyncConnection, marks: Sequence[dict[str, Any]]) -> list[Exception | None]:
    await connection.execute(_MARK, list(marks))
    return [None] * len(marks)


_POSTPONE = (
    update(outbox)
    .where(outbox.c.id == bindparam("delivery_id"), outbox.c.state == "sending")
    .values(
        state="pending",
        due_at=bindparam("new_due_at"),
        claimed_until=None,
        attempts=outbox.c.attempts - 1,
    )
)


async def _postpone_all(
    connection: AsyncConnection, requests: Sequence[dict[str, Any]]
) -> list[Exception | None]:
    await connection.execute(_POSTPONE, list(requests))
    return [None] * len(requests)


async def _recover(
    connection: AsyncConnection, requests: Sequence[tuple[datetime, bool, bool]]
) -> list[int | Exception]:
    counts: list[int | Exception] = []
    for now, hold, everything in requests:
        statement = update(outbox).where(outbox.c.state == "sending")
        if not everything:
            statement = statement.where(outbox.c.claimed_until < now)
        values = {"state": "held" if hold else "pending", "unknown_at": now, "claimed_until": None}
        error = "the process ended while it was being sent"
        result: CursorResult[Any] = await connection.execute(statement.values(**values, last_error=error))
        counts.append(result.rowcount)
    return counts


async def _replay(
    connection: AsyncConnection, requests: Sequence[tuple[int, datetime]]
) -> list[bool | Exception]:
    replayed: list[bool | Exception] = []
    for delivery_id, now in requests:
        statement = update(outbox).where(outbox.c.id == delivery_id, outbox.c.state.in_(("dead", "held")))
        result: CursorResult[Any] = await connection.execute(
            statement.values(state="pending", attempts=0, due_at=now)
        )
        replayed.append(result.rowcount == 1)
    return replayed


async def _undelivered(
    connection: AsyncConnection, requests: Sequence[tuple[str, str, str, str]]
) -> list[bool | Exception]:
    marked: list[bool | Exception] = []
    newest = select(func.max(outbox.c.id)).scalar_subquery()
    for channel, account, platform_id, reason in requests:
        statement = update(outbox).where(
            outbox.c.id > newest - _LAST_SENDS,
            outbox.c.state == "sent",
            outbox.c.channel == channel,
            outbox.c.account == account,
            outbox.c.platform_id == platform_id,
        )
        result: CursorResult[Any] = await connection.execute(
            statement.values(state="dead", last_error=reason)
        )
        marked.append(result.rowcount > 0)
    return marked


async def _drop(connection: AsyncConnection, requests: Sequence[int]) -> list[bool | Exception]:
    dropped: list[bool | Exception] = []
    for delivery_id in requests:
        statement = update(outbox).where(outbox.c.id == delivery_id, outbox.c.state.in_(("dead", "held")))
        result: CursorResult[Any] = await connection.execute(statement.values(state="dropped"))
        dropped.append(result.rowcount == 1)
    return dropped


def _delivery(row: Row[Any], **changes: Any) -> Delivery:
    return Delivery(**{**row._asdict(), **changes})
