"""Rasa's Socket.IO channel, for its widgets as they are: `user_uttered` in, `bot_uttered` out.

Customers come through a socket (`bot.web.socket_io`), so there is no webhook. What the bot says goes through
the outbox like everywhere: a page that is away for a moment gets it when it is back. One serving process.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from bot.channels.accounts import SocketioAccount
from bot.channels.base import BadMessage, Incoming, Json, Outgoing, Pace, Received, SendResult
from bot.channels.rest import paragraphs
from bot.channels.wording import render_citations
from bot.messages import Part

NAME = "socketio"
_LARGEST_FRAME = 64 * 1024


class Origins:
    """Which pages may open a socket: those of our own address, and those that `allowed` names."""

    def __init__(self) -> None:
        self.allowed: tuple[str, ...] = ()

    def __call__(self, origin: str | None, environ: Mapping[str, Any]) -> bool:
        """Whether the handshake may go on; programs send no origin."""
        scheme, _, host = (origin or "").partition("://")
        ours = scheme in ("http", "https") and host.lower() == str(environ.get("HTTP_HOST", "")).lower()
        return origin is None or ours or origin in self.allowed


@dataclass(frozen=True, slots=True, kw_only=True)
class SocketIo:
    """The channel; implements `bot.channels.base.Channel`. `server` is python-socketio's."""

    entry: SocketioAccount
    session: aiohttp.ClientSession = field(repr=False)  # nothing is called: pages call us
    pace: Pace = field(default_factory=Pace)
    origins: Origins = field(default_factory=Origins)
    server: Any = field(init=False, repr=False)

    def __post_init__(self) -> None:
        from socketio import AsyncServer

        server = AsyncServer(
            async_mode="aiohttp",
            async_handlers=False,  # one message of a socket after the other
            cors_allowed_origins=self.origins,
            max_http_buffer_size=_LARGEST_FRAME,
            namespaces=[self.entry.namespace],
        )
        object.__setattr__(self, "server", server)  # frozen: set once, here

    @property
    def name(self) -> str:
        return NAME

    @property
    def account(self) -> str:
        return "default"

    def handshake(self, query: Mapping[str, str]) -> str | None:
        """There is no webhook to test."""
        return None

    def verify(self, incoming: Incoming) -> bool:
        """Nothing comes by webhook."""
        return False

    def parse(self, incoming: Incoming) -> Received:
        """Nothing comes by webhook.

        Raises:
            BadMessage: always.
        """
        raise BadMessage("Messages of this channel come through its socket.")

    def render(self, parts: Sequence[Part], *, language: str = "") -> tuple[Json, ...]:
        """What `bot_uttered` carries, one each."""
        return tuple(one for part in parts for one in utterances(part, language=language))

    async def send(self, outgoing: Outgoing) -> SendResult:
        """Emit to the customer's pages, if there is one open."""
        namespace, room = self.entry.namespace, outgoing.recipient
        if next(iter(self.server.manager.get_participants(namespace, room)), None) is None:
            return SendResult(failure="temporary", reason="The customer has no page open.")
        await self.server.emit(
            self.entry.bot_message_evt, dict(outgoing.payload), room=room, namespace=namespace
        )
        return SendResult()


def utterances(part: Part, *, language: str = "") -> Iterator[Json]:
    """A part as widgets tell kinds apart: by exactly these keys and no others."""
    *before, last = paragraphs(render_citations(part, language)) or [""]
    yield from ({"text": text} for text in before)
    if buttons := part.quick_replies or part.buttons:
        choices = [{"content_type": "text", "title": b.title, "payload": b.payload} for b in buttons]
        yield {"text": last, "quick_replies": choices}
    elif last:
        yield {"text": last}
    if part.custom is not None:
        # Rasa takes a custom payload as the arguments of `emit`; whom it goes to is not for it to say.
        data = part.custom.get("data", part.custom)
        yield dict(data) if isinstance(data, Mapping) else {"text": str(data)}
    if part.image:
        yield {"attachment": {"type": "image", "payload": {"src": part.image}}}
    if part.attachment is not None:
        yield {"attachment": part.attachment}
    for card in part.elements:
        payload = {"template_type": "generic", "elements": dict(card)}
        yield {"attachment": {"type": "template", "payload": payload}}
