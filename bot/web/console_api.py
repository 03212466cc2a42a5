"""What the console talks to: the lists, a conversation, and what an agent does with it."""

from __future__ import annotations

import time
from typing import Any

from aiohttp import web

from bot.assist.feedback import BadOffer, Offer
from bot.dialog.events import Event, Noted
from bot.people.person import LONGEST_NAME, Role, name_key
from bot.web.errors import ApiError
from bot.web.keys import SERVICES
from bot.web.operation import operation
from bot.web.people import acting, require
from bot.web.reading import query_number, read_api_object, text_field
from bot.web.service import TakenByAnother, UnknownThing
from bot.web.shapes import ANY, FLAG, STATUS, array, one_of, record, string, whole

_OWNERS = ("bot", "waiting", "person", "closed")
_LONGEST_REPLY = 4000

CONVERSATION = record(
    {
        "id": string(), "channel": string(), "sender": string(), "owner": one_of(*_OWNERS), "agent": string(),
        "language": string(), "preview": string(), "last_seq": whole(0), "since": string(), "updated_at": string(),
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
    "Somebody takes a conversation, answers, writes a note, passes it on, gives it back to the bot, or ends it.",
    access="console",
    body=record(
        {},
        {
            "agent": string(80, empty=False), "text": string(_LONGEST_REPLY), "to": string(80),
            "force": FLAG, "suggestions": {"type": "object"},
        },
    ),
    answers={200: STATUS},
    refuses=(409,),
)  # fmt: skip
async def act(request: web.Request) -> web.Response:
    """POST /api/console/conversations/{id}/{claim|reply|note|transfer|hand_back|close} {agent?, text?, to?, force?}"""
    person = await require(request, Role.AGENT)
    data = await read_api_object(request)
    agent, force = acting(person, data), data.get("force") is True
    if force and person.role < Role.SUPERVISOR:
        raise ApiError(403, "Only a supervisor takes a conversation from somebody else.")
    try:
        await _do(request, agent, data, force=force)
    except UnknownThing as error:
        raise ApiError(404, str(error)) from error
    except TakenByAnother as error:
        raise ApiError(409, f"{error} has this conversation.") from error
    return web.json_response({"status": "ok"})


async def _do(request: web.Request, agent: str, data: dict[str, Any], *, force: bool) -> None:
    desk, conversation_id = request.app[SERVICES].desk, request.match_info["id"]
    match request.match_info["deed"]:
        case "claim":
            await desk.claim(conversation_id, agent, force=force)
        case "reply":
            text = text_field(data, "text", longest=_LONGEST_REPLY)
            await desk.reply(conversation_id, agent, text, offered=_offered(data, text, agent))
        case "note":
            text = text_field(data, "text", longest=_LONGEST_REPLY)
            noted = Noted(timestamp=time.time(), text=text, agent=agent)
            await desk.note(conversation_id, agent, (noted,))
        case "transfer":
            to = text_field(data, "to", longest=LONGEST_NAME) if data.get("to") else ""
            await desk.transfer(conversation_id, agent, await _colleague(request, to), force=force)
        case "hand_back":
            await desk.hand_back(conversation_id, agent, force=force)
        case "dismiss":
            await desk.note(conversation_id, agent, _offered(data, "", agent))
        case _:
            await desk.close(conversation_id, agent, force=force)


def _offered(data: dict[str, Any], sent: str, agent: str) -> tuple[Event, ...]:
    """What was suggested to the agent and what became of it."""
    if data.get("suggestions") is None:
        return ()
    try:
        return Offer.parse(data["suggestions"]).became(sent, agent=agent)
    except BadOffer as error:
        raise ApiError(400, str(error)) from error


async def _colleague(request: web.Request, name: str) -> str:
    """The name as the account has it; empty stands for whoever comes first."""
    if not name:
        return ""
    account = await request.app[SERVICES].people.account(name_key(name))
    if account is None or account.disabled:
        raise ApiError(400, f"There is nobody called {name}.")
    return account.name


@operation(
    "The same customer's other conversations on the channel.",
    access="console",
    answers={200: array(CONVERSATION)},
)
async def others(request: web.Request) -> web.Response:
    """GET /api/console/conversations/{id}/others"""
    await require(request, Role.AGENT)
    return web.json_response(await request.app[SERVICES].desk.others(request.match_info["id"]))


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
