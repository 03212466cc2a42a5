"""One call to a platform, and what is known when it fails."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import aiohttp

from bot.channels.base import SendResult

TIMEOUT = aiohttp.ClientTimeout(total=20, connect=5)
# Far more than any platform answers; what claims to be longer is not read to its end.
_LARGEST = 1 << 20

Read = Callable[[int, Any, str | None], SendResult]
"""From the HTTP status, the JSON in the answer (None where there is none) and its `Retry-After`."""


async def call(
    session: aiohttp.ClientSession,
    url: str,
    *,
    platform: str,
    read: Read,
    method: str = "POST",
    **request: Any,
) -> SendResult:
    """Call once; `read` says what an answer means, `platform` names it for people.

    Until the connection stands nothing was sent; afterwards, without an answer, nobody knows. Redirects are
    not followed: the token is for this host alone.
    """
    try:
        async with session.request(
            method, url, timeout=TIMEOUT, allow_redirects=False, **request
        ) as response:
            answer = _json_or_none(await _beginning(response))
            return read(response.status, answer, response.headers.get("Retry-After"))
    except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
        return SendResult(failure="temporary", reason=f"{platform} was not reached ({_kind(error)}).")
    except (TimeoutError, aiohttp.ClientError, OSError) as error:
        reason = f"The connection to {platform} was lost before it answered ({_kind(error)})."
        return SendResult(failure="unknown", reason=reason)


async def _beginning(response: aiohttp.ClientResponse) -> bytes:
    read = bytearray()
    async for chunk in response.content.iter_chunked(1 << 16):
        read += chunk
        if len(read) > _LARGEST:
            break
    return bytes(read)


def _json_or_none(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):  # an error page of some proxy
        return None


def _kind(error: BaseException) -> str:
    return type(error).__name__
