"""Signing in to the console and out of it."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from bot.channels.accounts import is_loopback
from bot.errors import SettingsError
from bot.people.person import LONGEST_NAME, Person, Role, name_key
from bot.people.sessions import LONGEST, Session
from bot.web.errors import ApiError
from bot.web.keys import ATTEMPTS, FAILURES, SERVICES
from bot.web.operation import operation
from bot.web.people import COOKIE, refuse_who_guesses, require_own_page, require_token, session_of
from bot.web.reading import address_of, read_api_object, refuse_too_often, same_origin, text_field
from bot.web.shapes import FLAG, STATUS, array, one_of, or_null, record, string, whole

_LONGEST_SECRET = 1000
PERSON = record(
    {
        "name": string(), "role": one_of(*(role.word for role in Role)), "languages": array(string()),
        "skills": array(string()), "most_chats": whole(0),
    }
)  # fmt: skip
_SESSION = record({"person": or_null(PERSON)}, {"csrf": string(), "accounts": FLAG})


@operation("Who is signed in, and whether anybody could with a password.", answers={200: _SESSION})
async def show(request: web.Request) -> web.Response:
    """GET /api/console/session: who is signed in here, and whether anybody could with a password."""
    session = await session_of(request)
    if session is None:
        return web.json_response({"person": None, "accounts": await request.app[SERVICES].sessions.anybody()})
    return web.json_response(_as_json(session))


@operation(
    "Sign a person in, with a password or with the console's token; the session is a cookie.",
    body=record(
        {"name": string(LONGEST_NAME, empty=False)},
        {"password": string(), "token": string(_LONGEST_SECRET, empty=False)},
    ),
    answers={200: _SESSION},
    refuses=(401, 403, 409, 429, 503),
)
async def sign_in(request: web.Request) -> web.Response:
    """POST /api/console/session {name, password} or {name, token}"""
    if not same_origin(request):
        raise ApiError(403, "This page may not sign anybody in here.")
    data = await read_api_object(request)
    name = text_field(data, "name", longest=LONGEST_NAME)
    before = request.cookies.get(COOKIE, "")
    if "token" in data:
        session = await _with_token(request, name, text_field(data, "token", longest=_LONGEST_SECRET), before)
    else:
        password = data.get("password")
        session = await _with_password(request, name, password if isinstance(password, str) else "", before)
    response = web.json_response(_as_json(session))
    _set_cookie(request, response, session.token)
    return response


@operation("Sign out.", answers={200: STATUS}, refuses=(403,))
async def sign_out(request: web.Request) -> web.Response:
    """DELETE /api/console/session"""
    session = await session_of(request)
    if session is not None:
        require_own_page(request, session)
        await request.app[SERVICES].sessions.end(session.token)
    response = web.json_response({"status": "ok"})
    response.del_cookie(COOKIE)
    return response


async def _with_password(request: web.Request, name: str, password: str, before: str) -> Session:
    refuse_who_guesses(request)
    # Counted before it is known whether it is right: many at once would all get through otherwise.
    refuse_too_often(request.app[ATTEMPTS], name_key(name))
    session = await request.app[SERVICES].sessions.sign_in(name, password[:_LONGEST_SECRET], before=before)
    if session is None:
        request.app[FAILURES].take(address_of(request))
        raise ApiError(401, "The name or the password is not right.")
    return session


async def _with_token(request: web.Request, name: str, token: str, before: str) -> Session:
    require_token(request, token)
    try:
        return await request.app[SERVICES].sessions.sign_in_with_token(name, before=before)
    except SettingsError as error:
        raise ApiError(409, str(error)) from error


def _set_cookie(request: web.Request, response: web.Response, token: str) -> None:
    host = request.url.host or ""
    response.set_cookie(
        COOKIE,
        token,
        max_age=int(LONGEST.total_seconds()),
        httponly=True,
        samesite="Strict",
        # Only this machine may be spoken to without TLS, which may end at a proxy in front of us.
        secure=not is_loopback(host),
    )


def _as_json(session: Session) -> dict[str, Any]:
    return {"person": person_as_json(session.person), "csrf": session.csrf}


def person_as_json(person: Person) -> dict[str, Any]:
    """A person as the console's page knows them."""
    return {
        "name": person.name,
        "role": person.role.word,
        "languages": list(person.languages),
        "skills": list(person.skills),
        "most_chats": person.most_chats,
    }
