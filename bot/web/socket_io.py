"""Rasa's Socket.IO protocol: sessions, messages, and who may open them.

Who knows a session's id reads it. The ids that we give out cannot be guessed; one that a page brings and that
could be is replaced, and with a signed token that names a subject the session is the subject's.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from aiohttp import hdrs, web
from aiohttp.typedefs import Handler

from bot.channels.accounts import SocketioAccount
from bot.channels.base import BadMessage
from bot.channels.json_body import read_object
from bot.channels.socket_io import NAME, SocketIo
from bot.channels.wording import clean, clean_json
from bot.messages import Message
from bot.web.errors import ApiError
from bot.web.keys import NEWCOMERS, SENDERS, SERVICES
from bot.web.reading import address_of

_log = logging.getLogger("kefu.socketio")

_LONGEST_ID = 200
_SHORTEST_ID = 16
"""What is shorter could be guessed."""


def attach(app: web.Application, channel: SocketIo) -> None:
    """Serve the channel's sockets."""
    sockets = _Sockets(app, channel)
    channel.origins.allowed = app[SERVICES].server.cors_origins
    server, entry = channel.server, channel.entry
    server.on("connect", sockets.connect, namespace=entry.namespace)
    server.on("session_request", sockets.session_request, namespace=entry.namespace)
    server.on(entry.user_message_evt, sockets.user_uttered, namespace=entry.namespace)
    for method in (hdrs.METH_GET, hdrs.METH_POST, hdrs.METH_OPTIONS):
        app.router.add_route(method, f"/{entry.socketio_path.strip('/')}/", transport_of(server))

    async def close(_app: web.Application) -> None:
        await server.shutdown()

    app.on_shutdown.append(close)


def transport_of(server: Any) -> Handler:
    """python-socketio's own handler; what is no frame of Engine.IO is the sender's mistake and not ours."""

    async def transport(request: web.Request) -> web.StreamResponse:
        try:
            response: web.StreamResponse = await server.handle_request(request)
        except (ValueError, TypeError, KeyError, IndexError) as error:
            raise ApiError(400, "That is no Engine.IO.") from error
        return response

    return transport


class _Sockets:
    """The handlers. `sid` is one connection; a session may have several, and outlives them."""

    def __init__(self, app: web.Application, channel: SocketIo) -> None:
        self._app = app
        self._channel = channel

    async def connect(self, sid: str, environ: Mapping[str, Any], auth: Any = None) -> bool:
        """Let the connection in, or not."""
        entry, server = self._channel.entry, self._channel.server
        subject = ""
        if entry.jwt_key is not None:
            claims = _claims(auth, entry)
            if claims is None:
                return False
            subject = str(claims.get("sub") or "")
        # REMOTE_ADDR says 127.0.0.1 of everybody.
        address = address_of(environ["aiohttp.request"])
        if self._app[NEWCOMERS].take(("socketio", address)):
            return False
        await server.save_session(sid, {"subject": subject}, namespace=entry.namespace)
        return True

    async def session_request(self, sid: str, data: Any = None) -> None:
        """Open a session or come back to it, and say its id."""
        entry, server = self._channel.entry, self._channel.server
        kept = await server.get_session(sid, namespace=entry.namespace)
        wanted = data.get("session_id") if isinstance(data, Mapping) else None
        session_id = kept["subject"] or (wanted if _is_id(wanted) else uuid4().hex)
        if entry.session_persistence:
            await server.enter_room(sid, session_id, namespace=entry.namespace)
        await server.emit("session_confirm", session_id, to=sid, namespace=entry.namespace)

    async def user_uttered(self, sid: str, data: Any = None) -> None:
        """Store what the customer said; its answer comes through the outbox."""
        if not isinstance(data, Mapping) or not isinstance(data.get("message"), str):
            _log.info("a socket's message was no message", extra={"action": "skip"})
            return
        session_id = self._session(sid, data)
        if session_id is None:
            _log.info("a socket's message was for no session of its own", extra={"action": "skip"})
            return
        conversation_id = f"{NAME}:{session_id}"
        if self._app[SENDERS].take(conversation_id):
            _log.warning("a session sends too much", extra={"action": "rate_limited"})
            return
        metadata = _metadata(data.get(self._channel.entry.metadata_key))
        given = metadata.get("message_id")
        own_id = given if isinstance(given, str) and 0 < len(given) <= _LONGEST_ID else uuid4().hex
        message = Message(
            id=f"{session_id}:{own_id}",
            account="default",
            conversation_id=conversation_id,
            channel=NAME,
            sender=session_id,
            text=clean(data["message"]).strip(),
            received_at=datetime.now(UTC),
            metadata=metadata,
        )
        await self._app[SERVICES].turns.accept(message)

    def _session(self, sid: str, data: Mapping[str, Any]) -> str | None:
        """The session that a message is for; None where this connection has not opened it."""
        entry, server = self._channel.entry, self._channel.server
        if not entry.session_persistence:
            return sid
        wanted = data.get("session_id")
        return wanted if wanted in server.rooms(sid, namespace=entry.namespace) and wanted != sid else None


def _claims(auth: Any, entry: SocketioAccount) -> Mapping[str, Any] | None:
    """What a signed token says; None for one that is missing, wrong or too old."""
    import jwt

    token = auth.get("token") if isinstance(auth, Mapping) else None
    if not isinstance(token, str) or entry.jwt_key is None:
        return None
    try:
        key = entry.jwt_key.get_secret_value()
        found: Mapping[str, Any] = jwt.decode(
            token.removeprefix("Bearer "), key, algorithms=[entry.jwt_method]
        )
    except jwt.InvalidTokenError:
        return None
    return found


def _is_id(value: Any) -> bool:
    return isinstance(value, str) and _SHORTEST_ID <= len(value) <= _LONGEST_ID and value.isprintable()


def _metadata(value: Any) -> dict[str, Any]:
    """What the page tells beside the message, some as a text of JSON; nothing where it cannot be stored."""
    try:
        body = value if isinstance(value, str) else json.dumps(value or {})
        return clean_json(read_object(body.encode("utf-8", "surrogatepass")))  # type: ignore[no-any-return]
    except (BadMessage, ValueError, RecursionError):
        return {}
