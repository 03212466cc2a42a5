"""Who asks, and whether they may: a signed-in person by cookie, or a program by the console's token."""

from __future__ import annotations

from typing import Any, Final

from aiohttp import hdrs, web

from bot.channels.signing import same
from bot.people.person import LONGEST_NAME, Person, Role
from bot.people.sessions import Session
from bot.web.errors import ApiError
from bot.web.keys import FAILURES, SERVICES
from bot.web.reading import address_of, same_origin, text_field

COOKIE: Final = "kefu_session"
CSRF_HEADER: Final = "X-CSRF-Token"
_READING: Final = frozenset({hdrs.METH_GET, hdrs.METH_HEAD})


async def require(request: web.Request, role: Role) -> Person:
    """Who asks, when they may do what `role` may.

    A browser sends its cookie by itself, also for a page of somebody else: whatever changes something needs the
    session's `X-CSRF-Token` beside it.

    Raises:
        ApiError: 401 for strangers, 403 for too small a role or a missing token of the page, 429 after many wrong
            console tokens, 503 for one while there is none.
    """
    person = await _who(request)
    if person.role < role:
        raise ApiError(403, f"This is for the role {role.word}.")
    return person


def require_token(request: web.Request, given: str) -> None:
    """Let only the console's token in.

    Raises:
        ApiError: 401 for another one, 429 after many wrong ones, 503 while there is none.
    """
    wanted = request.app[SERVICES].console_token
    if not wanted:
        raise ApiError(503, "The console has no token: set KEFU_CONSOLE_TOKEN.")
    refuse_who_guesses(request)
    if not same(wanted, given):
        request.app[FAILURES].take(address_of(request))
        raise ApiError(401, "The token is not right.")


def refuse_who_guesses(request: web.Request) -> None:
    """Let an address wait that was wrong often; it is not told either when a guess is right.

    Raises:
        ApiError: 429.
    """
    if wait_s := request.app[FAILURES].wait(address_of(request)):
        raise ApiError(429, "Too many wrong attempts. Try again a little later.", retry_after_s=wait_s)


async def session_of(request: web.Request, *, in_use: bool = True) -> Session | None:
    """The session of the request's cookie; looking it up keeps it alive where it is `in_use`."""
    return await request.app[SERVICES].sessions.find(request.cookies.get(COOKIE, ""), in_use=in_use)


def acting(person: Person, data: dict[str, Any]) -> str:
    """Who does what the body asks for: the person signed in; a program names somebody under `agent`.

    Raises:
        ApiError: when a program names nobody.
    """
    return person.name or text_field(data, "agent", longest=LONGEST_NAME)


async def _who(request: web.Request) -> Person:
    if given := request.headers.get(hdrs.AUTHORIZATION, ""):
        scheme, _, token = given.partition(" ")
        require_token(request, token if scheme.lower() == "bearer" else "")
        return Person(id=0, name="", role=Role.ADMIN)
    session = await session_of(request)
    if session is None:
        raise ApiError(401, "Sign in first.")
    if request.method not in _READING:
        require_own_page(request, session)
    return session.person


def require_own_page(request: web.Request, session: Session) -> None:
    """Let only a page of ours change something.

    Raises:
        ApiError: 403 for a page from elsewhere, or without the session's token.
    """
    if not same_origin(request) or not same(session.csrf, request.headers.get(CSRF_HEADER, "")):
        raise ApiError(403, "The page is out of date. Load it again.")
