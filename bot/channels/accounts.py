"""What `credentials.yml` says about each platform. Where Rasa has a name for something, it is taken too."""

from __future__ import annotations

import base64
import binascii
import ipaddress
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    AliasChoices,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    model_validator,
)

Secret = Annotated[SecretStr, Field(min_length=1)]
Secrets = Annotated[
    tuple[Secret, ...],
    Field(min_length=1, max_length=2),
    BeforeValidator(lambda value: [value] if isinstance(value, str) else value),
]
"""One secret, or two that are valid at once while one replaces the other."""


def is_loopback(host: str) -> bool:
    """Whether a server bound to `host` can be reached from this machine alone."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _private(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(parts.hostname or "")):
        raise ValueError("must begin with https://, because secrets travel with it")
    return value.rstrip("/")


def _aes_key(value: SecretStr) -> SecretStr:
    try:
        key = base64.b64decode(value.get_secret_value() + "=", validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != 32:
        raise ValueError("must be the 43 characters that the platform shows as EncodingAESKey")
    return value


def _webhook_secret(value: SecretStr) -> SecretStr:
    try:
        key = base64.b64decode(value.get_secret_value().removeprefix("whsec_"), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not 24 <= len(key) <= 64:
        raise ValueError("must be whsec_ and the base64 of 24 to 64 random bytes")
    return value


def _as_text(value: Any) -> Any:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


Url = Annotated[str, AfterValidator(_private)]
Id = Annotated[str, BeforeValidator(_as_text), Field(pattern=r"^[A-Za-z0-9_@.:-]{1,64}$")]
AesKey = Annotated[Secret, AfterValidator(_aes_key)]
WebhookSecret = Annotated[Secret, AfterValidator(_webhook_secret)]
WebhookSecrets = Annotated[
    tuple[WebhookSecret, ...],
    Field(min_length=1, max_length=2),
    BeforeValidator(lambda value: [value] if isinstance(value, str) else value),
]


class Account(BaseModel):
    """One account on one platform."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Template(Account):
    """An approved WhatsApp template whose body has one variable: what we want to say."""

    name: str = Field(pattern=r"^[a-z0-9_]{1,512}$")
    language: str = Field(pattern=r"^[a-z]{2,3}(_[A-Za-z]{2,4})?$")


class WhatsAppAccount(Account):
    """One phone number on the WhatsApp Business Cloud API."""

    phone_number_id: Id
    access_token: Secret
    app_secret: Secrets
    verify_token: Secret
    templates: dict[str, Template] = {}
    """By language: what is said when 24 hours have passed since the customer wrote."""
    api_url: Url = "https://graph.facebook.com"
    api_version: str = Field(default="v23.0", pattern=r"^v\d+\.\d+$")


class FacebookAccount(Account):
    """One Facebook page with Messenger."""

    page_id: Id
    access_token: Secret = Field(validation_alias=AliasChoices("access_token", "page-access-token"))
    app_secret: Secrets = Field(validation_alias=AliasChoices("app_secret", "secret"))
    verify_token: Secret = Field(validation_alias=AliasChoices("verify_token", "verify"))
    api_url: Url = "https://graph.facebook.com"
    api_version: str = Field(default="v23.0", pattern=r"^v\d+\.\d+$")


class WeChatAccount(Account):
    """One WeChat Official Account. Without `aes_key` messages travel in plain mode."""

    app_id: Id
    app_secret: Secret
    token: Secrets
    aes_key: AesKey | None = None
    api_url: Url = "https://api.weixin.qq.com"


class WeComAccount(Account):
    """One self-built application of a company on WeCom."""

    corp_id: Id
    agent_id: int = Field(ge=0)
    secret: Secret
    token: Secrets
    aes_key: AesKey
    api_url: Url = "https://qyapi.weixin.qq.com"


class SlackAccount(Account):
    """One Slack app in one workspace."""

    bot_token: Secret = Field(validation_alias=AliasChoices("bot_token", "slack_token"))
    signing_secret: Secrets = Field(validation_alias=AliasChoices("signing_secret", "slack_signing_secret"))
    api_url: Url = "https://slack.com/api"


class TelegramAccount(Account):
    """One Telegram bot. `secret_token` is what `setWebhook` was given."""

    access_token: Secret
    secret_token: Secrets
    api_url: Url = "https://api.telegram.org"


class ChatwootAccount(Account):
    """One agent bot on one Chatwoot server.

    Older servers do not sign: they prove themselves by `url_token`, which is part of the address they call.
    """

    api_url: Url
    account_id: int = Field(ge=1)
    access_token: Secret
    secret: Secrets | None = None
    url_token: Secrets | None = None

    @model_validator(mode="after")
    def _proves_itself(self) -> Self:
        if self.secret is None and self.url_token is None:
            raise ValueError("needs 'secret', or 'url_token' for a server that does not sign")
        return self


class CallbackAccount(Account):
    """Rasa's callback channel: replies are posted to `url`, signed when there is a `secret`."""

    url: Url
    headers: dict[str, Secret] = {}
    secret: WebhookSecrets | None = None


class WebhookAccount(Account):
    """Any system of one's own, by Standard Webhooks: messages come signed, replies go to `url` signed."""

    url: Url
    secret: WebhookSecrets


class SocketioAccount(Account):
    """Rasa's Socket.IO channel. With `jwt_key` only who brings a token signed with it is let in."""

    user_message_evt: str = Field(default="user_uttered", min_length=1)
    bot_message_evt: str = Field(default="bot_uttered", min_length=1)
    namespace: str = Field(default="/", pattern=r"^/")
    session_persistence: bool = False
    socketio_path: str = Field(default="/socket.io", pattern=r"^/?[A-Za-z0-9_./-]+$")
    jwt_key: Annotated[SecretStr, Field(min_length=32)] | None = None
    jwt_method: Literal["HS256", "HS384", "HS512"] = "HS256"
    metadata_key: str = "metadata"


ACCOUNTS: dict[str, type[Account]] = {
    "callback": CallbackAccount,
    "chatwoot": ChatwootAccount,
    "facebook": FacebookAccount,
    "slack": SlackAccount,
    "socketio": SocketioAccount,
    "telegram": TelegramAccount,
    "webhook": WebhookAccount,
    "wechat": WeChatAccount,
    "wecom": WeComAccount,
    "whatsapp": WhatsAppAccount,
}


def revealed(secrets: tuple[SecretStr, ...] | None) -> tuple[str, ...]:
    """The secrets as they are."""
    return tuple(secret.get_secret_value() for secret in secrets or ())
