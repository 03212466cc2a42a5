"""Pictures, voice messages and files that customers sent, fetched for the people who answer them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable
from urllib.parse import urlsplit

import aiohttp

from bot.channels.accounts import is_loopback

LARGEST = 20 * 1024 * 1024
TIMEOUT = aiohttp.ClientTimeout(total=30, connect=5)
_MIME = re.compile(r"[a-z0-9.+-]{1,40}/[a-z0-9.+-]{1,80}")


class MediaUnavailable(Exception):
    """It cannot be had: gone from the platform, too large, or at an address that is not the platform's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Media:
    """What a customer sent. The type is what the platform says it is."""

    content: bytes
    mime_type: str = "application/octet-stream"


@runtime_checkable
class HasMedia(Protocol):
    """A channel that keeps what customers sent behind a reference and a secret of ours."""

    async def media(self, reference: str) -> Media:
        """What an attachment's reference stands for.

        Raises:
            MediaUnavailable: when it cannot be had.
        """


async def download(
    session: aiohttp.ClientSession, url: str, *, hosts: Sequence[str], **request: Any
) -> Media:
    """What is at `url`, of at most `LARGEST` bytes. Redirects are not followed: they could lead anywhere.

    Args:
        hosts: the platform's own, where secrets may go; `.example.com` stands for all below it.

    Raises:
        MediaUnavailable: for another host, another answer than 200, or when it is too large.
    """
    if not _is_at(url, hosts):
        raise MediaUnavailable("Its address is not the platform's.")
    try:
        async with session.get(url, timeout=TIMEOUT, allow_redirects=False, **request) as response:
            if response.status != 200:
                raise MediaUnavailable(f"The platform answered HTTP {response.status}.")
            content = await _all_of(response)
            return Media(content=content, mime_type=mime_type(response.content_type))
    except (TimeoutError, aiohttp.ClientError, OSError) as error:
        raise MediaUnavailable(f"The platform was not reached ({type(error).__name__}).") from error


async def ask(session: aiohttp.ClientSession, url: str, **request: Any) -> Mapping[str, Any]:
    """The JSON object that the platform's API answers to a GET.

    Raises:
        MediaUnavailable: when there is none.
    """
    found = await download(session, url, hosts=(host_of(url),), **request)
    try:
        answer = json.loads(found.content)
    except (ValueError, RecursionError):
        answer = None
    if not isinstance(answer, dict):
        raise MediaUnavailable("The platform's answer cannot be read.")
    return answer


def mime_type(given: str) -> str:
    """The type where it is one, else that of unknown bytes."""
    return given.lower() if _MIME.fullmatch(given.lower()) else "application/octet-stream"


def named(reference: str, scheme: str) -> str:
    """The platform's id in a reference of ours.

    Raises:
        MediaUnavailable: when it is another kind of reference.
    """
    start = f"{scheme}:"
    if not reference.startswith(start) or not re.fullmatch(r"[A-Za-z0-9_.=-]+", reference[len(start) :]):
        raise MediaUnavailable("There is nothing to fetch behind it.")
    return reference[len(start) :]


def host_of(url: str) -> str:
    """The host in an address."""
    return (urlsplit(url).hostname or "").lower()


def _is_at(url: str, hosts: Sequence[str]) -> bool:
    parts, host = urlsplit(url), host_of(url)
    private = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host))
    return private and any(host == one or (one.startswith(".") and host.endswith(one)) for one in hosts)


async def _all_of(response: aiohttp.ClientResponse) -> bytes:
    content = bytearray()
    async for chunk in response.content.iter_chunked(1 << 16):
        content += chunk
        if len(content) > LARGEST:
            raise MediaUnavailable("It is too large.")
    return bytes(content)
