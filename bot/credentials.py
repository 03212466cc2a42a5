"""`credentials.yml`: which messaging platforms an assistant is on, and the secrets that prove it.

Secrets are named, not written: `access_token: ${WHATSAPP_TOKEN}` is taken from the environment when the file
is read. Secrets written out are for trying things on one's own machine.
"""

from __future__ import annotations

import ipaddress
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, field_validator

from bot.errors import SettingsError
from bot.yaml_files import line_of, read_yaml, validated

_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")

# What a Rasa project's file may have and needs no channel of ours: REST is always there.
_WITHOUT_SECRETS = frozenset({"rest", "rasa"})
# fmt: off
_LATER = frozenset({
    "botframework", "callback", "chatwoot", "cmdline", "facebook", "hangouts", "mattermost", "rocketchat",
    "slack", "socketio", "telegram", "twilio", "twilio_voice", "webexteams", "wechat", "wecom",
})
# fmt: on

Secret = Annotated[SecretStr, Field(min_length=1)]


class WhatsAppCredentials(BaseModel):
    """One phone number on the WhatsApp Business Cloud API."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    phone_number_id: str = Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")
    access_token: Secret
    app_secret: Annotated[
        tuple[Secret, ...],
        Field(min_length=1, max_length=2),
        BeforeValidator(lambda value: [value] if isinstance(value, str) else value),
    ]
    verify_token: Secret
    api_url: str = "https://graph.facebook.com"
    api_version: str = Field(default="v23.0", pattern=r"^v\d+\.\d+$")

    @field_validator("phone_number_id", mode="before")
    @classmethod
    def _number_as_text(cls, value: Any) -> Any:
        return str(value) if isinstance(value, int) and not isinstance(value, bool) else value

    @field_validator("api_url")
    @classmethod
    def _private(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(parts.hostname or "")):
            raise ValueError("must begin with https://, because the access token travels with it")
        return value.rstrip("/")


class _File(BaseModel):
    """The channels in the file that have secrets."""

    model_config = ConfigDict(frozen=True)

    whatsapp: WhatsAppCredentials | None = None


_SECRETS = {"whatsapp": ("access_token", "app_secret", "verify_token")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """What `credentials.yml` says.

    Attributes:
        channels: by name; those that need no secret are not among them.
        literal: secrets that are written out in the file, as `channel.field`.
        not_served: channels of Rasa's that are named but that this version does not have.
    """

    channels: Mapping[str, WhatsAppCredentials] = field(default_factory=dict)
    literal: tuple[str, ...] = ()
    not_served: tuple[str, ...] = ()


def load_credentials(folder: Path, environment: Mapping[str, str] | None = None) -> Credentials:
    """The credentials of the assistant in `folder`; none where it has no `credentials.yml`.

    Raises:
        InputError: for YAML that cannot be read and settings that are unknown, missing or wrong, by line.
        SettingsError: for an unknown channel, or a variable that is not in the environment, naming it.
    """
    path = folder / "credentials.yml"
    raw = read_yaml(path) if path.is_file() else {}
    _refuse_unknown_channels(raw, path)
    names = [name for name in raw if name in _SECRETS]
    expanded = expand_variables(raw, os.environ if environment is None else environment, path)
    # A channel without anything under it is one that misses everything.
    file = validated(_File, {name: expanded[name] or {} for name in names}, path)
    return Credentials(
        channels={name: getattr(file, name) for name in names},
        literal=tuple(
            f"{name}.{secret}"
            for name in names
            for secret in _SECRETS[name]
            if _written_out(raw[name], secret)
        ),
        not_served=tuple(name for name in raw if name in _LATER),
    )


def refuse_literal_secrets(credentials: Credentials, host: str) -> None:
    """Check that the secrets of a server that others can reach are not written in a file.

    Raises:
        SettingsError: when `host` is not this machine alone and there are such secrets, naming them.
    """
    if credentials.literal and not is_loopback(host):
        raise SettingsError(
            f"credentials.yml has secrets written out ({', '.join(credentials.literal)}) and {host} can be "
            "reached from outside. Put them into the environment and write ${NAME} in the file instead."
        )


def expand_variables(value: Any, environment: Mapping[str, str], path: Path) -> Any:
    """The value with each `${NAME}` in its texts replaced from the environment.

    Raises:
        SettingsError: when a variable is not there, or empty.
    """
    if isinstance(value, dict):
        return {key: expand_variables(item, environment, path) for key, item in value.items()}
    if isinstance(value, list):
        return [expand_variables(item, environment, path) for item in value]
    if not isinstance(value, str):
        return value
    for name in _VARIABLE.findall(value):
        if not environment.get(name):
            raise SettingsError(f"{path} needs the environment variable {name}, which is not set.")
    return _VARIABLE.sub(lambda match: environment[match[1]], value)


def is_loopback(host: str) -> bool:
    """Whether a server bound to `host` can be reached from this machine alone."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _refuse_unknown_channels(raw: Mapping[str, Any], path: Path) -> None:
    known = sorted({*_SECRETS, *_WITHOUT_SECRETS, *_LATER})
    for name in raw:
        if name not in known:
            close = get_close_matches(str(name), known, n=1)
            hint = f"Did you mean {close[0]!r}?" if close else f"Known are: {', '.join(known)}."
            raise SettingsError(f"{path}:{line_of(path, [name])}: there is no channel {name!r}. {hint}")


def _written_out(entry: Any, secret: str) -> bool:
    value = entry.get(secret) if isinstance(entry, dict) else None
    values = value if isinstance(value, list) else [value]
    return any(isinstance(item, str) and not _VARIABLE.search(item) for item in values)
