"""Training and measuring releases from the console: one job at a time, each command in a process of its own."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.errors import StoreError
from bot.evaluation.examples import digest, read_examples
from bot.evaluation.run import read_held_out
from bot.project import Project
from bot.rollout.output import Output
from bot.rollout.process import Child, end_orphan
from bot.store.jobs import Job, JobTable, State
from encoders.errors import InputError

log = logging.getLogger("kefu.jobs")

BEAT_S = 1.0
SILENT_S = 30.0
"""A job of another process that has been silent for so long has lost its process."""
_MADE = re.compile(r"^Release (\S+) is in ", re.MULTILINE)


@dataclass(slots=True)
class _Running:
    """The job in this process."""

    id: int
    release: str
    child: Child
    step: int = 0
    steps: int = 1
    closing: bool = False

    @property
    def facts(self) -> dict[str, object]:
        output = self.child.output
        progress = {**output.progress, "step": self.step, "steps": self.steps}
        return {"progress": progress, "log": output.log, "release": self.release, "pid": self.child.pid}


class Work:
    """Begins jobs, follows the one that runs here, and answers how it goes."""

    def __init__(self, project: Project, table: JobTable, *, active: Callable[[], str], alone: bool) -> None:
        """`active` names the release that serves; `alone`: no other process serves this database."""
        self._project = project
        self._table = table
        self._active = active
        self._alone = alone
        self._running: _Running | None = None
        self._task: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """What ran when the server ended is interrupted."""
        await self._interrupt(timedelta(0) if self._alone else timedelta(seconds=SILENT_S))

    async def close(self) -> None:
        """End what runs here; it counts as interrupted."""
        if self._running is not None and self._task is not None:
            self._running.closing = True
            self._running.child.stop()
            await self._task

    async def train(self, *, recipe: str, minutes: float, by: str) -> int:
        """Train a release and measure it; the job's number.

        Raises:
            JobRunning: another job has not ended.
        """
        number = await self._table.begin("train", recipe=recipe, minutes=minutes, by=by)
        training = ("train", self._folder, "--recipe", recipe, "--minutes", f"{minutes:g}")
        self._begin(_Running(id=number, release="", child=Child(Output()), steps=2), training)
        return number

    async def evaluate(self, release: str, *, by: str) -> int:
        """Measure a release that is there; the job's number.

        Raises:
            JobRunning: another job has not ended.
        """
        number = await self._table.begin("evaluate", release=release, by=by)
        self._begin(_Running(id=number, release=release, child=Child(Output())), None)
        return number

    async def cancel(self, by: str) -> bool:
        """End the job that runs, wherever it does; False where none runs."""
        return await self._table.cancel(by)

    async def newest(self) -> tuple[Job, ...]:
        """The last jobs, the newest first."""
        if self._running is None:
            await self._interrupt(timedelta(seconds=SILENT_S))
        return await self._table.newest()

    @property
    def _folder(self) -> str:
        return str(self._project.folder.absolute())

    async def _interrupt(self, silence: timedelta) -> None:
        for job in await self._table.interrupt(silent_since=datetime.now(UTC) - silence):
            if job.pid:
                end_orphan(job.pid, self._folder)
            log.warning("a job was interrupted", extra={"action": "job_interrupted", "job": job.id})

    def _begin(self, running: _Running, training: tuple[str, ...] | None) -> None:
        self._running = running
        self._task = asyncio.create_task(self._follow(running, training))

    async def _follow(self, running: _Running, training: tuple[str, ...] | None) -> None:
        beating = asyncio.create_task(self._beat(running))
        state: State = "failed"
        try:
            state = await self._steps(running, training)
        except Exception:
            log.exception("a job failed", extra={"action": "job_failed", "job": running.id})
        finally:
            beating.cancel()
            if running.child.stopped:
                state = "interrupted" if running.closing else "cancelled"
            self._running = None
            try:
                await self._table.end(running.id, state, **{**running.facts, "pid": 0})
            except StoreError as error:
                log.error("the end of a job is not kept: %s", error, extra={"action": "job_failed"})

    async def _steps(self, running: _Running, training: tuple[str, ...] | None) -> State:
        child = running.child
        if training is not None:
            running.step = 1
            if await child.run(training):
                return "failed"
            running.release = _MADE.findall(child.output.log)[-1]
        async for release in self._to_measure(running.release):
            if child.stopped:
                break
            running.step += 1
            running.steps = max(running.step, running.steps)
            child.output.say(f"Measuring {release} on the held-out messages")
            if await child.run(("evaluate", self._folder, "--release", release)):
                return "failed"
        return "done"

    async def _to_measure(self, release: str) -> AsyncIterator[str]:
        """The release, and the one that serves where it was not measured on the same messages."""
        try:
            wanted = digest((await asyncio.to_thread(read_held_out, self._project)).messages)
        except InputError as error:
            if self._running is not None:
                self._running.child.output.say(f"Not measured: {error}")
            return
        yield release
        active = self._active()
        measured = await asyncio.to_thread(read_examples, self._project, active)
        if active != release and (measured is None or measured[0] != wanted):
            yield active

    async def _beat(self, running: _Running) -> None:
        """Keep how far it is, and hear whether it is to end."""
        while True:
            try:
                if await self._table.beat(running.id, **running.facts):
                    running.child.stop()
            except StoreError as error:
                log.warning("a job's progress is not kept: %s", error, extra={"action": "job_silent"})
            await asyncio.sleep(BEAT_S)
