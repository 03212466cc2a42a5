"""What a client is told when something is wrong: a code, a sentence, and the request's id; nothing of ours."""

from __future__ import annotations

import math
from typing import Final

from aiohttp import web

REQUEST_ID: Final = web.RequestKey("request_id", str)

_CODES: Final = {
    400: "bad_request",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    408: "timeout",
    409: "conflict",
    413: "too_large",
    415: "unsupported_media_type",
    429: "rate_limited",
    500: "internal_error",
    503: "unavailable",
}


class ApiError(Exception):
    """A request that is refused; the middleware answers it."""

    def __init__(self, status: int, message: str, *, retry_after_s: float | None = None) -> None:
        self.status = status
        self.message = message
        self.retry_after_s = retry_after_s
        super().__init__(message)


def error_response(
    request: web.Request, status: int, message: str, *, retry_after_s: float | None = None
) -> web.Response:
    """An error as JSON on our own API and the webhooks, as text elsewhere."""
    if request.path.startswith(("/api/", "/webhooks/", "/health")):
        request_id = request.get(REQUEST_ID, "")
        error = {"code": _CODES.get(status, "error"), "message": message, "request_id": request_id}
        response = web.json_response({"error": error}, status=status)
    else:
        response = web.Response(text=f"{message}\n", status=status)
    if retry_after_s is not None:
        response.headers["Retry-After"] = str(max(math.ceil(retry_after_s), 1))
    return response
