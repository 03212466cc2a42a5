"""Sitemaps (sitemaps.org): the addresses that a site lists."""

from __future__ import annotations

import re
import zlib

from encoders.errors import InputError

MOST_BYTES = 60 * 1024 * 1024
"""The protocol allows 50 MB unpacked."""
_LOCATION = re.compile(
    rb"<(?:\w+:)?loc\s*>\s*(?:<!\[CDATA\[)?\s*(.*?)\s*(?:\]\]>)?\s*</(?:\w+:)?loc\s*>", re.DOTALL
)
_ENTITIES = {"&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"', "&apos;": "'"}


def sitemap_addresses(body: bytes, *, where: str) -> list[str]:
    """The addresses in a sitemap or an index of sitemaps, packed with gzip or not, in order.

    The elements are looked for as text: no XML parser, so no entity of the file's own is ever expanded.

    Raises:
        InputError: when it lists none, or unpacks to too much.
    """
    if body[:2] == b"\x1f\x8b":
        body = _unpacked(body, where)
    found = [_plain(one.decode("utf-8", "replace")) for one in _LOCATION.findall(body)]
    if not found:
        raise InputError(where, "is no sitemap: it lists no addresses.")
    return list(dict.fromkeys(found))


def _unpacked(body: bytes, where: str) -> bytes:
    unpacker = zlib.decompressobj(wbits=31)
    try:
        text = unpacker.decompress(body, MOST_BYTES)
    except zlib.error as error:
        raise InputError(where, f"is damaged ({error}).") from error
    if unpacker.unconsumed_tail:
        raise InputError(where, f"unpacks to more than {MOST_BYTES // 1_000_000} MB.")
    return text


def _plain(text: str) -> str:
    for entity, character in _ENTITIES.items():
        text = text.replace(entity, character)
    return text
