"""Files that visitors sent in the chat, in the database: every worker sees them, and they are erased with the rest."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.store.engine import store_errors
from bot.store.tables import uploads
from bot.store.writer import Writer

UNSENT_FOR = timedelta(days=1)
"""What no message took along within this time is dropped."""
_SCHEME = "upload:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file; `conversation_id` is whose it is, begun or not."""

    id: str
    conversation_id: str
    name: str
    mime_type: str
    content: bytes


def reference(one: str) -> str:
    """An upload's id as an attachment's reference."""
    return _SCHEME + one


def upload_id(reference_: Any) -> str:
    """The id in an attachment's reference; empty where it refers to something else."""
    text = reference_ if isinstance(reference_, str) else ""
    return text.removeprefix(_SCHEME) if text.startswith(_SCHEME) else ""


class Uploads:
    """Keeps files until their conversation is erased."""

    def __init__(self, engine: AsyncEngine, writer: Writer, clock: Callable[[], datetime]) -> None:
        self._engine = engine
        self._writer = writer
        self._clock = clock

    async def add(self, upload: Upload, *, most_bytes: int) -> bool:
        """Keep a file; False when all files together would be larger than `most_bytes`."""
        now = self._clock()
        row = {**asdict(upload), "size": len(upload.content), "sent": False, "created_at": now}
        return await self._writer.run(_add, (row, most_bytes, now - UNSENT_FOR))

    async def get(self, one: str) -> Upload | None:
        """The file, None where there is none."""
        columns = [uploads.c[name] for name in ("id", "conversation_id", "name", "mime_type", "content")]
        rows = await self._rows(select(*columns).where(uploads.c.id == one))
        return Upload(**rows[0]._asdict()) if rows else None

    async def take(self, ids: Sequence[str], conversation_id: str) -> tuple[tuple[str, str, str], ...] | None:
        """(id, name, type) of files that a message takes along; None when one is not this conversation's."""
        await self._writer.run(_mark_sent, (tuple(ids), conversation_id))
        columns = (uploads.c.id, uploads.c.name, uploads.c.mime_type)
        mine = uploads.c.conversation_id == conversation_id
        rows = await self._rows(select(*columns).where(uploads.c.id.in_(list(ids)), mine))
        found = {row.id: (row.id, row.name, row.mime_type) for row in rows}
        return tuple(found[one] for one in ids) if set(ids) <= found.keys() else None

    async def _rows(self, statement: Any) -> Sequence[Row[*tuple[Any, ...]]]:
        with store_errors("reading a file"):
            async with self._engine.connect() as connection:
                return (await connection.execute(statement)).all()


async def _add(
    connection: AsyncConnection, requests: Sequence[tuple[dict[str, Any], int, datetime]]
) -> list[bool | Exception]:
    answers: list[bool | Exception] = []
    for row, most_bytes, unsent_since in requests:
        old = uploads.c.sent.is_(False) & (uploads.c.created_at < unsent_since)
        await connection.execute(delete(uploads).where(old))
        kept = await connection.scalar(select(func.coalesce(func.sum(uploads.c.size), 0)))
        fits = int(kept or 0) + row["size"] <= most_bytes
        if fits:
            await connection.execute(uploads.insert(), [row])
        answers.append(fits)
    return answers


async def _mark_sent(
    connection: AsyncConnection, requests: Sequence[tuple[tuple[str, ...], str]]
) -> list[Exception | None]:
    for ids, conversation_id in requests:
        mine = uploads.c.id.in_(list(ids)) & (uploads.c.conversation_id == conversation_id)
        await connection.execute(update(uploads).where(mine).values(sent=True))
    return [None] * len(requests)
