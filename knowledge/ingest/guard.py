"""Which addresses a fetch may reach: none inside this machine's own network.

A page's address comes from a file that somebody gave us, and redirects from whoever answers: both could point at
a neighbour that trusts us, or at a cloud's metadata service. Names are resolved here, every address found is judged,
and the connection is made to the very address that was judged, so that a name cannot mean something else a moment
later (DNS rebinding).
"""

from __future__ import annotations

import ipaddress
import socket
from typing import Any
from urllib.parse import urlsplit

from aiohttp.abc import AbstractResolver
from aiohttp.resolver import DefaultResolver

_TRANSLATED = (ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("64:ff9b:1::/48"))
"""IPv6 addresses that stand for IPv4 ones behind a translator."""


class Refused(Exception):
    """An address that must not be fetched."""


def check_address(url: str, *, allowed: frozenset[str] = frozenset()) -> str:
    """The host of an address, after everything about it that needs no look-up was judged.

    Args:
        allowed: hosts that are reached wherever they are.

    Raises:
        Refused: for what is not http or https, carries a password, or names an inner address outright.
    """
    parts = urlsplit(url)
    try:
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise Refused(f"{url} is no address") from error
    if parts.scheme not in ("http", "https") or not host:
        raise Refused(f"{url} is no web address")
    if parts.username or parts.password:
        raise Refused(f"{host}: an address with a name or password is not fetched")
    if host not in allowed and (numeric := _numeric(host)) is not None and not is_public(numeric):
        raise Refused(f"{host} is not on the public internet")
    return host


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public internet, also once IPv6 wrappings are taken off."""
    try:
        ip = ipaddress.ip_address(address.split("%", maxsplit=1)[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if inner is None and any(ip in network for network in _TRANSLATED):
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified)


class GuardedResolver(AbstractResolver):
    """Resolves names to public addresses alone; aiohttp then connects to these and looks nothing up again."""

    def __init__(self, *, allowed: frozenset[str] = frozenset()) -> None:
        self._allowed = allowed
        self._resolver = DefaultResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[Any]:
        """The addresses of a host; refused as a whole where one of them is not public."""
        found = await self._resolver.resolve(host, port, family)
        if host not in self._allowed and not all(is_public(one["host"]) for one in found):
            raise Refused(f"{host} is not on the public internet")
        return list(found)

    async def close(self) -> None:
        await self._resolver.close()


def _numeric(host: str) -> str | None:
    """The address that a host is by itself, in any of the forms that sockets understand (`127.1`, `0x7f000001`)."""
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        pass
    try:
        return socket.inet_ntoa(socket.inet_aton(host))
    except (OSError, UnicodeError):
        return None
