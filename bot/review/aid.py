"""The reading aid as a process beside the server: started when it is needed, ended when it is idle."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

import bot
from encoders.errors import KefuError

IDLE_S = 120.0
ANSWER_S = 120.0
"""Also on a busy machine, where loading the Chinese word lists takes a while."""
_LONGEST_LINE = 2**24

Turns = Sequence[tuple[str, bool]]


class AidFailed(KefuError):
    """The reading aid gave no answer."""


class Aid(Protocol):
    """Reads messages before people do."""

    async def redacted(self, turns: Turns, wanted: Sequence[int]) -> list[str]:
        """The wanted turns of a conversation, given as (text, said by an agent), without personal data.

        Raises:
            AidFailed: when it cannot be done now.
        """

    async def named(self, clusters: Sequence[Sequence[tuple[str, str]]], taken: Sequence[str]) -> list[str]:
        """A name for an intent that each cluster of (text, language) may become; none of those taken.

        Raises:
            AidFailed: when it cannot be done now.
        """


class ReadingAid:
    """An `Aid` that runs `bot.review.reading_aid`, one question at a time."""

    def __init__(self, *, idle_s: float = IDLE_S) -> None:
        self._idle_s = idle_s
        self._process: asyncio.subprocess.Process | None = None
        self._using = asyncio.Lock()
        self._ending: asyncio.TimerHandle | None = None

    async def redacted(self, turns: Turns, wanted: Sequence[int]) -> list[str]:
        """See `Aid.redacted`."""
        said = [{"text": text, "agent": agent} for text, agent in turns]
        return [str(text) for text in (await self._ask({"turns": said, "wanted": list(wanted)}))["texts"]]

    async def named(self, clusters: Sequence[Sequence[tuple[str, str]]], taken: Sequence[str]) -> list[str]:
        """See `Aid.named`."""
        asked = {"clusters": [list(map(list, one)) for one in clusters], "taken": list(taken)}
        return [str(name) for name in (await self._ask(asked))["names"]]

    async def close(self) -> None:
        """End the process; a question in hand fails."""
        self._kill()
        async with self._using:
            await self._end()

    async def _ask(self, question: dict[str, Any]) -> dict[str, Any]:
        """The answer. Who stops waiting does not stop the process: loading its word lists must come to an end."""
        asked = asyncio.create_task(self._asked(question))
        asked.add_done_callback(lambda done: done.cancelled() or done.exception())
        return await asyncio.shield(asked)

    async def _asked(self, question: dict[str, Any]) -> dict[str, Any]:
        async with self._using:
            if self._ending is not None:
                self._ending.cancel()
            try:
                async with asyncio.timeout(ANSWER_S):
                    return await self._answered(question)
            except (OSError, ValueError, TimeoutError) as error:
                await self._end()
                raise AidFailed(f"Messages cannot be read for the review now ({error!r}).") from error
            finally:
                loop = asyncio.get_running_loop()
                self._ending = loop.call_later(self._idle_s, self._let_go)

    async def _answered(self, question: dict[str, Any]) -> dict[str, Any]:
        stdin, stdout = await self._pipes()
        stdin.write(json.dumps(question).encode() + b"\n")
        await stdin.drain()
        answer: dict[str, Any] = json.loads(await stdout.readline())
        return answer

    async def _pipes(self) -> tuple[asyncio.StreamWriter, asyncio.StreamReader]:
        """To and from the process, which is started where there is none."""
        process = self._process
        if process is None or process.returncode is not None or _is_let_go(process):
            await self._end()
            process = self._process = await _started()
        if process.stdin is None or process.stdout is None:
            raise OSError("the process has no pipes")
        return process.stdin, process.stdout

    def _let_go(self) -> None:
        """The process ends by itself when nothing more can come."""
        if self._process is not None and self._process.stdin is not None and not self._using.locked():
            self._process.stdin.close()

    async def _end(self) -> None:
        if self._ending is not None:
            self._ending.cancel()
        self._kill()
        process, self._process = self._process, None
        if process is not None:
            await process.wait()

    def _kill(self) -> None:
        if self._process is not None and self._process.returncode is None:
            with suppress(ProcessLookupError):
                self._process.kill()


def _is_let_go(process: asyncio.subprocess.Process) -> bool:
    return process.stdin is None or process.stdin.is_closing()


async def _started() -> asyncio.subprocess.Process:
    root = str(Path(bot.__file__).parents[1])
    path = os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot.review.reading_aid",
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        limit=_LONGEST_LINE, env={**os.environ, "PYTHONPATH": path},
    )  # fmt: skip
