"""Reading requests: bodies in time and within bounds, their fields, and who may ask how often."""

from __future__ import annotations

import asyncio
from collections.abc import Hashable
from typing import Any

from aiohttp import hdrs, web

from bot.channels.json_body import read_object
from bot.channels.wording import clean
from bot.web.errors import ApiError
from bot.web.keys import SERVICES
from bot.web.limits import RateLimiter

_LARGEST_INT = 2**31 - 1


async def read_body(request: web.Request) -> bytes:
    """The exact bytes of the body.

    Raises:
        ApiError: 408 when they do not come in time, 400 when they are not what the headers announce.
        web.HTTPException: 413 when there are too many, also once unpacked.
    """
    try:
        async with asyncio.timeout(request.app[SERVICES].body_timeout_s):
            return await request.read()
    except TimeoutError:
        raise ApiError(408, "The body did not come in time.") from None
    except (web.RequestPayloadError, web.PayloadAccessError, ValueError):
        raise ApiError(400, "The body is not what its headers say.") from None


async def read_file(request: web.Request, largest: int) -> bytes:
    """The body, of at most so many bytes whatever its headers say; it may take four times as long as others.

    Raises:
        ApiError: 413 when it is larger, 408 when it does not come in time, 400 when it is not what is announced.
    """
    too_large = ApiError(413, f"A file may have at most {largest} bytes.")
    if (request.content_length or 0) > largest:
        raise too_large
    content = bytearray()
    try:
        async with asyncio.timeout(4 * request.app[SERVICES].body_timeout_s):
            async for chunk in request.content.iter_chunked(1 << 16):
                content += chunk
                if len(content) > largest:
                    raise too_large
    except TimeoutError:
        raise ApiError(408, "The file did not come in time.") from None
    except (web.RequestPayloadError, web.PayloadAccessError, ValueError):
        raise ApiError(400, "The body is not what its headers say.") from None
    return bytes(content)


async def read_api_object(request: web.Request) -> dict[str, Any]:
    """The JSON object in a request to our own API.

    A page elsewhere can post forms and text here without asking; JSON it cannot, so nothing else is taken.

    Raises:
        ApiError, BadMessage, web.HTTPException: for any other body.
    """
    if request.content_type != "application/json":
        raise ApiError(415, "Send the body as application/json.")
    return read_object(await read_body(request))


def text_field(data: dict[str, Any], name: str, *, longest: int, default: str | None = None) -> str:
    """A text that says something, without spaces around it; `default` where there is none.

    Raises:
        ApiError: when it is missing without a default, no text, empty, or too long.
    """
    value = data.get(name)
    if value is None and default is not None:
        return default
    text = clean(value).strip() if isinstance(value, str) else ""
    if not text or len(text) > longest:
        raise ApiError(400, f"'{name}' must be a text of 1 to {longest} characters.")
    return text


def whole_number(data: dict[str, Any], name: str, *, default: int) -> int:
    """A number that is not negative; `default` where there is none.

    Raises:
        ApiError: when it is anything else.
    """
    value = data.get(name, default)
    whole = isinstance(value, int) or (isinstance(value, float) and value.is_integer())  # JSON knows no 5.0
    if not whole or isinstance(value, bool) or not 0 <= value <= _LARGEST_INT:
        raise ApiError(400, f"'{name}' must be a whole number.")
    return int(value)


def query_number(request: web.Request, name: str, *, default: int, largest: int) -> int:
    """A number from 1 to `largest` in the query.

    Raises:
        ApiError: when it is anything else.
    """
    text = request.query.get(name, str(default))
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0
    if not 1 <= number <= largest:
        raise ApiError(400, f"'{name}' must be a number from 1 to {largest}.")
    return number


def refuse_too_often(limiter: RateLimiter, key: Hashable) -> None:
    """Count one for `key`.

    Raises:
        ApiError: 429 with the time to wait, when there were too many.
    """
    if wait_s := limiter.take(key):
        raise ApiError(429, "Too many requests. Try again a little later.", retry_after_s=wait_s)


def address_of(request: web.Request) -> str:
    """Who is at the other end of the connection. Forwarding headers are anybody's to write and not believed."""
    return request.remote or ""


def same_origin(request: web.Request) -> bool:
    """Whether a page of ours, or of an allowed origin, makes this request; programs send no Origin."""
    origin = request.headers.get(hdrs.ORIGIN)
    if origin is None or origin in request.app[SERVICES].server.cors_origins:
        return True
    scheme, _, host = origin.partition("://")
    return scheme in ("http", "https") and host.lower() == request.host.lower()
