"""The application as it runs: how long a connection may dawdle, and how long a stopping server waits."""

from __future__ import annotations

from typing import Final

from aiohttp import web

IDLE_S: Final = 75.0
"""Within this time a connection must have sent a whole header, the first one as the next; longer than proxies wait."""
STOPPING_S: Final = 10.0


def runner_of(application: web.Application, *, idle_s: float = IDLE_S) -> web.AppRunner:
    """What serves it. aiohttp's own patience with who sends a header byte by byte is an hour."""
    return web.AppRunner(application, access_log=None, shutdown_timeout=STOPPING_S, keepalive_timeout=idle_s)
