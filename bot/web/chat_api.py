"""What the chat page talks to. Knowing a conversation's id is the right to see it, so ids cannot be guessed."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from bot.channels.spoken import attached_address, card_part, part_of
from bot.messages import Message, Part
from bot.web.errors import ApiError
from bot.web.keys import NEWCOMERS, SENDERS, SERVICES
from bot.web.live import conversation_topic
from bot.web.operation import operation
from bot.web.reading import address_of, read_api_object, refuse_too_often, text_field, whole_number
from bot.web.shapes import ANY, NOTHING, NUMBER, array, one_of, or_null, record, string, whole
from bot.web.sockets import NOT_FOUND, hello, open_socket, send, while_open

CHANNEL = "web"
# With the separator of `bot.channels.rest`, which keeps senders there from being conversations here.
_ID = re.compile(r"web:[A-Za-z0-9_-]{32}")
_LONGEST = 4000
LAST = 2**31 - 1
"""Behind this number there are no events."""
_SPEAKERS = {"user": "customer", "bot": "bot", "agent": "agent"}
_LINE = record(
    {
        "seq": whole(1), "timestamp": NUMBER, "speaker": one_of("customer", "bot", "agent", "notice"),
        "agent": string(), "parts": array(ANY),
    }
)  # fmt: skip


@operation(
    "A message of the chat page. Without a conversation's id a new conversation begins.",
    body=record(
        {"message": string(_LONGEST, empty=False), "message_id": string(100, empty=False)},
        {
            "conversation_id": or_null({"type": "string", "pattern": f"^({_ID.pattern})?$"}),
            "after": whole(0, LAST),
        },
    ),
    answers={200: record({"conversation_id": string(), "parts": array(ANY)}, {"lines": array(_LINE)})},
    refuses=(429,),
)
async def post_message(request: web.Request) -> web.Response:
    """POST /api/chat/messages {conversation_id?, message, message_id, after?}.

    Answers the parts of the reply, and all lines behind number `after` with their numbers, so that a page
    without a socket sees the same.
    """
    data = await read_api_object(request)
    conversation_id = data.get("conversation_id") or ""
    if not conversation_id:
        refuse_too_often(request.app[NEWCOMERS], ("chat", address_of(request)))
        conversation_id = f"{CHANNEL}:{secrets.token_urlsafe(24)}"
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
        "parts": [bubble for part in reply.parts for bubble in bubbles(part)],
    }
    if "after" in data:
        after = whole_number(data, "after", default=0)
        found = await services.desk.conversation(conversation_id, after=after) or {"events": []}
        answer["lines"] = lines_of(conversation_id, found["events"])
    return web.json_response(answer)


@operation(
    "WebSocket: after `{conversation_id, after}` every line behind that number, then the new ones.",
    answers={101: NOTHING},
    refuses=(400, 403, 429),
)
async def live(request: web.Request) -> web.WebSocketResponse:
    """WebSocket /api/chat/live: after {conversation_id, after} every line behind that number, then the new ones."""
    socket = await open_socket(request)
    first = await hello(socket)
    conversation_id, after = first.get("conversation_id"), first.get("after")
    ours = isinstance(conversation_id, str) and _ID.fullmatch(conversation_id)
    if not ours or await request.app[SERVICES].desk.conversation(str(conversation_id), after=LAST) is None:
        await socket.close(code=NOT_FOUND)
        return socket
    seen = after if isinstance(after, int) and 0 <= after < LAST else 0
    await while_open(socket, _push(request, socket, str(conversation_id), seen))
    return socket


async def _push(request: web.Request, socket: web.WebSocketResponse, conversation_id: str, seen: int) -> None:
    services = request.app[SERVICES]
    with services.hub.subscribe(conversation_topic(conversation_id)) as news:
        # Subscribed first, read then: what happens in between comes twice, and the page knows it by its number.
        seen = await _catch_up(request, socket, conversation_id, seen)
        async for event in news:
            if event.get("type") == "resync":
                seen = await _catch_up(request, socket, conversation_id, seen)
                continue
            seen = max([seen, *(one["seq"] for one in event["events"])])
            lines = lines_of(conversation_id, event["events"])
            await send(socket, {"lines": lines, "owner": event["conversation"]["owner"]})


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


def lines_of(conversation_id: str, events: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The lines of the transcript as the page shows them; most events nobody sees."""
    return [line for event in events if (line := _line(conversation_id, event))]


def _line(conversation_id: str, event: Mapping[str, Any]) -> dict[str, Any] | None:
    place = {"seq": event["seq"], "timestamp": event["timestamp"]}
    if event["event"] == "owner":
        owner = {"owner": event["owner"], "agent": event.get("agent") or ""}
        return {**place, "speaker": "notice", "parts": [], **owner}
    speaker = _SPEAKERS.get(event["event"])
    if speaker is None:
        return None
    text = event.get("text") or ""
    return {
        **place,
        "speaker": speaker,
        "agent": (event.get("metadata") or {}).get("agent", ""),
        "text": text,
        "message_id": (event.get("message_id") or "").removeprefix(f"{conversation_id}:"),
        "parts": [{"text": text}] if speaker == "customer" else list(bubbles(part_of(event))),
    }


def bubbles(part: Part) -> Iterator[dict[str, Any]]:
    """A part as the page takes it: one bubble, and one more for each card."""
    yield {
        "text": part.text,
        "image": part.image,
        "attachment": attached_address(part.attachment),
        "buttons": [asdict(button) for button in part.buttons or part.quick_replies],
        "citations": [{"title": one.title, "url": one.url} for one in part.citations],
    }
    for element in part.elements:
        card = card_part(element)
        yield {"text": card.text, "image": card.image, "buttons": [asdict(one) for one in card.buttons]}
