"""Where platforms and Rasa's REST clients knock."""

from __future__ import annotations

import asyncio
import json
import logging
from datetime import UTC, datetime
from typing import Final

from aiohttp import web

from bot.channels import rest
from bot.channels.base import Channel, Incoming, Undelivered
from bot.web.errors import ApiError
from bot.web.keys import SENDERS, SERVICES
from bot.web.operation import Content, operation
from bot.web.reading import read_body, refuse_too_often
from bot.web.shapes import ANY, PLAIN, STATUS, array, name, or_null, record, string

_log = logging.getLogger("kefu.web")

_BUTTON = record({}, {"title": string(), "payload": string()})
REST_ITEM = record(
    {"recipient_id": string()},
    {"text": string(), "image": string(), "attachment": ANY, "custom": ANY, "buttons": array(_BUTTON)},
)


@operation("Whether the channel is there.", answers={200: STATUS})
async def status(request: web.Request) -> web.Response:
    """GET /webhooks/{channel}/"""
    if request.match_info["channel"] != rest.NAME:
        _channel(request)
    return web.json_response({"status": "ok"})


_WHO: Final = {"anyOf": [name(255), {"type": "integer"}, {"type": "null"}]}
"""Rasa's clients send numbers too."""


@operation(
    "A message, as Rasa's REST channel takes it. `metadata.message_id` makes a repetition known.",
    query={"stream": string()},
    body=record(
        {"message": string()},
        {"sender": _WHO, "input_channel": _WHO, "metadata": or_null({"type": "object"})},
    ),
    answers={200: Content(types={"application/json": array(REST_ITEM), "text/event-stream": ANY})},
    refuses=(429,),
)
async def rest_message(request: web.Request) -> web.StreamResponse:
    """POST /webhooks/rest/webhook: the reply in the answer, as a list or one object a line."""
    services = request.app[SERVICES]
    message = rest.parse_message(
        await read_body(request), received_at=datetime.now(UTC), taken=services.channels.keys() | {"web"}
    )
    refuse_too_often(request.app[SENDERS], (message.channel, message.sender))
    items = rest.items(await services.turns.handle(message))
    if request.query.get("stream", "").lower() not in ("true", "1"):
        return web.json_response(items)
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
    await response.prepare(request)
    for item in items:
        await response.write(json.dumps(item, ensure_ascii=False).encode() + b"\n")
    await response.write_eof()
    return response


@operation("The platform tests our address.", access="platform", answers={200: PLAIN})
async def handshake(request: web.Request) -> web.Response:
    """GET /webhooks/{channel}/webhook: the platform tests our address."""
    answer = _channel(request).handshake(request.query)
    if answer is None:
        raise ApiError(403, "Refused.")
    return web.Response(text=answer)


@operation(
    "A platform's call, with its signature.",
    access="platform",
    body=Content(types={"*/*": string()}),
    answers={
        200: Content(types={"text/plain": string(), "application/json": ANY, "application/xml": string()})
    },
)
async def platform_message(request: web.Request) -> web.Response:
    """POST /webhooks/{channel}/webhook: checked, stored, acknowledged; answered in the background."""
    channel = _channel(request)
    incoming = Incoming(
        headers=request.headers,
        query=request.query,
        body=await read_body(request),
        received_at=datetime.now(UTC),
    )
    if not channel.verify(incoming):
        raise ApiError(401, "Refused.")
    received = channel.parse(incoming)
    turns = request.app[SERVICES].turns
    handle = turns.handle if received.after_turns else turns.accept
    # Begun in order, so stored in order; many at once share a commit.
    await asyncio.gather(*map(handle, received.messages))
    for one in received.undelivered:
        await _note_undelivered(request, channel, one)
    return web.Response(text=received.answer, content_type=received.content_type)


async def _note_undelivered(request: web.Request, channel: Channel, one: Undelivered) -> None:
    services = request.app[SERVICES]
    known = await services.deliveries.mark_undelivered(
        channel.name, channel.account, one.platform_id, one.reason
    )
    services.metrics.send(channel.name, "undelivered")
    _log.warning(
        "%s could not deliver a message%s: %s",
        channel.name,
        "" if known else " that is not in the outbox",
        one.reason,
        extra={"action": "undelivered"},
    )


def _channel(request: web.Request) -> Channel:
    channel = request.app[SERVICES].channels.get(request.match_info["channel"])
    if channel is None:
        raise ApiError(404, "There is no such channel.")
    return channel
