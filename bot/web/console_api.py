"""What the console talks to: the lists, a conversation, and what an agent does with it."""

from __future__ import annotations

import asyncio
from typing import Any

from aiohttp import web

from bot.people.person import Role
from bot.web.errors import ApiError
from bot.web.keys import SERVICES
from bot.web.live import CONSOLE
from bot.web.operation import operation
from bot.web.people import acting, require, require_token, session_of
from bot.web.reading import query_number, read_api_object, text_field
from bot.web.service import TakenByAnother, UnknownThing
from bot.web.shapes import ANY, NOTHING, STATUS, array, one_of, record, string, whole
from bot.web.sockets import UNAUTHORIZED, hello, open_socket, send, while_open

_OWNERS = ("bot", "waiting", "person", "closed")
_LONGEST_REPLY = 4000
LOOK_EVERY_S = 30.0
"""How often a socket makes sure that its person is still signed in."""

CONVERSATION = record(
    {
        "id": string(), "channel": string(), "sender": string(), "owner": one_of(*_OWNERS), "agent": string(),
        "language": string(), "preview": string(), "last_seq": whole(0), "updated_at": string(),
    },
    {"events": array({"type": "object"})},
)  # fmt: skip
_QUESTION = record(
    {
        "id": whole(1), "conversation_id": string(), "seq": whole(1), "text": string(), "language": string(),
        "reason": string(), "candidates": array(ANY), "created_at": string(),
    }
)  # fmt: skip


@operation(
    "Conversations, the one last written to first.",
    access="console",
    query={"owner": one_of(*_OWNERS), "limit": whole(1, 500, default=50)},
    answers={200: array(CONVERSATION)},
)
async def conversations(request: web.Request) -> web.Response:
    """GET /api/console/conversations?owner=&limit="""
    await require(request, Role.AGENT)
    owner = request.query.get("owner") or None
    if owner is not None and owner not in _OWNERS:
        raise ApiError(400, f"'owner' is one of {', '.join(_OWNERS)}.")
    limit = query_number(request, "limit", default=50, largest=500)
    return web.json_response(await request.app[SERVICES].desk.conversations(owner=owner, limit=limit))


@operation(
    "A conversation with all its events.",
    access="console",
    answers={200: {**CONVERSATION, "required": [*CONVERSATION["required"], "events"]}},
)
async def conversation(request: web.Request) -> web.Response:
    """GET /api/console/conversations/{id}"""
    await require(request, Role.AGENT)
    found = await request.app[SERVICES].desk.conversation(request.match_info["id"])
    if found is None:
        raise ApiError(404, "There is no such conversation.")
    return web.json_response(found)


@operation(
    "An agent takes a conversation, says something, gives it back to the bot, or ends it.",
    access="console",
    body=record({}, {"agent": string(80, empty=False), "text": string(_LONGEST_REPLY)}),
    answers={200: STATUS},
    refuses=(409,),
)
async def act(request: web.Request) -> web.Response:
    """POST /api/console/conversations/{id}/{claim|reply|hand_back|close} {agent, text?}"""
    person = await require(request, Role.AGENT)
    data = await read_api_object(request)
    desk, conversation_id = request.app[SERVICES].desk, request.match_info["id"]
    agent = acting(person, data)
    try:
        match request.match_info["deed"]:
            case "claim":
                await desk.claim(conversation_id, agent)
            case "reply":
                await desk.reply(conversation_id, agent, text_field(data, "text", longest=_LONGEST_REPLY))
            case "hand_back":
                await desk.hand_back(conversation_id, agent)
            case _:
                await desk.close(conversation_id, agent)
    except UnknownThing as error:
        raise ApiError(404, str(error)) from error
    except TakenByAnother as error:
        raise ApiError(409, f"{error} has this conversation.") from error
    return web.json_response({"status": "ok"})


@operation(
    "Messages that got no answer, the newest first.", access="console", answers={200: array(_QUESTION)}
)
async def unanswered(request: web.Request) -> web.Response:
    """GET /api/console/unanswered"""
    await require(request, Role.AGENT)
    return web.json_response(await request.app[SERVICES].desk.unanswered())


@operation(
    "Take one off the list of what was not answered.",
    access="console",
    body=record({}, {"agent": string(80, empty=False)}),
    answers={200: STATUS},
)
async def resolve(request: web.Request) -> web.Response:
    """POST /api/console/unanswered/{id}/done {agent}"""
    person = await require(request, Role.AGENT)
    agent = acting(person, await read_api_object(request))
    try:
        await request.app[SERVICES].desk.resolve_unanswered(int(request.match_info["id"]), agent)
    except UnknownThing as error:
        raise ApiError(404, str(error)) from error
    return web.json_response({"status": "ok"})


@operation(
    "WebSocket: after `{}`, or a program's `{token}`, every change of every conversation.",
    answers={101: NOTHING},
    refuses=(400, 403, 429),
)
async def live(request: web.Request) -> web.WebSocketResponse:
    """WebSocket /api/console/live: after {}, or {token} of a program, every change of every conversation."""
    socket = await open_socket(request)
    first = await hello(socket)
    if not await _known(request, first):
        await socket.close(code=UNAUTHORIZED)
        return socket
    watching = asyncio.create_task(_end_with_session(request, socket, by_cookie="token" not in first))
    try:
        await while_open(socket, _push(request, socket))
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
    return socket


async def _known(request: web.Request, first: dict[str, Any]) -> bool:
    if "token" not in first:
        return await session_of(request) is not None
    try:
        require_token(request, str(first["token"]))
    except ApiError:
        return False
    return True


async def _end_with_session(request: web.Request, socket: web.WebSocketResponse, *, by_cookie: bool) -> None:
    """Close the socket of somebody who is no longer signed in. That it is open keeps nobody signed in."""
    while by_cookie:
        await asyncio.sleep(LOOK_EVERY_S)
        if await session_of(request, in_use=False) is None:
            await socket.close(code=UNAUTHORIZED)
            return


async def _push(request: web.Request, socket: web.WebSocketResponse) -> None:
    with request.app[SERVICES].hub.subscribe(CONSOLE) as news:
        await send(socket, {"type": "resync"})
        async for event in news:
            message: Any = event
            await send(socket, message)
