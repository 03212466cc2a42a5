"""Speaking to a customer first, for programs: behind the console's token."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from bot.channels import rest
from bot.channels.wording import clean_json
from bot.outreach import Initiative, NotNow, UnknownIntent
from bot.people.person import Role
from bot.web.errors import ApiError
from bot.web.keys import SERVICES
from bot.web.operation import operation
from bot.web.people import require
from bot.web.reading import read_api_object, text_field
from bot.web.service import UnknownThing
from bot.web.shapes import array, name, record, string

_LONGEST = 4000
_LONGEST_KEY = 200


@operation(
    "Have the bot say something to a customer, in its own words (`text`) or by an intent; `key` makes it once only.",
    access="console",
    body={
        **record(
            {"key": {**name(_LONGEST_KEY), "minLength": 1}},
            {
                "text": string(_LONGEST, empty=False),
                "intent": string(empty=False),
                "entities": {"type": "object"},
            },
        ),
        "oneOf": [{"required": ["text"]}, {"required": ["intent"]}],
    },
    answers={200: record({"status": string(), "messages": array({"type": "object"})})},
    refuses=(409,),
)
async def send(request: web.Request) -> web.Response:
    """POST /api/conversations/{id}/messages {key, text} or {key, intent, entities?}"""
    await require(request, Role.SUPERVISOR)
    outreach = request.app[SERVICES].outreach
    if outreach is None:
        raise ApiError(503, "Nothing can be said from here.")
    wanted = _initiative(await read_api_object(request))
    try:
        reply = await outreach.take(request.match_info["id"], wanted)
    except UnknownThing as error:
        raise ApiError(404, str(error)) from error
    except UnknownIntent as error:
        raise ApiError(400, "The domain has no such intent.") from error
    except NotNow as error:
        raise ApiError(409, str(error)) from error
    return web.json_response({"status": "ok", "messages": rest.items(reply)})


def _initiative(data: dict[str, Any]) -> Initiative:
    """What is asked for.

    Raises:
        ApiError: when it is neither a text nor an intent, or both.
    """
    if ("text" in data) == ("intent" in data):
        raise ApiError(400, "Give either 'text' or 'intent'.")
    entities = clean_json(data.get("entities") or {})
    if not isinstance(entities, dict):
        raise ApiError(400, "'entities' must be an object of values.")
    return Initiative(
        key=text_field(data, "key", longest=_LONGEST_KEY),
        text=text_field(data, "text", longest=_LONGEST) if "text" in data else "",
        intent=text_field(data, "intent", longest=_LONGEST) if "intent" in data else "",
        entities=entities,
    )
