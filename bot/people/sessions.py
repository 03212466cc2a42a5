"""Who is signed in: sessions in the database, so that every worker knows them and a restart forgets none.

The browser has a random token in a cookie; the database has its hash, so that who reads it is not signed in.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.errors import SettingsError
from bot.people.accounts import person_of
from bot.people.passwords import Verifier
from bot.people.person import Person, Role, name_key
from bot.store.people import Account, People, SessionRow

IDLE = timedelta(hours=2)
"""Who asks for nothing for so long has to sign in again."""
LONGEST = timedelta(hours=12)
"""And so has everybody after this time."""
_NOTED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A browser that somebody is signed in with. `token` is its cookie, `csrf` what its page must send along."""

    token: str
    csrf: str
    person: Person


class Sessions:
    """Opens, finds and ends sessions."""

    def __init__(
        self, people: People, console_token: str, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        """`console_token` also lets in; sessions that it opened end when it changes."""
        self._people = people
        self._token_mark = _digest(console_token) if console_token else ""
        self._clock = clock
        self._verifier = Verifier()

    async def sign_in(self, name: str, password: str, *, before: str = "") -> Session | None:
        """A new session in the place of the one `before`; None for a wrong name or password, which take as long."""
        account = await self._people.account(name_key(name))
        right = await self._verifier.matches(account.password if account else None, password)
        if account is None or account.disabled or not right:
            return None
        return await self._open(person_of(account), account.id, before)

    async def sign_in_with_token(self, name: str, *, before: str = "") -> Session:
        """A session as admin under that name, for somebody who gave the console's token.

        Raises:
            SettingsError: when the name is somebody's account.
        """
        if await self._people.account(name_key(name)) is not None:
            raise SettingsError(f"{name} has an account: sign in with its password.")
        return await self._open(Person(id=0, name=name, role=Role.ADMIN), None, before)

    async def find(self, token: str, *, in_use: bool = True) -> Session | None:
        """The session of a cookie; None when there is none or it has ended. Being looked for is being `in_use`."""
        found = await self._people.session(_digest(token)) if token else None
        if found is None:
            return None
        row, account = found
        now = self._clock()
        if now - row.seen_at > IDLE or now - row.created_at > LONGEST or not self._holds(row, account):
            await self._people.end_session(row.id)
            return None
        if in_use and now - row.seen_at > _NOTED_EVERY:
            await self._people.seen(row.id, now)
        person = person_of(account) if account else Person(id=0, name=row.name, role=Role.ADMIN)
        return Session(token=token, csrf=_csrf(token), person=person)

    async def end(self, token: str) -> None:
        """Sign out."""
        await self._people.end_session(_digest(token))

    async def anybody(self) -> bool:
        """Whether there are accounts to sign in with."""
        return any(not one.disabled for one in await self._people.accounts())

    def _holds(self, row: SessionRow, account: Account | None) -> bool:
        if account is not None:
            return not account.disabled
        return bool(row.token) and row.token == self._token_mark

    async def _open(self, person: Person, person_id: int | None, before: str) -> Session:
        now, token = self._clock(), secrets.token_urlsafe(32)
        row = SessionRow(
            id=_digest(token),
            person_id=person_id,
            name=person.name,
            token="" if person_id else self._token_mark,
            created_at=now,
            seen_at=now,
        )
        await self._people.end_sessions_from_before(now - LONGEST)
        await self._people.open_session(row, instead_of=_digest(before) if before else "")
        return Session(token=token, csrf=_csrf(token), person=person)


def _digest(token: str) -> str:
    return hashlib.blake2b(token.encode("utf-8", "replace"), digest_size=32).hexdigest()


def _csrf(token: str) -> str:
    """What only a page that could read an answer of ours knows; the cookie does not follow from it."""
    return hashlib.blake2b(b"csrf", key=token.encode("ascii", "replace")[:64], digest_size=24).hexdigest()
