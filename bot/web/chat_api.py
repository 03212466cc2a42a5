"""What the chat page and the widget talk to. A visitor's token opens the visitor's own conversations and no others."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, Final

from aiohttp import web

from bot.channels.wording import clean
from bot.messages import Attachment, Message
from bot.store.uploads import reference
from bot.web.chat_lines import bubbles, lines_of
from bot.web.errors import ApiError
from bot.web.keys import SENDERS, SERVICES
from bot.web.live import WRITING, conversation_topic
from bot.web.operation import operation
from bot.web.reading import read_api_object, refuse_too_often, text_field, whole_number
from bot.web.service import CannotBeRated, UnknownThing
from bot.web.shapes import ANY, NOTHING, NUMBER, STATUS, array, one_of, or_null, record, string, whole
from bot.web.sockets import EXPIRED, NOT_FOUND, UNAUTHORIZED, hello, open_socket, send, while_open
from bot.web.visitors import CHANNEL, Visitor
from bot.web.visitors_api import own_conversation, visitor_of
from bot.web.writing import customer_writes

LAST = 2**31 - 1
"""Behind this number there are no events."""
MOST_FILES: Final = 5
LONGEST_WAIT_S: Final = 25
"""Proxies commonly cut off requests that are not answered within 30 s."""
_LONGEST = 4000
_LONGEST_COMMENT = 1000
_LINE = record(
    {
        "seq": whole(1), "timestamp": NUMBER, "speaker": one_of("customer", "bot", "agent", "notice"),
        "parts": array(ANY),
    },
    {"agent": string(), "owner": string(), "rating": whole(1, 5), "text": string(), "message_id": string()},
)  # fmt: skip
_SAYING = record(
    {"message_id": string(100, empty=False)},
    {
        "message": string(_LONGEST, empty=False),
        "attachments": {**array(string()), "maxItems": MOST_FILES},
        "conversation_id": or_null(string()),
        "after": whole(0, LAST),
    },
) | {
    "anyOf": [
        {"required": ["message"]},
        {"required": ["attachments"], "properties": {"attachments": {"minItems": 1}}},
    ]
}


@operation(
    "A message of the chat. Without a conversation's id a new conversation begins.",
    access="visitor",
    body=_SAYING,
    answers={200: record({"conversation_id": string(), "parts": array(ANY)}, {"lines": array(_LINE)})},
    refuses=(404, 429),
)
async def post_message(request: web.Request) -> web.Response:
    """POST /api/chat/messages {conversation_id?, message?, message_id, attachments?, after?}.

    Answers the parts of the reply, and all lines behind number `after` with their numbers, so that a page
    without a socket sees the same. `attachments` are ids of uploads; a message has a text, or some of them.
    """
    visitor = visitor_of(request)
    data = await read_api_object(request)
    wanted = data.get("conversation_id") or f"{CHANNEL}:{visitor.id}.{secrets.token_urlsafe(12)}"
    conversation_id = own_conversation(visitor, wanted)
    refuse_too_often(request.app[SENDERS], visitor.id)
    services = request.app[SERVICES]
    reply = await services.turns.handle(await _message(request, visitor, conversation_id, data))
    answer: dict[str, Any] = {
        "conversation_id": conversation_id,
        "parts": [bubble for part in reply.parts for bubble in bubbles(part)],
    }
    if "after" in data:
        after = whole_number(data, "after", default=0)
        found = await services.desk.conversation(conversation_id, after=after) or {"events": []}
        answer["lines"] = lines_of(conversation_id, found["events"])
    return web.json_response(answer)


async def _message(
    request: web.Request, visitor: Visitor, conversation_id: str, data: dict[str, Any]
) -> Message:
    message_id = text_field(data, "message_id", longest=100)
    attachments = await _attachments(request, conversation_id, data)
    return Message(
        id=f"{conversation_id}:{message_id}",
        account="default",
        conversation_id=conversation_id,
        channel=CHANNEL,
        sender=visitor.id,
        text=text_field(data, "message", longest=_LONGEST, default="" if attachments else None),
        received_at=datetime.now(UTC),
        attachments=attachments,
        metadata={"customer_id": visitor.customer} if visitor.customer else {},
    )


async def _attachments(
    request: web.Request, conversation_id: str, data: dict[str, Any]
) -> tuple[Attachment, ...]:
    ids = data.get("attachments", [])
    if not isinstance(ids, list) or len(ids) > MOST_FILES or not all(isinstance(one, str) for one in ids):
        raise ApiError(400, f"'attachments' must be a list of at most {MOST_FILES} ids.")
    if not ids:
        return ()
    found = await request.app[SERVICES].uploads.take(ids, conversation_id)
    if found is None:
        raise ApiError(404, "'attachments' names a file that is not there.")
    return tuple(
        Attachment(
            kind="image" if kind.startswith("image/") else "file",
            reference=reference(one),
            mime_type=kind,
            name=name,
        )
        for one, name, kind in found
    )


@operation(
    "Every line of a conversation behind a number; with none, one is waited for, at most so many seconds.",
    access="visitor",
    query={"conversation_id": string(), "after": whole(0, LAST), "wait": whole(0, LONGEST_WAIT_S)},
    answers={200: record({"lines": array(_LINE), "owner": string()})},
    refuses=(404, 429),
)
async def lines(request: web.Request) -> web.Response:
    """GET /api/chat/lines?conversation_id=&after=&wait=: every line behind a number; with none, one is waited for.

    For pages whose WebSocket is blocked; `wait` is at most 25 seconds.
    """
    visitor = visitor_of(request)
    conversation_id = own_conversation(visitor, request.query.get("conversation_id"))
    refuse_too_often(request.app[SENDERS], ("lines", visitor.id))
    after, wait_s = (
        _number(request, name, most) for name, most in (("after", LAST), ("wait", LONGEST_WAIT_S))
    )
    with request.app[SERVICES].hub.subscribe(conversation_topic(conversation_id)) as news:
        # Subscribed first, read then: what happens in between is not missed.
        found = await _since(request, conversation_id, after)
        if not found["lines"] and wait_s:
            with suppress(TimeoutError):
                async with asyncio.timeout(wait_s):
                    async for event in news:
                        if event.get("type") != WRITING:
                            break
            found = await _since(request, conversation_id, after)
    return web.json_response(found)


async def _since(request: web.Request, conversation_id: str, after: int) -> dict[str, Any]:
    found = await request.app[SERVICES].desk.conversation(conversation_id, after=after)
    if found is None:
        raise ApiError(404, "There is no such conversation of yours.")
    return {"lines": lines_of(conversation_id, found["events"]), "owner": found["owner"]}


def _number(request: web.Request, name: str, most: int) -> int:
    text = request.query.get(name, "0")
    if not (text.isascii() and text.isdecimal() and len(text) <= 10 and int(text) <= most):
        raise ApiError(400, f"'{name}' must be a number from 0 to {most}.")
    return int(text)


@operation(
    "How content the customer is with a conversation that was closed.",
    access="visitor",
    body=record(
        {"conversation_id": string(), "score": whole(1, 5)}, {"comment": or_null(string(_LONGEST_COMMENT))}
    ),
    answers={200: STATUS},
    refuses=(404, 409, 429),
)
async def rate(request: web.Request) -> web.Response:
    """POST /api/chat/rating {conversation_id, score, comment?}: how content the customer is, from 1 to 5."""
    visitor = visitor_of(request)
    data = await read_api_object(request)
    conversation_id = own_conversation(visitor, data.get("conversation_id"))
    refuse_too_often(request.app[SENDERS], visitor.id)
    score, comment = data.get("score"), data.get("comment")
    if not isinstance(score, int) or isinstance(score, bool) or not 1 <= score <= 5:
        raise ApiError(400, "'score' must be a whole number from 1 to 5.")
    comment = "" if comment is None else comment
    if not isinstance(comment, str) or len(comment) > _LONGEST_COMMENT:
        raise ApiError(400, f"'comment' must be a text of at most {_LONGEST_COMMENT} characters.")
    try:
        await request.app[SERVICES].desk.rate(conversation_id, score, clean(comment).strip())
    except UnknownThing as error:
        raise ApiError(404, "There is no such conversation of yours.") from error
    except CannotBeRated as error:
        raise ApiError(409, str(error)) from error
    return web.json_response({"status": "ok"})


@operation(
    "WebSocket: after `{token, conversation_id, after}` every line behind that number, then the new ones.",
    answers={101: NOTHING},
    refuses=(400, 403, 429),
)
async def live(request: web.Request) -> web.WebSocketResponse:
    """WebSocket /api/chat/live: after {token, conversation_id, after} every line behind that number, then the new ones.

    `{typing: name}` says that somebody writes; the page says `{typing: true}` when its customer does.
    It ends with the token; the page comes back with a new one.
    """
    socket = await open_socket(request)
    first = await hello(socket)
    visitors = request.app[SERVICES].visitors
    try:
        visitor = visitors.visitor(str(first.get("token", "")))
    except ApiError:
        await socket.close(code=UNAUTHORIZED)
        return socket
    conversation_id, after = first.get("conversation_id"), first.get("after")
    if not visitor.owns(conversation_id) or not await _is_there(request, str(conversation_id)):
        await socket.close(code=NOT_FOUND)
        return socket
    seen = after if isinstance(after, int) and 0 <= after < LAST else 0
    with suppress(TimeoutError):
        async with asyncio.timeout(visitor.until - visitors.now()):
            pushed = _push(request, socket, str(conversation_id), seen)
            await while_open(socket, pushed, _hearing(request, str(conversation_id)))
    await socket.close(code=EXPIRED)
    return socket


async def _is_there(request: web.Request, conversation_id: str) -> bool:
    return await request.app[SERVICES].desk.conversation(conversation_id, after=LAST) is not None


def _hearing(request: web.Request, conversation_id: str) -> Callable[[Mapping[str, Any]], Awaitable[None]]:
    """What the page may say: `{typing: true}` while the customer writes."""

    async def heard(message: Mapping[str, Any]) -> None:
        if message.get("typing") is True:
            customer_writes(request, conversation_id)

    return heard


async def _push(request: web.Request, socket: web.WebSocketResponse, conversation_id: str, seen: int) -> None:
    services = request.app[SERVICES]
    with services.hub.subscribe(conversation_topic(conversation_id)) as news:
        # Subscribed first, read then: what happens in between comes twice, and the page knows it by its number.
        seen = await _catch_up(request, socket, conversation_id, seen)
        async for event in news:
            if event.get("type") == "resync":
                seen = await _catch_up(request, socket, conversation_id, seen)
                continue
            if event.get("type") == WRITING:
                await send(socket, {"typing": event["agent"]})
                continue
            seen = max([seen, *(one["seq"] for one in event["events"])])
            told = lines_of(conversation_id, event["events"])
            await send(socket, {"lines": told, "owner": event["conversation"]["owner"]})


async def _catch_up(
    request: web.Request, socket: web.WebSocketResponse, conversation_id: str, seen: int
) -> int:
    """Send what the store has behind number `seen`; answers the last number there is."""
    found = await request.app[SERVICES].desk.conversation(conversation_id, after=seen)
    if found is None:  # erased meanwhile
        return seen
    await send(socket, {"lines": lines_of(conversation_id, found["events"]), "owner": found["owner"]})
    last: int = max([seen, *(one["seq"] for one in found["events"])])
    return last
