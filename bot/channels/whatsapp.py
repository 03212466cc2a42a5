"""WhatsApp Business Cloud API: one phone number.

By Meta's Cloud API reference. Webhooks are signed with the app's secret over the raw bytes and carry no time,
so that remembered message ids are the only guard against replays. Sends have no idempotency key, so that one
whose outcome is unknown may repeat.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import aiohttp

from bot.channels import meta, whatsapp_inbound, whatsapp_outbound, whatsapp_template
from bot.channels.accounts import Template
from bot.channels.base import Incoming, Json, Outgoing, Pace, Received, SendResult
from bot.channels.call import call
from bot.channels.media import Media, ask, download, host_of, named
from bot.messages import Part

NAME = "whatsapp"
_MEDIA_HOSTS = (".fbsbx.com", ".fbcdn.net", ".whatsapp.net")
# A number sends 80 messages a second; to one person one in 6 s in the long run, with some to spare.
PACE = Pace(
    recipient_every_s=6.0,
    recipient_burst=10,
    account_every_s=1 / 80,
    account_burst=40,
    window=timedelta(hours=24),
)
API_URL = "https://graph.facebook.com"
API_VERSION = "v23.0"


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatsApp:
    """The channel of one phone number; implements `bot.channels.base.Channel`.

    Attributes:
        app_secrets: two at once while one replaces the other.
        templates: by language, what is said where free text is not taken any more.
        session: lives as long as the server; the caller closes it.
    """

    phone_number_id: str
    access_token: str = field(repr=False)
    app_secrets: tuple[str, ...] = field(repr=False)
    verify_token: str = field(repr=False)
    session: aiohttp.ClientSession = field(repr=False)
    api_url: str = API_URL
    api_version: str = API_VERSION
    templates: Mapping[str, Template] = field(default_factory=dict)
    pace: Pace = PACE

    @property
    def name(self) -> str:
        return NAME

    @property
    def account(self) -> str:
        return self.phone_number_id

    def handshake(self, query: Mapping[str, str]) -> str | None:
        """The challenge, where Meta proves with our own token that we asked it to call here."""
        return meta.handshake(query, self.verify_token)

    def verify(self, incoming: Incoming) -> bool:
        """Whether the body was signed with our app's secret."""
        return meta.verify(incoming, self.app_secrets)

    def parse(self, incoming: Incoming) -> Received:
        """The messages to our number, and which of ours failed; reactions and system notes are neither.

        Raises:
            BadMessage: when the body is no webhook of WhatsApp.
        """
        return whatsapp_inbound.received(
            incoming.body, phone_number_id=self.phone_number_id, received_at=incoming.received_at
        )

    def render(self, parts: Sequence[Part], *, language: str = "") -> tuple[Json, ...]:
        """WhatsApp messages without their addressee."""
        return tuple(
            message for part in parts for message in whatsapp_outbound.messages(part, language=language)
        )

    def late(self, payload: Json) -> Json | SendResult:
        """The message as an approved template; why not, where that cannot be."""
        if payload.get("type") == "template":
            return payload
        return whatsapp_template.instead_of(payload, self.templates)

    async def send(self, outgoing: Outgoing) -> SendResult:
        """One call of the Graph API; where free text would be refused as too late, by a template."""
        payload = self.late(outgoing.payload) if outgoing.late else outgoing.payload
        if isinstance(payload, SendResult):
            return payload
        return await call(
            self.session,
            f"{self.api_url}/{self.api_version}/{self.phone_number_id}/messages",
            platform="WhatsApp",
            read=whatsapp_outbound.result,
            json={**_addressed_to(outgoing.recipient), **payload},
            headers={"Authorization": f"Bearer {self.access_token}"},
        )

    async def media(self, reference: str) -> Media:
        """What a customer sent; Meta keeps it for some weeks, at an address that lasts for minutes.

        Raises:
            MediaUnavailable: when it cannot be had.
        """
        headers = {"Authorization": f"Bearer {self.access_token}"}
        number = named(reference, "whatsapp-media")
        found = await ask(self.session, f"{self.api_url}/{self.api_version}/{number}", headers=headers)
        url = str(found.get("url", ""))
        return await download(
            self.session, url, hosts=(*_MEDIA_HOSTS, host_of(self.api_url)), headers=headers
        )


def _addressed_to(recipient: str) -> dict[str, Any]:
    # Users without a visible phone number are addressed by their business-scoped id ("US.123…").
    key = "to" if recipient.isdecimal() else "recipient"
    return {"messaging_product": "whatsapp", "recipient_type": "individual", key: recipient}
