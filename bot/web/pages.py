"""The pages as they are served: files, with the assistant's name as the chat's title."""

from __future__ import annotations

import hashlib
import html
from pathlib import Path

from aiohttp import hdrs, web

from bot.web.keys import SERVICES
from bot.web.operation import Content, operation
from bot.web.shapes import PAGE, string

STATIC = Path(__file__).parent / "static"
_TITLE = "<title>Customer service</title>"
_LARGEST_FILE = '<meta name="kefu-largest-file" content="">'
_ORIGINS = '<meta name="kefu-origins" content="">'
# Shops' pages load it on every view, so browsers may keep it for a while.
_SCRIPT_HEADERS = {
    "Content-Type": "text/javascript; charset=utf-8",
    "Cache-Control": "public, max-age=600",
    "Cross-Origin-Resource-Policy": "cross-origin",
}


@operation(
    "The chat page for a browser, a greeting for a program.",
    answers={200: Content(types={"text/html": string(), "text/plain": string()})},
)
async def front(request: web.Request) -> web.StreamResponse:
    """GET / is the chat page for a browser, a greeting as Rasa's for anything else."""
    services = request.app[SERVICES]
    if "text/html" not in request.headers.get(hdrs.ACCEPT, ""):
        return web.Response(text=f"Hello from kefu: {services.version}")
    return web.Response(text=_titled(request, "chat"), content_type="text/html")


@operation("The chat in the widget's frame.", answers={200: PAGE})
async def widget(request: web.Request) -> web.StreamResponse:
    """GET /widget is the chat inside the frame that `widget.js` opens on the allowed sites' pages."""
    origins = html.escape(" ".join(request.app[SERVICES].widget.origins))
    page = _titled(request, "widget").replace(_ORIGINS, f'<meta name="kefu-origins" content="{origins}">')
    return web.Response(text=page, content_type="text/html")


@operation(
    "The widget's script, for other sites' pages.",
    answers={200: Content(types={"text/javascript": string()})},
)
async def widget_script(request: web.Request) -> web.StreamResponse:
    """GET /widget.js"""
    script = (STATIC / "widget" / "widget.js").read_text(encoding="utf-8")
    etag = hashlib.sha256(script.encode()).hexdigest()[:16]
    known = any(one.value == etag for one in request.if_none_match or ())
    response = web.Response(status=304) if known else web.Response(text=script, headers=_SCRIPT_HEADERS)
    response.etag = etag
    return response


@operation("The console.", answers={200: PAGE})
async def console(_request: web.Request) -> web.StreamResponse:
    """GET /console"""
    page = (STATIC / "console" / "index.html").read_text(encoding="utf-8")
    return web.Response(text=page, content_type="text/html")


@operation("This server's endpoints, for people to read.", answers={200: PAGE})
async def reference(_request: web.Request) -> web.StreamResponse:
    """GET /api/docs"""
    page = (STATIC / "reference" / "index.html").read_text(encoding="utf-8")
    return web.Response(text=page, content_type="text/html")


def _titled(request: web.Request, folder: str) -> str:
    page = (STATIC / folder / "index.html").read_text(encoding="utf-8")
    name, largest = request.app[SERVICES].name, request.app[SERVICES].widget.largest_file_bytes
    page = page.replace(_LARGEST_FILE, f'<meta name="kefu-largest-file" content="{largest}">')
    return page.replace(_TITLE, f"<title>{html.escape(name)}</title>") if name else page
