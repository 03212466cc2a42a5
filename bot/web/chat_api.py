"""What the chat page talks to. Knowing a conversation's id is the right to see it, so ids cannot be guessed."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from bot.channels.spoken import part_of
from bot.messages import Message, Part
from bot.web.errors import ApiError
from bot.web.keys import NEWCOMERS, SENDERS, SERVICES
from bot.web.live import conversation_topic
from bot.web.reading import address_of, read_api_object, refuse_too_often, text_field, whole_number
from bot.web.sockets import NOT_FOUND, hello, open_socket, send, while_open

CHANNEL = "web"
_ID = re.compile(r"web-[A-Za-z0-9_-]{32}")
_LONGEST = 4000
_SPEAKERS = {"user": "customer", "bot": "bot", "agent": "agent"}


async def post_message(request: web.Request) -> web.Response:
    """POST /api/chat/messages {conversation_id?, message, message_id, after?}.

    Answers the parts of the reply, and all lines behind number `after` with their numbers, so that a page
    without a socket sees the same.
    """
    data = await read_api_object(request)
    conversation_id = data.get("conversation_id") or ""
    if not conversation_id:
        refuse_too_often(request.app[NEWCOMERS], ("chat", address_of(request)))
        conversation_id = f"web-{secrets.token_urlsafe(24)}"
    if not isinstance(conversation_id, str) or not _ID.fullmatch(conversation_id):
        raise ApiError(400, "'conversation_id' is none of ours.")
    refuse_too_often(request.app[SENDERS], conversation_id)
    message = Message(
        id=f"{conversation_id}:{text_field(data, 'message_id', longest=100)}",
        account="default",
        conversation_id=conversation_id,
        channel=CHANNEL,
        sender=conversation_id,
        text=text_field(data, "message", longest=_LONGEST),
        received_at=datetime.now(UTC),
    )
    services = request.app[SERVICES]
    reply = await services.turns.handle(message)
    answer: dict[str, Any] = {
        "conversation_id": conversation_id,
        "parts": [part_json(part) for part in reply.parts],
    }
    if "after" in data:
        after = whole_number(data, "after", default=0)
        found = await services.desk.conversation(conversation_id, after=after) or {"events": []}
        answer["lines"] = [line for one in found["events"] if (line := line_of(one))]
    return web.json_response(answer)


async def live(request: web.Request) -> web.WebSocketResponse:
    """WebSocket /api/chat/live: after {conversation_id, after} every line of the conversation."""
    services = request.app[SERVICES]
    socket = await open_socket(request)
    first = await hello(socket)
    conversation_id = first.get("conversation_id")
    known = isinstance(conversation_id, str) and _ID.fullmatch(conversation_id)
    if not known or await services.desk.conversation(str(conversation_id)) is None:
        await socket.close(code=NOT_FOUND)
        return socket
    await while_open(
        socket, _push(request, socket, str(conversation_id), whole_number(first, "after", default=0))
    )
    return socket


async def _push(
    request: web.Request, socket: web.WebSocketResponse, conversation_id: str, after: int
) -> None:
    services = request.app[SERVICES]
    with services.hub.subscribe(conversation_topic(conversation_id)) as news:
        await _send_lines(request, socket, conversation_id, after)
        async for event in news:
            if event.get("type") == "resync":
                await _send_lines(request, socket, conversation_id, after)
                continue
            lines = [line for one in event["events"] if (line := line_of(one))]
            await send(socket, {"lines": lines, "owner": event["conversation"]["owner"]})


async def _send_lines(
    request: web.Request, socket: web.WebSocketResponse, conversation_id: str, after: int
) -> None:
    found = await request.app[SERVICES].desk.conversation(conversation_id, after=after) or {"events": []}
    lines = [line for one in found["events"] if (line := line_of(one))]
    await send(socket, {"lines": lines, "owner": found.get("owner", "bot")})


def line_of(event: Mapping[str, Any]) -> dict[str, Any] | None:
    """A line of the transcript as the page shows it; None for events that nobody sees."""
    if event.get("event") == "owner":
        return {
            "seq": event.get("seq"),
            "speaker": "notice",
            "parts": [],
            "timestamp": event.get("timestamp"),
        } | {
            "owner": event.get("owner"),
            "agent": event.get("agent") or "",
        }
    speaker = _SPEAKERS.get(str(event.get("event")))
    if speaker is None:
        return None
    metadata = event.get("metadata") or {}
    parts = [{"text": event.get("text") or ""}] if speaker == "customer" else [part_json(part_of(event))]
    return {
        "seq": event.get("seq"),
        "speaker": speaker,
        "agent": metadata.get("agent", ""),
        "text": event.get("text") or "",
        "message_id": str(event.get("message_id") or "").rpartition(":")[2],
        "timestamp": event.get("timestamp"),
        "parts": parts,
    }


def part_json(part: Part) -> dict[str, Any]:
    """A bubble as the page takes it."""
    return {
        "text": part.text,
        "image": part.image,
        "buttons": [
            {"title": one.title, "payload": one.payload} for one in part.buttons or part.quick_replies
        ],
        "citations": [{"title": one.title, "url": one.url} for one in part.citations],
    }
