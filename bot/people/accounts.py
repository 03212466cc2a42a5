"""Accounts: made, listed, changed and removed, by the command line and by admins."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from bot.errors import SettingsError
from bot.people.passwords import hashed, require_good
from bot.people.person import LONGEST_NAME, MOST_CHATS, Person, Role, name_key
from bot.store.people import Account, People

_LANGUAGE = re.compile(r"[a-z]{2,3}")
_MOST_SKILLS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What somebody is given to do; None leaves what was there. Who is `disabled` may not sign in."""

    role: Role | None = None
    languages: tuple[str, ...] | None = None
    skills: tuple[str, ...] | None = None
    most_chats: int | None = None
    disabled: bool | None = None


async def add_person(people: People, name: str, password: str, work: Work) -> Person:
    """Make an account.

    Raises:
        SettingsError: for a name that is taken or cannot be one, a weak password or work that cannot be done.
    """
    name, checked = " ".join(name.split()), _checked(work)
    if not 0 < len(name) <= LONGEST_NAME or not name.isprintable():
        raise SettingsError(f"A name has 1 to {LONGEST_NAME} characters that can be seen.")
    stored = await asyncio.to_thread(hashed, require_good(password, name))
    account = Account(
        name=name,
        key=name_key(name),
        role=(checked.role or Role.AGENT).word,
        password=stored,
        languages=checked.languages or (),
        skills=checked.skills or (),
        most_chats=_most_chats(checked),
        created_at=datetime.now(UTC),
    )
    if not await people.add(account):
        raise SettingsError(f"There is a {name} already.")
    return person_of(account)


async def change_person(people: People, name: str, work: Work) -> None:
    """Give somebody another role, other languages or skills, more or fewer chats; disable or enable the account.

    Raises:
        SettingsError: when there is no such person, or nobody would be admin any more.
    """
    checked = _checked(work)
    if checked.disabled or (checked.role is not None and checked.role is not Role.ADMIN):
        await _keep_an_admin(people, name)
    values = {
        "role": checked.role.word if checked.role else None,
        "languages": None if checked.languages is None else list(checked.languages),
        "skills": None if checked.skills is None else list(checked.skills),
        "most_chats": checked.most_chats,
        "disabled": checked.disabled,
    }
    given = {column: value for column, value in values.items() if value is not None}
    if not given:
        raise SettingsError("Say what is to change.")
    if not await people.change(name_key(name), **given):
        raise _nobody(name)


async def set_password(people: People, name: str, password: str) -> None:
    """Give somebody a new password; whoever is signed in with the old one no longer is.

    Raises:
        SettingsError: when there is no such person or the password is weak.
    """
    stored = await asyncio.to_thread(hashed, require_good(password, name))
    if not await people.change(name_key(name), password=stored):
        raise _nobody(name)


async def remove_person(people: People, name: str) -> None:
    """Take an account away and sign the person out; conversations keep the name.

    Raises:
        SettingsError: when there is no such person, or nobody would be admin any more.
    """
    await _keep_an_admin(people, name)
    if not await people.remove(name_key(name)):
        raise _nobody(name)


def person_of(account: Account) -> Person:
    """Whose account it is."""
    return Person(
        id=account.id,
        name=account.name,
        role=Role.named(account.role),
        languages=account.languages,
        skills=account.skills,
        most_chats=account.most_chats,
    )


def _most_chats(work: Work) -> int:
    """Agents are given conversations; others only where it was said: they look in for other reasons."""
    if work.most_chats is not None:
        return work.most_chats
    return MOST_CHATS if (work.role or Role.AGENT) is Role.AGENT else 0


async def _keep_an_admin(people: People, name: str) -> None:
    accounts = await people.accounts()
    mine = [one for one in accounts if one.key == name_key(name)]
    admins = [one for one in accounts if one.role == Role.ADMIN.word and not one.disabled]
    if mine and admins == mine and len(accounts) > 1:
        raise SettingsError(f"{mine[0].name} is the last admin. Make somebody else admin first.")


def _checked(work: Work) -> Work:
    if wrong := [one for one in work.languages or () if not _LANGUAGE.fullmatch(one)]:
        raise SettingsError(f"{wrong[0]!r} is no language. Write en, zh and the like.")
    if work.most_chats is not None and not 0 <= work.most_chats <= 100:
        raise SettingsError("Somebody has 0 to 100 chats at once.")
    skills = None if work.skills is None else _distinct(work.skills)
    if skills and (len(skills) > _MOST_SKILLS or any(len(one) > LONGEST_NAME for one in skills)):
        raise SettingsError(f"At most {_MOST_SKILLS} skills of {LONGEST_NAME} characters.")
    languages = None if work.languages is None else _distinct(work.languages)
    return replace(work, languages=languages, skills=skills)


def _distinct(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word.strip() for word in words if word.strip()))


def _nobody(name: str) -> SettingsError:
    return SettingsError(f"There is nobody called {name}: kefu people list shows who there is.")
