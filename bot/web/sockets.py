"""WebSockets: who may open one, the first message, and the end."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any, Final
from weakref import WeakSet

from aiohttp import WSCloseCode, web

from bot.channels.base import BadMessage
from bot.channels.json_body import read_object
from bot.web.errors import ApiError
from bot.web.keys import NEWCOMERS, SOCKETS
from bot.web.reading import address_of, refuse_too_often, same_origin

UNAUTHORIZED: Final = 4401
NOT_FOUND: Final = 4404
EXPIRED: Final = 4408
"""Come back with a new token."""

_LARGEST_MESSAGE = 64 * 1024
_HELLO_WITHIN_S = 10.0
_MOST_MESSAGES_PER_SOCKET = 10_000


async def open_socket(request: web.Request) -> web.WebSocketResponse:
    """Shake hands.

    Browsers let any page open a socket to anywhere and send only the Origin along: it is checked here, and the
    first message says who it is, because addresses end up in logs.

    Raises:
        ApiError: 403 for a page from elsewhere, 429 for too many.
    """
    if not same_origin(request):
        raise ApiError(403, "This page may not connect here.")
    refuse_too_often(request.app[NEWCOMERS], ("socket", address_of(request)))
    socket = web.WebSocketResponse(heartbeat=30.0, max_msg_size=_LARGEST_MESSAGE)
    await socket.prepare(request)
    request.app[SOCKETS].add(socket)
    return socket


async def hello(socket: web.WebSocketResponse) -> dict[str, Any]:
    """The first message; an empty one, and the socket closed, where none came in time or it was no JSON object."""
    try:
        async with asyncio.timeout(_HELLO_WITHIN_S):
            return read_object((await socket.receive_str()).encode("utf-8", "surrogatepass"))
    except (TimeoutError, TypeError, BadMessage):
        await socket.close(code=WSCloseCode.POLICY_VIOLATION, message=b"say hello first")
        return {}


async def messages_until_closed(socket: web.WebSocketResponse, on_message: Any = None) -> None:
    """Read, so that pings are answered and the end is noticed; what is a JSON object goes to `on_message`."""
    count = 0
    async for frame in socket:
        count += 1
        if count > _MOST_MESSAGES_PER_SOCKET:
            await socket.close(code=WSCloseCode.POLICY_VIOLATION)
            return
        if on_message is None or not isinstance(frame.data, str):
            continue
        with suppress(BadMessage):
            await on_message(read_object(frame.data.encode("utf-8", "surrogatepass")))


async def while_open(
    socket: web.WebSocketResponse, work: Coroutine[Any, Any, None], on_message: Any = None
) -> None:
    """Do `work` (it sends) until it ends or the socket is closed, reading meanwhile."""
    tasks = {asyncio.ensure_future(work), asyncio.ensure_future(messages_until_closed(socket, on_message))}
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        results = await asyncio.gather(*tasks, return_exceptions=True)
    for result in results:
        if isinstance(result, Exception) and not isinstance(result, ConnectionError):
            raise result


async def send(socket: web.WebSocketResponse, message: Any) -> None:
    """Send one JSON message."""
    await socket.send_str(json.dumps(message, ensure_ascii=False, separators=(",", ":")))


async def close_sockets(app: web.Application) -> None:
    """Tell all who are connected that the server goes away, so that they come back to the next one."""
    sockets: WeakSet[web.WebSocketResponse] = app[SOCKETS]
    for socket in list(sockets):
        await socket.close(code=WSCloseCode.GOING_AWAY, message=b"server is restarting")
