"""The two pages as they are served: files, with the assistant's name as the chat's title."""

from __future__ import annotations

import html
from pathlib import Path

from aiohttp import hdrs, web

from bot.web.keys import SERVICES
from bot.web.operation import Content, operation
from bot.web.shapes import PAGE, string

STATIC = Path(__file__).parent / "static"
_TITLE = "<title>Customer service</title>"


@operation(
    "The chat page for a browser, a greeting for a program.",
    answers={200: Content(types={"text/html": string(), "text/plain": string()})},
)
async def front(request: web.Request) -> web.StreamResponse:
    """GET / is the chat page for a browser, a greeting as Rasa's for anything else."""
    services = request.app[SERVICES]
    if "text/html" not in request.headers.get(hdrs.ACCEPT, ""):
        return web.Response(text=f"Hello from kefu: {services.version}")
    page = (STATIC / "chat" / "index.html").read_text(encoding="utf-8")
    if services.name:
        page = page.replace(_TITLE, f"<title>{html.escape(services.name)}</title>")
    return web.Response(text=page, content_type="text/html")


@operation("The console.", answers={200: PAGE})
async def console(_request: web.Request) -> web.StreamResponse:
    """GET /console"""
    return web.FileResponse(STATIC / "console" / "index.html")
