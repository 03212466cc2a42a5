"""Passwords: what may be one, and argon2id hashes of them (RFC 9106, second recommended option).

A hash takes 64 MiB and tens of milliseconds on purpose: it is made in a thread, and two at a time.
"""

from __future__ import annotations

import asyncio
import unicodedata
from functools import cache
from typing import TYPE_CHECKING, Final

from bot.errors import SettingsError
from bot.people.person import name_key

if TYPE_CHECKING:
    from argon2 import PasswordHasher

SHORTEST: Final = 10
LONGEST: Final = 200
_AT_ONCE: Final = 2
# Of no password: verified where there is no such account, so that the answer takes as long.
_NOBODYS: Final = (
    "$argon2id$v=19$m=65536,t=3,p=4$Kwk6pSDBKDfKmDLrv5i9zQ$FkhzGr9FH8b1pfYcC4lUzSHPDn0tRDmJEeUuMNYehgA"
)


def require_good(password: str, name: str) -> str:
    """The password as it is hashed.

    Raises:
        SettingsError: when it is too short, too long or the name.
    """
    text = unicodedata.normalize("NFC", password)
    if not SHORTEST <= len(text) <= LONGEST:
        raise SettingsError(f"A password has {SHORTEST} to {LONGEST} characters.")
    if name_key(text) == name_key(name):
        raise SettingsError("The password is the name. Take another.")
    return text


def hashed(password: str) -> str:
    """The hash to store."""
    return _hasher().hash(password)


def matches(stored: str | None, password: str) -> bool:
    """Whether the password is the one whose hash is stored; as slow where none is."""
    from argon2.exceptions import InvalidHashError, VerificationError

    text = unicodedata.normalize("NFC", password[:LONGEST])
    try:
        return _hasher().verify(stored or _NOBODYS, text) and stored is not None
    except (VerificationError, InvalidHashError):
        return False


class Verifier:
    """Checks passwords in threads, few at once, so that guessing does not take the server's memory."""

    def __init__(self) -> None:
        self._places = asyncio.Semaphore(_AT_ONCE)

    async def matches(self, stored: str | None, password: str) -> bool:
        """As `matches`."""
        async with self._places:
            return await asyncio.to_thread(matches, stored, password)


@cache
def _hasher() -> PasswordHasher:
    from argon2 import PasswordHasher
    from argon2.profiles import RFC_9106_LOW_MEMORY

    return PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)
