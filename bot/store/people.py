"""The people of the console and their sessions, as rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import CursorResult, Row, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.store.engine import insert, store_errors
from bot.store.tables import people, sessions
from bot.store.writer import Writer


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A row of the people; `key` is the name as it is compared, `password` its hash. `disabled`: signs in no more."""

    name: str
    key: str
    role: str
    password: str
    languages: tuple[str, ...]
    skills: tuple[str, ...]
    most_chats: int
    created_at: datetime
    disabled: bool = False
    id: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRow:
    """A row of the sessions; `id` and `token` are hashes."""

    id: str
    name: str
    created_at: datetime
    seen_at: datetime
    person_id: int | None = None
    token: str = ""


class People:
    """Reads and writes accounts and sessions."""

    def __init__(self, engine: AsyncEngine, writer: Writer) -> None:
        self._engine = engine
        self._writer = writer

    async def accounts(self) -> tuple[Account, ...]:
        """All accounts, by name."""
        return tuple(_account(row) for row in await self._rows(select(people).order_by(people.c.key)))

    async def account(self, key: str) -> Account | None:
        """The account whose name has this key."""
        rows = await self._rows(select(people).where(people.c.key == key))
        return _account(rows[0]) if rows else None

    async def add(self, account: Account) -> bool:
        """Make an account; False when the name is taken."""
        return await self._writer.run(_add, account)

    async def change(self, key: str, **values: Any) -> bool:
        """Set columns of an account; False when there is none. A new password and disabling end its sessions."""
        return await self._writer.run(_change, (key, values))

    async def remove(self, key: str) -> bool:
        """Take an account away, with its sessions; False when there is none."""
        return await self._writer.run(_remove, key)

    async def open_session(self, row: SessionRow, *, instead_of: str = "") -> None:
        """Store a session in the place of another one."""
        await self._writer.run(_open_session, (row, instead_of))

    async def session(self, session_id: str) -> tuple[SessionRow, Account | None] | None:
        """A session, with its account where it has one."""
        statement = select(sessions).where(sessions.c.id == session_id)
        rows = await self._rows(statement)
        if not rows:
            return None
        found = SessionRow(**rows[0]._asdict())
        if found.person_id is None:
            return found, None
        owners = await self._rows(select(people).where(people.c.id == found.person_id))
        return (found, _account(owners[0])) if owners else None

    async def seen(self, session_id: str, now: datetime) -> None:
        """Note that a session is in use."""
        await self._writer.run(_seen, (session_id, now))

    async def end_session(self, session_id: str) -> None:
        """Take a session away."""
        await self._writer.run(_end_session, session_id)

    async def end_sessions_from_before(self, began: datetime) -> None:
        """Take away the sessions that began before a time."""
        await self._writer.run(_end_old, began)

    async def _rows(self, statement: Any) -> Sequence[Row[*tuple[Any, ...]]]:
        with store_errors("reading the people"):
            async with self._engine.connect() as connection:
                return (await connection.execute(statement)).all()


def _account(row: Row[*tuple[Any, ...]]) -> Account:
    values = row._asdict()
    return Account(**{**values, "languages": tuple(values["languages"]), "skills": tuple(values["skills"])})


async def _add(connection: AsyncConnection, accounts: Sequence[Account]) -> list[bool | Exception]:
    answers: list[bool | Exception] = []
    for account in accounts:
        row = {name: value for name, value in asdict(account).items() if name != "id"}
        row |= {"languages": list(account.languages), "skills": list(account.skills)}
        new = insert(connection, people).values(row).on_conflict_do_nothing()
        answers.append((await connection.execute(new)).rowcount == 1)
    return answers


async def _change(
    connection: AsyncConnection, requests: Sequence[tuple[str, dict[str, Any]]]
) -> list[bool | Exception]:
    answers: list[bool | Exception] = []
    for key, values in requests:
        statement = update(people).where(people.c.key == key).values(values)
        result: CursorResult[Any] = await connection.execute(statement)
        answers.append(result.rowcount == 1)
        if "password" in values or values.get("disabled"):
            mine = select(people.c.id).where(people.c.key == key).scalar_subquery()
            await connection.execute(delete(sessions).where(sessions.c.person_id == mine))
    return answers


async def _remove(connection: AsyncConnection, keys: Sequence[str]) -> list[bool | Exception]:
    answers: list[bool | Exception] = []
    for key in keys:
        result: CursorResult[Any] = await connection.execute(delete(people).where(people.c.key == key))
        answers.append(result.rowcount == 1)
    return answers


async def _open_session(
    connection: AsyncConnection, requests: Sequence[tuple[SessionRow, str]]
) -> list[Exception | None]:
    for row, instead_of in requests:
        await connection.execute(delete(sessions).where(sessions.c.id == instead_of))
        await connection.execute(insert(connection, sessions).values(asdict(row)))
    return [None] * len(requests)


async def _seen(
    connection: AsyncConnection, requests: Sequence[tuple[str, datetime]]
) -> list[Exception | None]:
    for session_id, now in requests:
        await connection.execute(update(sessions).where(sessions.c.id == session_id).values(seen_at=now))
    return [None] * len(requests)


async def _end_session(connection: AsyncConnection, ids: Sequence[str]) -> list[Exception | None]:
    await connection.execute(delete(sessions).where(sessions.c.id.in_(list(ids))))
    return [None] * len(ids)


async def _end_old(connection: AsyncConnection, times: Sequence[datetime]) -> list[Exception | None]:
    await connection.execute(delete(sessions).where(sessions.c.created_at < max(times)))
    return [None] * len(times)
