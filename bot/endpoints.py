"""Rasa's `endpoints.yml`: the servers that a project's own code and wording come from."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

from bot.credentials import expand_variables
from bot.yaml_files import Lines, read_yaml, validated

ENDPOINTS: Final = "endpoints.yml"
_READ: Final = ("action_endpoint", "nlg")
_UNKNOWN: Final = "kefu has nothing of that name"
_NOT_READ: Final = {
    "tracker_store": "conversations are kept in kefu's own database (`kefu serve --database`)",
    "lock_store": "turns are kept apart by kefu's own database",
    "event_broker": "events go where `events` in kefu.yml says",
    "models": "releases are folders of the project (`kefu release`)",
    "nlu": "messages are understood by the release",
    "tracing": "traces are not sent",
    "anonymization": "what is stored is not changed",
    "model_groups": "`knowledge: {generate: …}` in kefu.yml names a language model that words answers",
}


class BasicAuth(BaseModel):
    """A name and a password."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    username: str
    password: SecretStr


class Endpoint(BaseModel):
    """A server and how to speak to it, in Rasa's words."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: str
    headers: dict[str, str] = Field(default_factory=dict)
    params: dict[str, str] = Field(default_factory=dict)
    basic_auth: BasicAuth | None = None
    token: SecretStr | None = None
    token_name: str = "token"  # noqa: S105
    cafile: str | None = None
    enable_selective_domain: bool = False
    compress: bool = False

    @field_validator("url")
    @classmethod
    def _web(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError("must be the address of a server, such as http://localhost:5055/webhook")
        return value

    @property
    def query(self) -> dict[str, str]:
        """The parameters of every request, with the token where there is one."""
        token = {self.token_name: self.token.get_secret_value()} if self.token else {}
        return {**self.params, **token}


class _File(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    action_endpoint: Endpoint | None = None
    nlg: Endpoint | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoints:
    """What `endpoints.yml` says.

    Attributes:
        actions: the action server.
        nlg: the server that words responses.
        remarks: (`file:line`, what becomes of a key that is not read).
    """

    actions: Endpoint | None = None
    nlg: Endpoint | None = None
    remarks: tuple[tuple[str, str], ...] = field(default_factory=tuple)


def load_endpoints(folder: Path, environment: Mapping[str, str] | None = None) -> Endpoints:
    """The endpoints of the project in `folder`; none where it has no `endpoints.yml`.

    Raises:
        InputError: for YAML that cannot be read, and for settings of an endpoint that are unknown or wrong.
        SettingsError: for a variable that is not in the environment, naming it.
    """
    path = folder / ENDPOINTS
    raw = read_yaml(path) if path.is_file() else {}
    lines = Lines(path)
    given: dict[str, Any] = {key: raw[key] for key in _READ if raw.get(key) is not None}
    expanded = expand_variables(given, os.environ if environment is None else environment, path)
    file = validated(_File, expanded, path)
    return Endpoints(
        actions=file.action_endpoint,
        nlg=file.nlg,
        remarks=tuple(
            (f"{path}:{lines.of((key,))}", f"{key}: not read, {_NOT_READ.get(key, _UNKNOWN)}.")
            for key in raw
            if key not in _READ and key != "version"
        ),
    )
