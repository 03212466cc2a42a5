"""Which release answers whom, and who changed that when."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.store.changes import set_pointer
from bot.store.engine import store_errors
from bot.store.tables import pointers, release_changes
from bot.store.writer import Writer

Deed = Literal["promote", "rollback", "shadow", "split"]
ACTIVE, SHADOW, SPLIT = "active_release", "shadow", "split"


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """A part of the conversations that another release answers, in percent of all."""

    release: str
    percent: float

    def takes(self, conversation_id: str) -> bool:
        """Whether the conversation is among them: always the same ones, and with a higher percentage those too."""
        named = f"{self.release}\0{conversation_id}".encode("utf-8", "surrogatepass")
        place = int.from_bytes(blake2b(named, digest_size=8).digest(), "big") / 2**64
        return 100.0 * place < self.percent


@dataclass(frozen=True, slots=True, kw_only=True)
class Traffic:
    """What the database says. `active` is None before the first release, and empty after an unload by hand."""

    active: str | None = None
    split: Split | None = None
    shadow: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Somebody changed what serves; `release` is empty where a shadow or a split was ended."""

    id: int
    at: datetime
    deed: Deed
    release: str
    previous: str
    percent: float
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wish:
    deed: Deed
    release: str
    percent: float
    by: str
    at: datetime


class TrafficTable:
    """Reads and changes what serves; every change is kept."""

    def __init__(self, engine: AsyncEngine, writer: Writer, clock: Callable[[], datetime]) -> None:
        self._engine = engine
        self._writer = writer
        self._clock = clock

    async def read(self) -> Traffic:
        """What serves now."""
        with store_errors("reading what serves"):
            async with self._engine.connect() as connection:
                return await _read(connection)

    async def change(self, deed: Deed, release: str, *, percent: float = 0.0, by: str = "") -> None:
        """Promote, roll back to, shadow or give a part of the traffic to a release.

        An empty `release` ends a shadow or a split. A release that is promoted is no shadow and no part any more.
        """
        wish = _Wish(deed=deed, release=release, percent=percent, by=by, at=self._clock())
        await self._writer.run(_change, wish)

    async def changes(self, *, limit: int = 20) -> tuple[Change, ...]:
        """The last changes, the newest first."""
        statement = select(release_changes).order_by(release_changes.c.id.desc()).limit(limit)
        with store_errors("reading what served"):
            async with self._engine.connect() as connection:
                rows = (await connection.execute(statement)).all()
        return tuple(Change(**row._asdict()) for row in rows)

    async def before(self, release: str) -> str:
        """What served before a release was promoted; empty where that is not known."""
        statement = (
            select(release_changes.c.previous)
            .where(release_changes.c.deed == "promote", release_changes.c.release == release)
            .order_by(release_changes.c.id.desc())
            .limit(1)
        )
        with store_errors("reading what served"):
            async with self._engine.connect() as connection:
                return await connection.scalar(statement) or ""


async def _read(connection: AsyncConnection) -> Traffic:
    statement = select(pointers.c.name, pointers.c.value).where(pointers.c.name.in_((ACTIVE, SHADOW, SPLIT)))
    found = {row.name: row.value for row in (await connection.execute(statement)).all()}
    split = json.loads(found[SPLIT]) if found.get(SPLIT) else None
    return Traffic(
        active=found.get(ACTIVE),
        split=Split(release=split["release"], percent=split["percent"]) if split else None,
        shadow=found.get(SHADOW, ""),
    )


async def _change(connection: AsyncConnection, wishes: Sequence[_Wish]) -> list[Exception | None]:
    for wish in wishes:
        traffic = await _read(connection)
        if wish.deed == "shadow":
            new, previous = {SHADOW: wish.release}, traffic.shadow
        elif wish.deed == "split":
            new, previous = {SPLIT: _written(wish)}, traffic.split.release if traffic.split else ""
        else:
            new, previous = _promoted(wish.release, traffic), await _served(connection, traffic)
            if traffic.active == wish.release:
                continue
        await set_pointer(connection, [{"name": name, "value": value} for name, value in new.items()])
        row = {
            "deed": wish.deed,
            "release": wish.release,
            "previous": previous,
            "percent": wish.percent,
            "by": wish.by,
            "at": wish.at,
        }
        await connection.execute(release_changes.insert(), row)
    return [None] * len(wishes)


def _written(wish: _Wish) -> str:
    return json.dumps({"release": wish.release, "percent": wish.percent}) if wish.release else ""


def _promoted(release: str, traffic: Traffic) -> dict[str, str]:
    new = {ACTIVE: release}
    if traffic.shadow == release:
        new[SHADOW] = ""
    if traffic.split is not None and traffic.split.release == release:
        new[SPLIT] = ""
    return new


async def _served(connection: AsyncConnection, traffic: Traffic) -> str:
    """What serves now; after an unload by hand, what served before it."""
    if traffic.active:
        return traffic.active
    newest = (
        select(release_changes.c.previous)
        .where(release_changes.c.deed == "promote")
        .order_by(release_changes.c.id.desc())
    )
    previous: Any = await connection.scalar(newest.limit(1))
    return previous or ""
