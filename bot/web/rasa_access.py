"""Who may use Rasa's HTTP API, and how it says no: its error shape around every handler."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, Final

from aiohttp import hdrs, web

from bot.actions.protocol import VERSION
from bot.channels.base import BadMessage
from bot.channels.signing import same
from bot.errors import StoreError
from bot.store.records import ConflictError
from bot.web.errors import ApiError
from bot.web.keys import FAILURES
from bot.web.reading import address_of

_log = logging.getLogger("kefu.rasa_api")
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_REASONS: Final = {
    400: "BadRequest",
    401: "NotAuthenticated",
    403: "NotAuthorized",
    404: "NotFound",
    405: "MethodNotAllowed",
    406: "NotAcceptable",
    408: "RequestTimeout",
    409: "Conflict",
    413: "PayloadTooLarge",
    429: "TooManyRequests",
    503: "ServiceUnavailable",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """What opens the API: the token, or a JWT that `jwt_key` verifies; empty ones open nothing."""

    token: str = field(default="", repr=False)
    jwt_key: str = field(default="", repr=False)
    jwt_method: str = "HS256"

    def require(self, request: web.Request) -> None:
        """Let only those pass who may do this; the role `user` may only touch the conversation of its name.

        Raises:
            ApiError: 401, 403, or 429 after many wrong tokens.
        """
        failures, address = request.app[FAILURES], address_of(request)
        if wait_s := failures.wait(address):
            raise ApiError(429, "Too many wrong tokens. Try again a little later.", retry_after_s=wait_s)
        given = request.query.get("token", "")
        if self.token and given and same(self.token, given):
            return
        user = self._user(request)
        if user is None:
            if given or hdrs.AUTHORIZATION in request.headers:
                failures.take(address)
            raise ApiError(401, "User is not authenticated.")
        own = user.get("username") == request.match_info.get("id", "")
        if user.get("role") != "admin" and not (user.get("role") == "user" and own and user.get("username")):
            raise ApiError(403, "User has insufficient permissions.")

    def _user(self, request: web.Request) -> Mapping[str, Any] | None:
        """Who a JWT is for; None for one that is missing, wrong or too old."""
        import jwt

        scheme, _, token = request.headers.get(hdrs.AUTHORIZATION, "").partition(" ")
        if not self.jwt_key or scheme.lower() != "bearer":
            return None
        try:
            claims = jwt.decode(token.strip(), self.jwt_key, algorithms=[self.jwt_method])
        except jwt.InvalidTokenError:
            return None
        user = claims.get("user")
        return user if isinstance(user, Mapping) else None


def guarded(access: Access, handler: Handler) -> Handler:
    """The handler for those who may, with every failure in Rasa's shape."""

    @wraps(handler)
    async def answered(request: web.Request) -> web.StreamResponse:
        try:
            access.require(request)
            return await handler(request)
        except ApiError as error:
            response = failure(error.status, error.message)
            if error.retry_after_s is not None:
                response.headers[hdrs.RETRY_AFTER] = str(max(1, int(error.retry_after_s) + 1))
            return response
        except (BadMessage, ConflictError, StoreError) as error:
            return _refused(error)
        except web.HTTPException as error:
            if error.status < 400:
                raise
            return failure(error.status, f"{error.reason}.")
        except Exception:
            _log.exception("a request to Rasa's API failed", extra={"action": "request_failed"})
            return failure(500, "An unexpected error occurred.")

    return answered


def _refused(error: Exception) -> web.Response:
    if isinstance(error, BadMessage):
        return failure(400, str(error))
    if isinstance(error, ConflictError):
        return failure(409, "Others wrote to the conversation at the same moment. Try again.")
    _log.error("a request to Rasa's API failed: %s", error, extra={"action": "database_away"})
    return failure(503, "The database cannot be reached.")


def failure(status: int, message: str) -> web.Response:
    """An error as Rasa's clients know it."""
    body: dict[str, Any] = {
        "version": VERSION,
        "status": "failure",
        "message": message,
        "reason": _REASONS.get(status, "UnexpectedError"),
        "details": {},
        "help": None,
        "code": status,
    }
    return web.json_response(body, status=status)
