"""The channels there are; a new one is a file, a line here and its account in `bot.channels.accounts`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import aiohttp

from bot.channels.accounts import WhatsAppAccount, revealed
from bot.channels.base import Channel
from bot.channels.callback import Callback
from bot.channels.chatwoot import Chatwoot
from bot.channels.facebook import Facebook
from bot.channels.slack import Slack
from bot.channels.socket_io import SocketIo
from bot.channels.telegram import Telegram
from bot.channels.webhook import Webhook
from bot.channels.wechat import WeChat
from bot.channels.wecom import WeCom
from bot.channels.whatsapp import WhatsApp
from bot.credentials import Credentials


def open_channels(credentials: Credentials, session: aiohttp.ClientSession) -> dict[str, Channel]:
    """The channels that the credentials are for, by name. Nothing is connected to yet."""
    return {
        name: CHANNELS[name](entry=entry, session=session) for name, entry in credentials.channels.items()
    }


def _whatsapp(*, entry: WhatsAppAccount, session: aiohttp.ClientSession) -> Channel:
    return WhatsApp(
        phone_number_id=entry.phone_number_id,
        access_token=entry.access_token.get_secret_value(),
        app_secrets=revealed(entry.app_secret),
        verify_token=entry.verify_token.get_secret_value(),
        session=session,
        templates=entry.templates,
        api_url=entry.api_url,
        api_version=entry.api_version,
    )


CHANNELS: dict[str, Callable[..., Any]] = {
    "callback": Callback,
    "chatwoot": Chatwoot,
    "facebook": Facebook,
    "slack": Slack,
    "socketio": SocketIo,
    "telegram": Telegram,
    "webhook": Webhook,
    "wechat": WeChat,
    "wecom": WeCom,
    "whatsapp": _whatsapp,
}
