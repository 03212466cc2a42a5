"""Signatures over the exact bytes that came in."""

from __future__ import annotations

import hashlib
import hmac
from collections import OrderedDict
from collections.abc import Sequence
from datetime import datetime

WINDOW_S = 300
"""How far a signed time may be from ours; platforms' clocks and ours differ by seconds."""
_MOST_NONCES = 50_000


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


def fresh(timestamp: str | None, now: datetime, *, window_s: float = WINDOW_S) -> bool:
    """Whether a time in seconds since the epoch is close to `now`. Never raises."""
    if not timestamp or not timestamp.isascii() or not timestamp.isdecimal() or len(timestamp) > 15:
        return False
    return abs(now.timestamp() - int(timestamp)) <= window_s


class Nonces:
    """Nonces that were used, with what for: for signatures that do not cover the body.

    A platform's retry repeats nonce and body; a forger who has seen a signature brings another body.
    """

    def __init__(self, *, window_s: float = 2 * WINDOW_S) -> None:
        self._window_s = window_s
        self._seen: OrderedDict[str, tuple[float, bytes]] = OrderedDict()

    def takes(self, nonce: str, body: bytes, now: datetime) -> bool:
        """Whether the nonce is new, or was used for exactly this body."""
        digest = hashlib.sha256(body).digest()
        while self._seen:
            old = next(iter(self._seen))
            if now.timestamp() - self._seen[old][0] <= self._window_s and len(self._seen) <= _MOST_NONCES:
                break
            del self._seen[old]
        _, used_for = self._seen.setdefault(nonce, (now.timestamp(), digest))
        return hmac.compare_digest(used_for, digest)


def _bytes(text: str) -> bytes:
    # aiohttp decodes header bytes that are not UTF-8 into lone surrogates, which strict encoding refuses.
    return text.encode("utf-8", "surrogatepass")
