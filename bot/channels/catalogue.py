"""The channels there are; a new one is a file, a line here and its settings in `bot.credentials`."""

from __future__ import annotations

from collections.abc import Callable

import aiohttp

from bot.channels.base import Channel
from bot.channels.whatsapp import WhatsApp
from bot.credentials import Credentials, WhatsAppCredentials


def open_channels(credentials: Credentials, session: aiohttp.ClientSession) -> dict[str, Channel]:
    """The channels that the credentials are for, by name. Nothing is connected to yet."""
    return {name: CHANNELS[name](entry, session) for name, entry in credentials.channels.items()}


def _whatsapp(entry: WhatsAppCredentials, session: aiohttp.ClientSession) -> Channel:
    return WhatsApp(
        phone_number_id=entry.phone_number_id,
        access_token=entry.access_token.get_secret_value(),
        app_secrets=tuple(secret.get_secret_value() for secret in entry.app_secret),
        verify_token=entry.verify_token.get_secret_value(),
        session=session,
        api_url=entry.api_url,
        api_version=entry.api_version,
    )


CHANNELS: dict[str, Callable[[WhatsAppCredentials, aiohttp.ClientSession], Channel]] = {"whatsapp": _whatsapp}
