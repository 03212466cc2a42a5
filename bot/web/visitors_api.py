"""Meeting visitors of the chat, and knowing them again."""

from __future__ import annotations

from typing import Any

from aiohttp import hdrs, web

from bot.web.errors import ApiError
from bot.web.keys import NEWCOMERS, SERVICES
from bot.web.operation import operation
from bot.web.reading import address_of, read_api_object, refuse_too_often
from bot.web.shapes import or_null, record, string, whole
from bot.web.visitors import CHANNEL, Visitor

_LONGEST_TOKEN = 4096


@operation(
    "Who one is in the chat: somebody new, who renews a token, or whom the shop vouches for.",
    body=record({}, {name: or_null(string(_LONGEST_TOKEN)) for name in ("renewal", "customer")}),
    answers={
        200: record(
            {
                "visitor": string(), "token": string(), "expires_in": whole(0), "renewal": string(),
                "conversation_id": string(),
            }
        )
    },
    refuses=(401, 429),
)  # fmt: skip
async def meet(request: web.Request) -> web.Response:
    """POST /api/chat/visitor {renewal?, customer?}: `{visitor, token, expires_in, renewal, conversation_id}`.

    With nothing it is somebody new; `customer` is what the shop signed. `conversation_id` is the visitor's last.
    """
    data = await read_api_object(request)
    visitors, address = request.app[SERVICES].visitors, address_of(request)
    given = {name: _token(data, name) for name in ("renewal", "customer")}
    refuse_too_often(request.app[NEWCOMERS], ("back" if any(given.values()) else "chat", address))
    if given["customer"]:
        tokens = visitors.vouched_for(given["customer"])
    elif given["renewal"]:
        tokens = visitors.renewed(given["renewal"])
    else:
        return web.json_response({**visitors.met(), "conversation_id": ""})
    last = await request.app[SERVICES].desk.last_conversation(CHANNEL, tokens["visitor"])
    return web.json_response({**tokens, "conversation_id": last or ""})


def visitor_of(request: web.Request) -> Visitor:
    """Who makes the request, by its `Authorization: Bearer`.

    Raises:
        ApiError: 401.
    """
    scheme, _, token = request.headers.get(hdrs.AUTHORIZATION, "").partition(" ")
    return request.app[SERVICES].visitors.visitor(token.strip() if scheme.lower() == "bearer" else "")


def own_conversation(visitor: Visitor, conversation_id: Any) -> str:
    """The id, where it is of the visitor's own.

    Raises:
        ApiError: 404: whether there is such a conversation of somebody else's is not said.
    """
    if not visitor.owns(conversation_id):
        raise ApiError(404, "There is no such conversation of yours.")
    return str(conversation_id)


def _token(data: dict[str, Any], name: str) -> str:
    value = data.get(name)
    value = "" if value is None else value
    if not isinstance(value, str) or len(value) > _LONGEST_TOKEN:
        raise ApiError(400, f"'{name}' must be a token.")
    return value
