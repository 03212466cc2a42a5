"""The accounts of the console, for admins: who there is, what they are given, and whether they may sign in."""

from __future__ import annotations

import logging
from collections.abc import Awaitable
from datetime import UTC, datetime
from typing import Any, TypeVar

from aiohttp import web

from bot.errors import SettingsError
from bot.people.accounts import Work, add_person, change_person, person_of, set_password
from bot.people.attendance import present
from bot.people.passwords import LONGEST, SHORTEST
from bot.people.person import LONGEST_NAME, Person, Role
from bot.store.people import Account
from bot.web.errors import ApiError
from bot.web.keys import SERVICES
from bot.web.operation import operation
from bot.web.people import require
from bot.web.reading import read_api_object, text_field
from bot.web.session_api import PERSON, person_as_json
from bot.web.shapes import FLAG, STATUS, array, one_of, record, string, whole

log = logging.getLogger("kefu.people")

T = TypeVar("T")
_MOST_WORDS = 50
_PASSWORD = {**string(LONGEST), "minLength": SHORTEST}
_WORK = {
    "role": one_of(*(role.word for role in Role)),
    "languages": {**array(string()), "maxItems": _MOST_WORDS},
    "skills": {**array(string(LONGEST_NAME)), "maxItems": _MOST_WORDS},
    "most_chats": whole(0, 100),
}
_ACCOUNT = record(
    {**PERSON["properties"], "id": whole(1), "disabled": FLAG, "created_at": string(), "here": FLAG}
)


@operation("The accounts of the console, by name.", access="console", answers={200: array(_ACCOUNT)})
async def listed(request: web.Request) -> web.Response:
    """GET /api/console/accounts"""
    await require(request, Role.ADMIN)
    services = request.app[SERVICES]
    here = {one.name for one in present(await services.presence.seats(), datetime.now(UTC))}
    return web.json_response([_as_json(one, here) for one in await services.people.accounts()])


@operation(
    "Make an account.",
    access="console",
    body=record({"name": string(LONGEST_NAME, empty=False), "password": _PASSWORD}, _WORK),
    answers={201: PERSON},
)
async def add(request: web.Request) -> web.Response:
    """POST /api/console/accounts {name, password, role?, languages?, skills?, most_chats?}"""
    who = await require(request, Role.ADMIN)
    data = await read_api_object(request)
    name, work = text_field(data, "name", longest=LONGEST_NAME), _work(data)
    made = await _told(add_person(request.app[SERVICES].people, name, _password(data), work))
    _note("an account was made", who, made.name)
    return web.json_response(person_as_json(made), status=201)


@operation(
    "Change what somebody is given, or whether they may sign in; what is not named stays. It holds at once.",
    access="console",
    body=record({}, {**_WORK, "disabled": FLAG}),
    answers={200: STATUS},
)
async def change(request: web.Request) -> web.Response:
    """PATCH /api/console/accounts/{id} {role?, languages?, skills?, most_chats?, disabled?}"""
    who = await require(request, Role.ADMIN)
    data, account = await read_api_object(request), await _account(request)
    await _told(change_person(request.app[SERVICES].people, account.name, _work(data)))
    _note("an account was changed", who, account.name)
    return web.json_response({"status": "ok"})


@operation(
    "Give somebody a new password, which signs them out everywhere.",
    access="console",
    body=record({"password": _PASSWORD}),
    answers={200: STATUS},
)
async def password(request: web.Request) -> web.Response:
    """POST /api/console/accounts/{id}/password {password}"""
    who = await require(request, Role.ADMIN)
    data, account = await read_api_object(request), await _account(request)
    await _told(set_password(request.app[SERVICES].people, account.name, _password(data)))
    _note("a password was set", who, account.name)
    return web.json_response({"status": "ok"})


async def _told(deed: Awaitable[T]) -> T:
    """What the deed gives.

    Raises:
        ApiError: 400 with what is wrong.
    """
    try:
        return await deed
    except SettingsError as error:
        raise ApiError(400, str(error)) from error


async def _account(request: web.Request) -> Account:
    wanted = int(request.match_info["id"])
    for one in await request.app[SERVICES].people.accounts():
        if one.id == wanted:
            return one
    raise ApiError(404, "There is no such account.")


def _password(data: dict[str, Any]) -> str:
    """As it was typed: spaces at its ends are part of it."""
    given = data.get("password")
    if not isinstance(given, str):
        raise ApiError(400, f"'password' must be a text of {SHORTEST} to {LONGEST} characters.")
    return given


def _work(data: dict[str, Any]) -> Work:
    role, most, disabled = data.get("role"), data.get("most_chats"), data.get("disabled")
    if role is not None and role not in {one.word for one in Role}:
        raise ApiError(400, f"'role' is one of {', '.join(one.word for one in Role)}.")
    if most is not None and (isinstance(most, bool) or not isinstance(most, int)):
        raise ApiError(400, "'most_chats' must be a whole number.")
    if disabled is not None and not isinstance(disabled, bool):
        raise ApiError(400, "'disabled' must be true or false.")
    return Work(
        role=Role.named(role) if role else None,
        languages=_words(data, "languages"),
        skills=_words(data, "skills"),
        most_chats=most,
        disabled=disabled,
    )


def _words(data: dict[str, Any], name: str) -> tuple[str, ...] | None:
    given = data.get(name)
    if given is None:
        return None
    if not isinstance(given, list) or not all(isinstance(one, str) for one in given):
        raise ApiError(400, f"'{name}' must be a list of texts.")
    return tuple(given)


def _note(what: str, who: Person, name: str) -> None:
    log.info(what, extra={"action": "account", "by": who.name or "a program", "account": name})


def _as_json(account: Account, here: set[str]) -> dict[str, Any]:
    return {
        **person_as_json(person_of(account)),
        "id": account.id,
        "disabled": account.disabled,
        "created_at": account.created_at.isoformat(),
        "here": account.name in here,
    }
