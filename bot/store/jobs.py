"""Work on releases that runs in processes of its own: one at a time, whoever asks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import CursorResult, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.store.engine import store_errors
from bot.store.tables import jobs
from bot.store.writer import Writer

Kind = Literal["train", "evaluate"]
State = Literal["running", "done", "failed", "cancelled", "interrupted"]


class JobRunning(Exception):
    """Another job has not ended yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One piece of work.

    Attributes:
        release: what it made or measured; empty before that is known.
        pid: of the process that does it.
        beat_at: when the process that watches over it last said so.
        cancelled_by: who wants it to end; empty where nobody does.
        progress: `{step, steps, doing, done, of, note}`, as far as it is known.
        log: the last lines.
    """

    id: int
    kind: Kind
    state: State
    release: str
    recipe: str
    minutes: float
    by: str
    pid: int
    began_at: datetime
    beat_at: datetime
    ended_at: datetime | None = None
    cancelled_by: str = ""
    progress: Mapping[str, Any] = field(default_factory=dict)
    log: str = ""


class JobTable:
    """Begins jobs, keeps how far they are, and remembers how they ended."""

    def __init__(self, engine: AsyncEngine, writer: Writer, clock: Callable[[], datetime]) -> None:
        self._engine = engine
        self._writer = writer
        self._clock = clock

    async def begin(
        self, kind: Kind, *, release: str = "", recipe: str = "", minutes: float = 0.0, by: str = ""
    ) -> int:
        """The new job's number.

        Raises:
            JobRunning: another one has not ended.
        """
        now = self._clock()
        row: dict[str, Any] = {
            "kind": kind, "state": "running", "release": release, "recipe": recipe, "minutes": minutes, "by": by,
            "pid": 0, "began_at": now, "beat_at": now, "cancelled_by": "", "progress": {}, "log": "",
        }  # fmt: skip
        try:
            return await self._writer.run(_begin, row)
        except IntegrityError as error:
            raise JobRunning from error

    async def beat(self, job_id: int, **facts: Any) -> str:
        """Say that it goes on, with what is new of it; answers why it is to end, nothing where it is not."""
        return await self._writer.run(_beat, (job_id, {**facts, "beat_at": self._clock()}))

    async def end(self, job_id: int, state: State, **facts: Any) -> None:
        """It has ended."""
        now = self._clock()
        await self._writer.run(_beat, (job_id, {**facts, "state": state, "beat_at": now, "ended_at": now}))

    async def cancel(self, by: str) -> bool:
        """Ask the running one to end; False where none runs."""
        return await self._writer.run(_cancel, by)

    async def interrupt(self, *, silent_since: datetime) -> tuple[Job, ...]:
        """Those that nobody watches over any more count as interrupted; answers them as they were."""
        statement = select(jobs).where(jobs.c.state == "running", jobs.c.beat_at <= silent_since)
        found = tuple(_job(row) for row in await self._rows(statement))
        for one in found:
            await self.end(one.id, "interrupted")
        return found

    async def newest(self, *, limit: int = 10) -> tuple[Job, ...]:
        """The last ones, the newest first."""
        return tuple(
            _job(row) for row in await self._rows(select(jobs).order_by(jobs.c.id.desc()).limit(limit))
        )

    async def _rows(self, statement: Any) -> Sequence[Any]:
        with store_errors("reading jobs"):
            async with self._engine.connect() as connection:
                return (await connection.execute(statement)).all()


def _job(row: Any) -> Job:
    return Job(**row._asdict())


async def _begin(connection: AsyncConnection, rows: Sequence[dict[str, Any]]) -> list[int | Exception]:
    statement = jobs.insert().returning(jobs.c.id)
    return [int(await connection.scalar(statement.values(**row))) for row in rows]


async def _beat(
    connection: AsyncConnection, requests: Sequence[tuple[int, dict[str, Any]]]
) -> list[str | Exception]:
    answers: list[str | Exception] = []
    for job_id, facts in requests:
        mine = (jobs.c.id == job_id) & (jobs.c.state == "running")
        await connection.execute(update(jobs).where(mine).values(**facts))
        rows = await connection.execute(select(jobs.c.state, jobs.c.cancelled_by).where(jobs.c.id == job_id))
        (now,) = rows.all()
        answers.append(str(now.cancelled_by or ("" if now.state == "running" else now.state)))
    return answers


async def _cancel(connection: AsyncConnection, names: Sequence[str]) -> list[bool | Exception]:
    answers: list[bool | Exception] = []
    for by in names:
        statement = update(jobs).where(jobs.c.state == "running").values(cancelled_by=by or "?")
        result: CursorResult[Any] = await connection.execute(statement)
        answers.append(result.rowcount > 0)
    return answers
