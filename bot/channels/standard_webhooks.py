"""Standard Webhooks (standardwebhooks.com): an id, a time and a signature over both and the body."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.channels.signing import fresh, same


def sign(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """The signature header; `secret` is `whsec_` and base64."""
    signed = f"{message_id}.{timestamp}.".encode("utf-8", "surrogatepass") + body
    digest = hmac.new(_key(secret), signed, hashlib.sha256).digest()
    return "v1," + base64.b64encode(digest).decode()


def headers(secret: str, message_id: str, now: datetime, body: bytes) -> dict[str, str]:
    """The headers of a signed call."""
    timestamp = int(now.timestamp())
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": sign(secret, message_id, timestamp, body),
    }


def verify(secrets: Sequence[str], given: Mapping[str, str], body: bytes, now: datetime) -> bool:
    """Whether one of the secrets signed this, within five minutes. Never raises."""
    message_id, timestamp = given.get("webhook-id", ""), given.get("webhook-timestamp", "")
    if not message_id or not fresh(timestamp, now):
        return False
    wanted = [sign(secret, message_id, int(timestamp), body) for secret in secrets if secret]
    offered = given.get("webhook-signature", "").split(" ")
    matches = [same(one, other) for one in wanted for other in offered[:8]]
    return any(matches)


def _key(secret: str) -> bytes:
    return base64.b64decode(secret.removeprefix("whsec_"))
