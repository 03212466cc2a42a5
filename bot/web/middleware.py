"""Around every request: an id, an answer whatever happens, one line in the log, and headers that protect pages."""

from __future__ import annotations

import logging
import re
import time
from contextvars import ContextVar
from typing import Final
from uuid import uuid4

from aiohttp import hdrs, web
from aiohttp.typedefs import Handler

from bot.channels.base import BadMessage
from bot.errors import StoreError
from bot.web.errors import REQUEST_ID, ApiError, error_response
from bot.web.keys import SERVICES

_log = logging.getLogger("kefu.web")

current_request_id: ContextVar[str] = ContextVar("current_request_id", default="")
"""For logs of whatever happens on behalf of a request."""

_GIVEN_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")

_EVERYWHERE: Final = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin"}
_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data: https:; font-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors "
)
_ON_PAGES: Final = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-cache",
}
_CORS_PATHS: Final = ("/webhooks/rest/", "/api/chat/")
_FRAMED: Final = "/widget"
"""The one page that others may show inside theirs, and only those that the settings name."""
_PACKED: Final = (".css", ".js", ".svg")


@web.middleware
async def observed(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Give the request an id, answer it whatever happens, count and log it without a word of its content."""
    given = request.headers.get("X-Request-ID", "")
    request[REQUEST_ID] = given if _GIVEN_ID.fullmatch(given) else uuid4().hex
    token = current_request_id.set(request[REQUEST_ID])
    began = time.perf_counter()
    try:
        response = await _answered(request, handler)
        if response.status == 200 and _is_packed(request):
            response.headers.add(hdrs.VARY, hdrs.ACCEPT_ENCODING)
            response.enable_compression()
        _record(request, response.status, time.perf_counter() - began)
        return response
    finally:
        current_request_id.reset(token)


@web.middleware
async def cross_origin(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer preflight requests of pages that may talk to the chat and REST from elsewhere."""
    wants_to_know = hdrs.ACCESS_CONTROL_REQUEST_METHOD in request.headers
    if request.method == hdrs.METH_OPTIONS and wants_to_know and _foreign_origin(request):
        return web.Response(
            status=204,
            headers={
                hdrs.ACCESS_CONTROL_ALLOW_METHODS: "GET, POST",
                hdrs.ACCESS_CONTROL_ALLOW_HEADERS: "Authorization, Content-Type, X-Request-ID",
                hdrs.ACCESS_CONTROL_MAX_AGE: "600",
            },
        )
    return await handler(request)


async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Headers of every answer, sockets and streams included."""
    response.headers["X-Request-ID"] = request.get(REQUEST_ID, "")
    for name, value in _EVERYWHERE.items():
        response.headers.setdefault(name, value)
    if response.content_type == "text/html":
        for name, value in (_ON_PAGES | _framing(request)).items():
            response.headers.setdefault(name, value)
    elif request.path.startswith("/static/"):
        response.headers.setdefault(
            hdrs.CACHE_CONTROL, "no-cache"
        )  # asked for again, answered 304 by its ETag
    else:
        response.headers.setdefault(hdrs.CACHE_CONTROL, "no-store")
    if request.path.startswith(_CORS_PATHS):
        response.headers.add(hdrs.VARY, hdrs.ORIGIN)
        if origin := _foreign_origin(request):
            response.headers[hdrs.ACCESS_CONTROL_ALLOW_ORIGIN] = origin


def _framing(request: web.Request) -> dict[str, str]:
    """The policy of a page, with who may show it inside a page of theirs."""
    if request.path != _FRAMED:
        return {"Content-Security-Policy": _POLICY + "'none'", "X-Frame-Options": "DENY"}
    origins = " ".join(("'self'", *request.app[SERVICES].widget.origins))
    return {"Content-Security-Policy": _POLICY + origins}


def _is_packed(request: web.Request) -> bool:
    """Whether a file travels compressed; not where the answer may be 304 or a part, which aiohttp would spoil."""
    may_be_known = {hdrs.IF_NONE_MATCH, hdrs.IF_MODIFIED_SINCE, hdrs.RANGE} & request.headers.keys()
    return request.path.endswith(_PACKED) and not may_be_known


async def _answered(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except ApiError as error:
        return error_response(request, error.status, error.message, retry_after_s=error.retry_after_s)
    except BadMessage as error:
        return error_response(request, 400, str(error))
    except web.HTTPException as error:
        if error.status < 400:
            raise
        return _as_error(request, error)
    except StoreError as error:
        _log.error("request %s failed: %s", request[REQUEST_ID], error, extra={"action": "database_away"})
        return error_response(request, 503, "The database cannot be reached.", retry_after_s=1.0)
    except Exception:
        _log.exception("request %s failed", request[REQUEST_ID], extra={"action": "request_failed"})
        return error_response(request, 500, "Something went wrong on our side.")


def _as_error(request: web.Request, error: web.HTTPException) -> web.Response:
    message = "The body is too large." if error.status == 413 else f"{error.reason}."
    response = error_response(request, error.status, message)
    if hdrs.ALLOW in error.headers:
        response.headers[hdrs.ALLOW] = error.headers[hdrs.ALLOW]
    return response


def _record(request: web.Request, status: int, seconds: float) -> None:
    # The pattern and not the path: paths hold ids of conversations, and strangers could invent endless ones.
    resource = request.match_info.route.resource
    route = resource.canonical if resource is not None else "(none)"
    method = request.method if request.method in hdrs.METH_ALL else "(other)"
    request.app[SERVICES].metrics.request(method, route, status)
    # What went well is counted, and written for who asks for it: a line for each turn costs a tenth of the turns.
    _log.log(
        logging.INFO if status >= 400 else logging.DEBUG,
        "%s %s answered %d (request %s)",
        method,
        route,
        status,
        request[REQUEST_ID],
        extra={"action": "request", "duration_ms": round(seconds * 1000, 2)},
    )


def _foreign_origin(request: web.Request) -> str:
    """The Origin where it is one of those that the settings allow, else nothing."""
    origin = request.headers.get(hdrs.ORIGIN, "")
    allowed = request.app[SERVICES].server.cors_origins
    return origin if origin in allowed and request.path.startswith(_CORS_PATHS) else ""
