"""What handlers find in the application, under typed keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from weakref import WeakSet

from aiohttp import web

from bot.web.limits import RateLimiter
from bot.web.service import Services

if TYPE_CHECKING:
    from bot.web.rasa_api import RasaApi

SERVICES: Final = web.AppKey("services", Services)
SENDERS: Final = web.AppKey("senders", RateLimiter)
"""Messages of one sender."""
NEWCOMERS: Final = web.AppKey("newcomers", RateLimiter)
"""New chats, sockets and files of one address."""
UPLOADERS: Final = web.AppKey("uploaders", RateLimiter)
"""Files of one visitor."""
FAILURES: Final = web.AppKey("failures", RateLimiter)
"""Wrong tokens and passwords from one address."""
ATTEMPTS: Final = web.AppKey("attempts", RateLimiter)
"""Attempts to sign in under one name."""
WRITERS: Final = web.AppKey("writers", RateLimiter)
"""How often somebody is said to be writing."""
SOCKETS: Final[web.AppKey[WeakSet[web.WebSocketResponse]]] = web.AppKey("sockets")
RASA: Final[web.AppKey[RasaApi]] = web.AppKey("rasa")
