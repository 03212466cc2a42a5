"""Deliveries that failed, for people: what did not arrive or may not have, to be sent again or dropped."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from bot.people.person import Role
from bot.store.records import Delivery
from bot.web.errors import ApiError
from bot.web.keys import SERVICES
from bot.web.operation import operation
from bot.web.people import require
from bot.web.reading import query_number
from bot.web.shapes import FLAG, STATUS, array, record, string, whole

_DELIVERY = record(
    {
        "id": whole(1), "conversation_id": string(), "channel": string(), "state": string(), "unknown": FLAG,
        "reason": string(), "attempts": whole(0), "payload": {"type": "object"}, "created_at": string(),
    }
)  # fmt: skip


@operation(
    "Failed deliveries, the newest first; `unknown` ones may have arrived.",
    access="console",
    query={"limit": whole(1, 500, default=100)},
    answers={200: array(_DELIVERY)},
)
async def listed(request: web.Request) -> web.Response:
    """GET /api/console/deliveries?limit=: the failed ones, the newest first."""
    await require(request, Role.AGENT)
    limit = query_number(request, "limit", default=100, largest=500)
    found = await request.app[SERVICES].deliveries.dead(limit=limit)
    return web.json_response([as_json(delivery) for delivery in found])


@operation("Send a failed delivery again, or drop it.", access="console", answers={200: STATUS})
async def act(request: web.Request) -> web.Response:
    """POST /api/console/deliveries/{id}/{replay|drop}"""
    await require(request, Role.SUPERVISOR)
    deliveries, number = request.app[SERVICES].deliveries, int(request.match_info["id"])
    deed = deliveries.replay if request.match_info["deed"] == "replay" else deliveries.drop
    if not await deed(number):
        raise ApiError(404, "There is no such failed delivery.")
    return web.json_response({"status": "ok"})


def as_json(delivery: Delivery) -> dict[str, Any]:
    """A failed delivery as the console sees it; `unknown` says that the customer may have it."""
    return {
        "id": delivery.id,
        "conversation_id": delivery.conversation_id,
        "channel": delivery.channel,
        "state": delivery.state,
        "unknown": delivery.unknown_at is not None,
        "reason": delivery.last_error,
        "attempts": delivery.attempts,
        "payload": dict(delivery.payload),
        "created_at": delivery.created_at.isoformat(),
    }
