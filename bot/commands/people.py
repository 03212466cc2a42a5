"""`kefu people`: who may use the console."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import typer

from bot.errors import SettingsError
from bot.people.accounts import Work, add_person, change_person, remove_person, set_password
from bot.project import open_project
from bot.store.people import Account, People
from bot.store.store import Store

T = TypeVar("T")


def list_command(folder: Path, *, database: str | None) -> str:
    """One line a person, by name."""
    accounts = _with_people(folder, database, lambda people: people.accounts())
    return (
        "\n".join(_line(one) for one in accounts) or f"Nobody yet: kefu people add {folder} NAME --role admin"
    )


def add_command(folder: Path, name: str, *, work: Work, database: str | None) -> str:
    """Make an account, with a password that is asked for.

    Raises:
        SettingsError: for a name that is taken or a weak password.
    """
    password = _asked()
    person = _with_people(folder, database, lambda people: add_person(people, name, password, work))
    return f"{person.name} may sign in at /console as {person.role.word}."


def change_command(folder: Path, name: str, *, work: Work, database: str | None) -> str:
    """Change somebody's role, languages, skills or number of chats, or whether they may sign in.

    Raises:
        SettingsError: when there is no such person.
    """
    _with_people(folder, database, lambda people: change_person(people, name, work))
    return f"{name} is changed."


def password_command(folder: Path, name: str, *, database: str | None) -> str:
    """Give somebody a new password, which is asked for.

    Raises:
        SettingsError: when there is no such person or the password is weak.
    """
    password = _asked()
    _with_people(folder, database, lambda people: set_password(people, name, password))
    return f"{name} has a new password and is signed out everywhere."


def remove_command(folder: Path, name: str, *, database: str | None) -> str:
    """Take somebody's account away.

    Raises:
        SettingsError: when there is no such person.
    """
    _with_people(folder, database, lambda people: remove_person(people, name))
    return f"{name} is removed and signed out."


def _with_people(folder: Path, database: str | None, work: Callable[[People], Awaitable[T]]) -> T:
    """Beside a running server: single statements, no turn."""

    async def run() -> T:
        store = await Store.open(database or open_project(folder).database_url, exclusive=False)
        try:
            return await work(store.people)
        finally:
            await store.close()

    return asyncio.run(run())


def _asked() -> str:
    """The password: typed twice at a terminal, else the first line of the input. Never an argument: `ps` shows those.

    Raises:
        SettingsError: when nothing comes.
    """
    if sys.stdin.isatty():
        return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))
    line = sys.stdin.readline().rstrip("\r\n")
    if not line:
        raise SettingsError("Type the password, or give it as the first line of the input.")
    return line


def _line(account: Account) -> str:
    languages = ",".join(account.languages) or "all languages"
    skills = ",".join(account.skills) or "all topics"
    chats = f"{account.most_chats} chats at once{'; disabled' if account.disabled else ''}"
    return f"{account.role:<10}  {account.name:<24}  {languages}; {skills}; {chats}"
