"""What Meta's platforms, WhatsApp and Messenger, share: the test of our address and the signature."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.channels.base import Incoming
from bot.channels.signing import same, verify_hmac_hex


def handshake(query: Mapping[str, str], verify_token: str) -> str | None:
    """The challenge, where Meta proves with our own token that we asked it to call here."""
    subscribes = query.get("hub.mode") == "subscribe"
    knows_us = same(verify_token, query.get("hub.verify_token", ""))
    return query.get("hub.challenge", "") if subscribes and knows_us and verify_token else None


def verify(incoming: Incoming, app_secrets: Sequence[str]) -> bool:
    """Whether the body was signed with our app's secret; it carries no time."""
    signature = incoming.headers.get("X-Hub-Signature-256")
    return verify_hmac_hex(app_secrets, incoming.body, signature, prefix="sha256=")
