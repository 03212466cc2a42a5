"""What helps while answering: suggestions, canned replies, colleagues."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from bot.people.accounts import person_of
from bot.people.attendance import present
from bot.people.person import Role
from bot.web.errors import ApiError
from bot.web.keys import SERVICES
from bot.web.operation import operation
from bot.web.people import require
from bot.web.session_api import PERSON, person_as_json
from bot.web.shapes import FLAG, array, record, string, whole
from encoders.workers import WorkersBusy

_SUGGESTIONS = record(
    {
        "type": string(), "conversation_id": string(), "seq": whole(0), "intent": string(),
        "items": array({"type": "object"}),
    }
)  # fmt: skip


@operation(
    "Replies that may fit the customer's last words, best first.",
    access="console",
    answers={200: _SUGGESTIONS},
)
async def suggestions(request: web.Request) -> web.Response:
    """GET /api/console/conversations/{id}/suggestions"""
    await require(request, Role.AGENT)
    services, conversation_id = request.app[SERVICES], request.match_info["id"]
    if services.assist is None:
        raise ApiError(503, "There are no suggestions: no model is loaded.")
    try:
        found = await services.assist.suggestions(conversation_id)
    except WorkersBusy as error:
        raise ApiError(503, "The models are busy. Try again a little later.") from error
    empty: dict[str, Any] = {
        "type": "suggestions", "conversation_id": conversation_id, "seq": 0, "intent": "", "items": [],
    }  # fmt: skip
    return web.json_response(found or empty)


@operation(
    "Canned replies and the assistant's responses, filled with what the conversation knows.",
    access="console",
    answers={200: array(record({"name": string(), "text": string(), "source": string()}))},
)
async def canned(request: web.Request) -> web.Response:
    """GET /api/console/conversations/{id}/canned"""
    person = await require(request, Role.AGENT)
    assist = request.app[SERVICES].assist
    found = await assist.canned(request.match_info["id"], agent=person.name) if assist else []
    return web.json_response(found)


@operation(
    "Everybody who may sign in, and whether they are there.",
    access="console",
    answers={200: array({**PERSON, "properties": {**PERSON["properties"], "here": FLAG, "away": FLAG}})},
)
async def colleagues(request: web.Request) -> web.Response:
    """GET /api/console/people"""
    await require(request, Role.AGENT)
    services = request.app[SERVICES]
    there = {one.name: one for one in present(await services.presence.seats(), datetime.now(UTC))}
    people = [person_of(one) for one in await services.people.accounts() if not one.disabled]
    return web.json_response(
        [
            {
                **person_as_json(one),
                "here": one.name in there,
                "away": one.name in there and there[one.name].away,
            }
            for one in people
        ]
    )
