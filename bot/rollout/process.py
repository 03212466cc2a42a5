"""A kefu command in a process of its own, which ends when it is told to."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import cast

from bot.rollout.output import Output
from encoders.progress import JSON_LINES

PATIENCE_S = 20.0
"""How long a process that is to end may clean up."""


class Child:
    """Runs one command at a time."""

    def __init__(self, output: Output) -> None:
        self.output = output
        self.pid = 0
        self._stopped = asyncio.Event()

    @property
    def stopped(self) -> bool:
        return self._stopped.is_set()

    def stop(self) -> None:
        """End the command, and begin no other."""
        self._stopped.set()

    async def run(self, arguments: Sequence[str]) -> int:
        """Run `kefu ARGUMENTS` to its end; its exit status.

        It is nice to the server: customers come first.
        """
        process = await asyncio.create_subprocess_exec(
            *_nice(),
            *command(arguments),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env=_environment(),
            start_new_session=True,
        )
        self.pid = process.pid
        self.output.begin()
        stopping = asyncio.create_task(self._end_when_stopped(process))
        try:
            while data := await cast(asyncio.StreamReader, process.stdout).read(65536):
                self.output.feed(data)
            return await process.wait()
        finally:
            stopping.cancel()
            if process.returncode is None:  # we are cancelled ourselves
                _signal(process.pid, signal.SIGKILL)
                await process.wait()
            self.output.end()
            self.pid = 0

    async def _end_when_stopped(self, process: asyncio.subprocess.Process) -> None:
        await self._stopped.wait()
        _signal(process.pid, signal.SIGTERM)
        await asyncio.sleep(PATIENCE_S)
        _signal(process.pid, signal.SIGKILL)


def command(arguments: Sequence[str]) -> list[str]:
    """The program and its arguments."""
    return [sys.executable, "-m", "bot.cli", *arguments]


def end_orphan(pid: int, folder: str) -> None:
    """End a command about `folder` whose server died; a process that is another one is left alone."""
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            said = file.read().split(b"\0")
    except OSError:
        return
    if b"bot.cli" in said and os.fsencode(folder) in said:
        _signal(pid, signal.SIGTERM)


def _signal(pid: int, number: signal.Signals) -> None:
    """To the process and those that it began."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, number)


def _nice() -> list[str]:
    found = shutil.which("nice")
    return [found, "-n", "10"] if found else []


def _environment() -> dict[str, str]:
    """Ours without the server's secrets, and asking for progress as JSON."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("KEFU_") or name == "KEFU_CACHE"
    }
    return {**kept, JSON_LINES: "json", "PYTHONUNBUFFERED": "1", "NO_COLOR": "1"}
