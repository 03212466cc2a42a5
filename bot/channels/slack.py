"""Slack: events and pressed buttons of one app in, `chat.postMessage` out.

By Slack's Events API reference. Answered are direct messages, and mentions in channels, there in a thread.
Slack has no idempotency key, so that a send whose outcome is unknown may repeat.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import aiohttp

from bot.channels import slack_inbound, slack_outbound
from bot.channels.accounts import SlackAccount, revealed
from bot.channels.base import Incoming, Json, Outgoing, Pace, Received, SendResult
from bot.channels.call import call
from bot.channels.media import Media, ask, download, host_of, named
from bot.channels.reading import inner
from bot.channels.signing import fresh, verify_hmac_hex
from bot.messages import Part

NAME = "slack"
# One message a second to a channel, with some to spare.
PACE = Pace(recipient_every_s=1.0, recipient_burst=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Slack:
    """The channel of one app; implements `bot.channels.base.Channel`."""

    entry: SlackAccount
    session: aiohttp.ClientSession = field(repr=False)
    pace: Pace = PACE

    @property
    def name(self) -> str:
        return NAME

    @property
    def account(self) -> str:
        return "default"

    def handshake(self, query: Mapping[str, str]) -> str | None:
        """Slack tests the address by POST; a GET is the certificate check of slash commands."""
        return "" if query.get("ssl_check") == "1" else None

    def verify(self, incoming: Incoming) -> bool:
        """Whether Slack signed the body, now."""
        timestamp = incoming.headers.get("X-Slack-Request-Timestamp")
        if timestamp is None or not fresh(timestamp, incoming.received_at):
            return False
        signed = f"v0:{timestamp}:".encode() + incoming.body
        signature = incoming.headers.get("X-Slack-Signature")
        return verify_hmac_hex(revealed(self.entry.signing_secret), signed, signature, prefix="v0=")

    def parse(self, incoming: Incoming) -> Received:
        """The message or the pressed button in a request; edits, deletions and bots' messages are none.

        Raises:
            BadMessage: when the body is none of Slack's.
        """
        form = incoming.headers.get("Content-Type", "").startswith("application/x-www-form-urlencoded")
        read = slack_inbound.pressed if form else slack_inbound.event
        return read(incoming.body, account=self.account, received_at=incoming.received_at)

    def render(self, parts: Sequence[Part], *, language: str = "") -> tuple[Json, ...]:
        """`chat.postMessage` bodies without their channel."""
        return tuple(one for part in parts for one in slack_outbound.messages(part, language=language))

    async def send(self, outgoing: Outgoing) -> SendResult:
        """One message; the recipient is `channel` or `channel:thread`."""
        channel, _, thread = outgoing.recipient.partition(":")
        place = {"channel": channel, **({"thread_ts": thread} if thread else {})}
        return await call(
            self.session,
            f"{self.entry.api_url}/chat.postMessage",
            platform="Slack",
            read=slack_outbound.result,
            json={**place, **outgoing.payload},
            headers={"Authorization": f"Bearer {self.entry.bot_token.get_secret_value()}"},
        )

    async def media(self, reference: str) -> Media:
        """What a customer sent; the app needs the scope `files:read`.

        Raises:
            MediaUnavailable: when it cannot be had.
        """
        headers = {"Authorization": f"Bearer {self.entry.bot_token.get_secret_value()}"}
        number = named(reference, "slack-file")
        url = f"{self.entry.api_url}/files.info"
        found = await ask(self.session, url, params={"file": number}, headers=headers)
        address = str(inner(found, "file").get("url_private", ""))
        hosts = ("files.slack.com", host_of(self.entry.api_url))
        return await download(self.session, address, hosts=hosts, headers=headers)
