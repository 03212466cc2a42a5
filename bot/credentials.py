"""`credentials.yml`: which messaging platforms an assistant is on, and the secrets that prove it.

Secrets are named, not written: `access_token: ${WHATSAPP_TOKEN}` is taken from the environment when the file
is read. Secrets written out are for trying things on one's own machine.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pydantic import BaseModel, create_model

from bot.channels.accounts import ACCOUNTS, Account, is_loopback
from bot.errors import SettingsError
from bot.yaml_files import line_of, read_yaml, validated

_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")

# What a Rasa project's file may have and needs no channel of ours: REST is always there.
_WITHOUT_SECRETS = frozenset({"rest", "rasa"})
# fmt: off
_LATER = frozenset({
    "botframework", "cmdline", "hangouts", "mattermost", "rocketchat", "twilio", "twilio_voice", "webexteams",
})
# fmt: on


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """What `credentials.yml` says.

    Attributes:
        channels: by name; those that need no secret are not among them.
        literal: secrets that are written out in the file, as `channel.field`.
        not_served: channels of Rasa's that are named but that this version does not have.
    """

    channels: Mapping[str, Account] = field(default_factory=dict)
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
    names = [name for name in raw if name in ACCOUNTS]
    expanded = expand_variables(raw, os.environ if environment is None else environment, path)
    # A channel without anything under it is one that misses everything.
    file = validated(_file(names), {name: expanded[name] or {} for name in names}, path)
    return Credentials(
        channels={name: getattr(file, name) for name in names},
        literal=tuple(f"{name}.{secret}" for name in names for secret in _written_out(name, raw[name])),
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


def _file(names: list[str]) -> type[BaseModel]:
    """The file as a model: these channels and their accounts."""
    fields: Any = {name: (ACCOUNTS[name], ...) for name in names}
    return create_model("Channels", **fields)


def _refuse_unknown_channels(raw: Mapping[str, Any], path: Path) -> None:
    known = sorted({*ACCOUNTS, *_WITHOUT_SECRETS, *_LATER})
    for name in raw:
        if name not in known:
            close = get_close_matches(str(name), known, n=1)
            hint = f"Did you mean {close[0]!r}?" if close else f"Known are: {', '.join(known)}."
            raise SettingsError(f"{path}:{line_of(path, [name])}: there is no channel {name!r}. {hint}")


def _written_out(name: str, entry: Any) -> list[str]:
    """The fields of a channel that hold secrets and have one written in the file."""
    return [field for field in _secret_fields(name) if _is_literal((entry or {}).get(field))]


def _secret_fields(name: str) -> Iterator[str]:
    """Every name under which a secret may stand."""
    for known, info in ACCOUNTS[name].model_fields.items():
        if "SecretStr" in repr(info.annotation):
            aliases = getattr(info.validation_alias, "choices", ())
            yield from {known, *map(str, aliases)}


def _is_literal(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(_is_literal, value.values()))
    if isinstance(value, list):
        return any(map(_is_literal, value))
    return isinstance(value, str) and not _VARIABLE.search(value)
