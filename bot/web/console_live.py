"""The console's socket: everything that happens, who else is there, and suggestions as they are made."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from bot.people.attendance import present
from bot.people.person import Person
from bot.web.errors import ApiError
from bot.web.keys import SERVICES
from bot.web.live import CONSOLE, WRITING
from bot.web.operation import operation
from bot.web.people import require_token, session_of
from bot.web.shapes import NOTHING
from bot.web.sockets import UNAUTHORIZED, hello, open_socket, send, while_open
from bot.web.writing import agent_writes

LOOK_EVERY_S = 30.0
"""How often a socket makes sure that its person is still signed in, and says that they are there."""
_LONGEST_ID = 300


@dataclass(slots=True, kw_only=True)
class _Place:
    """Where somebody sits, as their page said last."""

    name: str
    id: str = field(default_factory=lambda: uuid.uuid4().hex)
    away: bool = False
    viewing: str = ""


@operation(
    "WebSocket: after `{}`, or a program's `{token}`, every change of every conversation.",
    answers={101: NOTHING},
    refuses=(400, 403, 429),
)
async def live(request: web.Request) -> web.WebSocketResponse:
    """WebSocket /api/console/live: after {}, or {token} of a program, every change of every conversation.

    A page says `{viewing, away}` when either changes, and `{typing: conversation}` while its person writes to the
    customer. That a customer writes is told to who views the conversation.
    """
    socket = await open_socket(request)
    first = await hello(socket)
    try:
        person = await _who(request, first)
    except ApiError:
        await socket.close(code=UNAUTHORIZED)
        return socket
    if person is None:  # a program sits nowhere
        await while_open(socket, _push(request, socket, _Place(name="")))
    else:
        await _sit(request, socket, _Place(name=person.name, **_said(first)))
    return socket


async def _who(request: web.Request, first: Mapping[str, Any]) -> Person | None:
    """The person of the cookie, None for a program.

    Raises:
        ApiError: for neither.
    """
    if "token" in first:
        require_token(request, str(first["token"]))
        return None
    session = await session_of(request)
    if session is None:
        raise ApiError(401, "Sign in first.")
    return session.person


async def _sit(request: web.Request, socket: web.WebSocketResponse, place: _Place) -> None:
    """Push while the socket is open, and let everybody know who is there."""

    async def moved(message: Mapping[str, Any]) -> None:
        if "typing" in message:
            await agent_writes(request, message["typing"], place.name)
            return
        said = _said(message)
        place.away, place.viewing = said["away"], said["viewing"]
        await _tell(request, place)

    await _tell(request, place)
    watching = asyncio.create_task(_watch(request, socket, place))
    try:
        await while_open(socket, _push(request, socket, place), moved)
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
        await _tell(request, place, open=False)


async def _watch(request: web.Request, socket: web.WebSocketResponse, place: _Place) -> None:
    """Close the socket of somebody who is no longer signed in. That it is open keeps nobody signed in."""
    while True:
        await asyncio.sleep(LOOK_EVERY_S)
        if await session_of(request, in_use=False) is None:
            await socket.close(code=UNAUTHORIZED)
            return
        await request.app[SERVICES].presence.beat(
            place.id, place.name, away=place.away, viewing=place.viewing
        )


async def _tell(request: web.Request, place: _Place, *, open: bool = True) -> None:
    services = request.app[SERVICES]
    await services.presence.beat(place.id, place.name, away=place.away, viewing=place.viewing, open=open)
    services.hub.publish(CONSOLE, await _attendance(request))


async def _attendance(request: web.Request) -> dict[str, Any]:
    seats = await request.app[SERVICES].presence.seats()
    people = [asdict(one) for one in present(seats, datetime.now(UTC))]
    return {"type": "presence", "people": people}


async def _push(request: web.Request, socket: web.WebSocketResponse, place: _Place) -> None:
    with request.app[SERVICES].hub.subscribe(CONSOLE) as news:
        await send(socket, {"type": "resync"})
        await send(socket, await _attendance(request))
        async for event in news:
            message: Any = event
            if message.get("type") != WRITING or message["conversation_id"] == place.viewing:
                await send(socket, message)


def _said(message: Mapping[str, Any]) -> dict[str, Any]:
    viewing = message.get("viewing")
    return {
        "viewing": viewing[:_LONGEST_ID] if isinstance(viewing, str) else "",
        "away": message.get("away") is True,
    }
