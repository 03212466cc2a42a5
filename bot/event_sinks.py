"""Where events go: a file, and a signed webhook. Each takes a batch and says how much of it arrived."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import aiohttp

from bot.channels.webhook import deliver
from bot.store.cursors import StoredEvent

AT_ONCE = 8
"""Conversations whose events are sent side by side."""


class NotTaken(Exception):
    """The destination did not take an event; the text says why."""


class Sink(Protocol):
    """Takes events, each at least once and in order per conversation."""

    @property
    def name(self) -> str:
        """Of its cursor."""

    @property
    def most(self) -> int:
        """Events that it takes at once; a batch must arrive within half a minute."""

    async def put(self, batch: Sequence[StoredEvent]) -> None:
        """Give all of them; the same may come again.

        Raises:
            NotTaken: when one did not arrive.
        """


def broker_message(event: StoredEvent) -> dict[str, Any]:
    """An event as Rasa's event brokers publish it, with an `id` that knows a repetition."""
    return {"sender_id": event.conversation_id, **event.data, "id": f"event-{event.id}"}


@dataclass(frozen=True, slots=True, kw_only=True)
class FileSink:
    """One JSON object a line, flushed to disk."""

    path: Path

    @property
    def name(self) -> str:
        return "file"

    @property
    def most(self) -> int:
        return 500

    async def put(self, batch: Sequence[StoredEvent]) -> None:
        """Append the lines.

        Raises:
            NotTaken: when the file cannot be written.
        """
        lines = [json.dumps(broker_message(event), ensure_ascii=False) + "\n" for event in batch]
        try:
            await asyncio.to_thread(_append, self.path, "".join(lines).encode("utf-8", "replace"))
        except OSError as error:
            raise NotTaken(f"{self.path} cannot be written: {error.strerror}") from error


def _append(path: Path, lines: bytes) -> None:
    """Append whole lines; half a line, left by a process that died, is taken away first."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    with os.fdopen(descriptor, "r+b") as file:
        file.seek(_end_of_lines(file))
        file.truncate()
        file.write(lines)
        file.flush()
        os.fsync(file.fileno())


def _end_of_lines(file: Any) -> int:
    """Where the last whole line ends."""
    end: int = file.seek(0, os.SEEK_END)
    while end:
        begin = max(0, end - 65536)
        file.seek(begin)
        found = file.read(end - begin).rfind(b"\n")
        if found >= 0:
            return int(begin + found + 1)
        end = begin
    return 0


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookSink:
    """One event a call, signed by Standard Webhooks; `webhook-id` is the event's id."""

    url: str
    secret: str = field(repr=False)
    session: aiohttp.ClientSession = field(repr=False)

    @property
    def name(self) -> str:
        return "webhook"

    @property
    def most(self) -> int:
        return 20

    async def put(self, batch: Sequence[StoredEvent]) -> None:
        """Send them, conversations side by side.

        Raises:
            NotTaken: when one was not acknowledged; the later ones of its conversation were not sent.
        """
        conversations: dict[str, list[StoredEvent]] = {}
        for event in batch:
            conversations.setdefault(event.conversation_id, []).append(event)
        room = asyncio.Semaphore(AT_ONCE)
        sends = (self._send(events, room) for events in conversations.values())
        for problem in await asyncio.gather(*sends, return_exceptions=True):
            if isinstance(problem, BaseException):
                raise problem

    async def _send(self, events: Sequence[StoredEvent], room: asyncio.Semaphore) -> None:
        async with room:
            for event in events:
                result = await deliver(self.session, self.url, broker_message(event), secret=self.secret)
                if result.failure is not None:
                    raise NotTaken(result.reason)
