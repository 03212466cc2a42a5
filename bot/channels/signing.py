"""Signatures over the exact bytes that came in."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence


def same(expected: str, given: str) -> bool:
    """Compare two secrets in constant time. Bytes, because `compare_digest` raises on non-ASCII `str`."""
    return hmac.compare_digest(_bytes(expected), _bytes(given))


def verify_hmac_hex(secrets: Sequence[str], body: bytes, signature: str | None, *, prefix: str = "") -> bool:
    """Whether `signature` is `prefix` + hex HMAC-SHA256 of `body` under one of `secrets`.

    Several secrets are valid at once while one replaces another; all are tried, so that the time tells
    nothing. Never raises: what is no signature is a wrong one, and with no secret nothing is right.
    """
    if signature is None or not signature.startswith(prefix):
        return False
    given = signature[len(prefix) :].lower()
    matches = [same(sign_hmac_hex(secret, body), given) for secret in secrets if secret]
    return any(matches)


def sign_hmac_hex(secret: str, body: bytes) -> str:
    """Hex HMAC-SHA256 of `body`."""
    return hmac.new(_bytes(secret), body, hashlib.sha256).hexdigest()


def _bytes(text: str) -> bytes:
    # aiohttp decodes header bytes that are not UTF-8 into lone surrogates, which strict encoding refuses.
    return text.encode("utf-8", "surrogatepass")
