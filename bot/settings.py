"""What `kefu.yml` may say, and what comes from the environment.

An assistant's behaviour is in `kefu.yml`; secrets come from the environment alone. Settings are read
when the app is composed, never on import.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.channels.accounts import Url, WebhookSecret
from bot.opening_hours import OpeningHours
from bot.rasa_config import read_rasa_config
from bot.yaml_files import read_yaml, validated


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class CostSettings(_Strict):
    """What each outcome of a message costs the operator, in any one unit."""

    wrong: float = Field(default=10.0, gt=0)
    handover: float = Field(default=3.0, gt=0)
    clarify: float = Field(default=1.0, gt=0)


class ActionSettings(_Strict):
    """Custom actions: on the server that endpoints.yml names, where it names one, or in this process."""

    module: str = "actions"
    run: Literal["auto", "here"] = "auto"
    timeout_s: float = Field(default=8.0, gt=0)


class HandoverSettings(_Strict):
    """When a person takes over, and what waiting customers are told."""

    keywords: tuple[str, ...] = ()
    """Words in a message that give it to a person at once, whatever else it says."""
    position: bool = True
    """Whether somebody who is not next is told their place in the queue."""
    hours: OpeningHours | None = None


class ServerSettings(_Strict):
    """The web server."""

    max_body_bytes: int = Field(default=3 * 1024 * 1024, gt=0)
    rate_per_minute: int = Field(default=600, gt=0, description="messages of one sender")
    turn_timeout_s: float = Field(default=30.0, gt=0)
    model_workers: int = Field(default=2, ge=1)
    pauses_s: dict[str, Annotated[float, Field(ge=0, le=30)]] = {}
    """Channel → seconds that a customer's next message is waited for, to be answered with the last one."""
    cors_origins: tuple[str, ...] = ()
    newcomers_per_minute: int = Field(
        default=120, gt=0, description="new chats, sockets and files of one address; a proxy is one address"
    )
    rasa_api: bool = Field(default=False, description="Rasa's HTTP API beside our own")


def _origin(value: str) -> str:
    """An origin as browsers send it: no path, no wildcard, nothing that could end a header's directive."""
    if not _ORIGIN.fullmatch(value):
        raise ValueError("must be an origin such as https://shop.example: no path, no slash at the end, no *")
    return value


_ORIGIN = re.compile(r"https?://[a-z0-9.-]+(:[0-9]{1,5})?|https?://\[[0-9a-f:]+\](:[0-9]{1,5})?")


class WidgetSettings(_Strict):
    """The chat on other sites' pages."""

    origins: tuple[Annotated[str, AfterValidator(_origin)], ...] = ()
    """The sites whose pages may show the widget."""
    largest_file_bytes: int = Field(default=5 * 1024 * 1024, gt=0)
    all_files_bytes: int = Field(default=1024**3, gt=0)


class RoutingSettings(_Strict):
    """Who gets the conversations that wait for a person, among those with an account whose console is open."""

    assign: bool = Field(default=True, description="without, everybody claims for themselves")
    any_skill_after_s: float = Field(default=60.0, ge=0)
    any_language_after_s: float = Field(default=180.0, ge=0)
    take_back_after_s: float = Field(default=300.0, ge=60)
    """So long after somebody's console was closed their conversations wait again."""


class EventSettings(_Strict):
    """Where every event goes, for analytics; KEFU_EVENTS_SECRET signs what goes to the webhook."""

    file: Path | None = None
    """One JSON object a line; a relative path is one inside the project."""
    webhook: Url | None = None


class GenerationSettings(_Strict):
    """A language model that words answers from articles; KEFU_GENERATION_KEY is the endpoint's key."""

    url: Url
    """Where OpenAI's API begins, such as `http://localhost:11434/v1`."""
    model: str = Field(min_length=1, max_length=200)
    timeout_s: float = Field(default=6.0, gt=0, le=25)
    most_tokens: int = Field(default=400, gt=0, le=4000)


class KnowledgeSettings(_Strict):
    """Where articles are searched, and how they answer."""

    engine: Literal["faiss", "postgresql"] = "faiss"
    """In files of the release, or in the server's PostgreSQL (with pgvector), shared by all its workers."""
    generate: GenerationSettings | None = None


class ProjectSettings(_Strict):
    """All of `kefu.yml`."""

    name: str = "assistant"
    language: str = "en"
    languages: tuple[str, ...] = ("en",)
    encoder: str = "auto"
    costs: CostSettings = CostSettings()
    choices: dict[str, dict[str, str]] = {}
    """How an intent reads on a button when the bot asks back: intent → language → words."""
    actions: ActionSettings = ActionSettings()
    knowledge: KnowledgeSettings = KnowledgeSettings()
    handover: HandoverSettings = HandoverSettings()
    server: ServerSettings = ServerSettings()
    widget: WidgetSettings = WidgetSettings()
    routing: RoutingSettings = RoutingSettings()
    events: EventSettings = EventSettings()
    unknown_sends: Literal["resend", "hold"] = "resend"


LongSecret = Annotated[SecretStr, Field(min_length=32)]


class Secrets(BaseSettings):
    """Secrets, from the environment (`KEFU_CONSOLE_TOKEN`, …). Never written anywhere."""

    model_config = SettingsConfigDict(env_prefix="KEFU_")

    console_token: SecretStr | None = None
    events_secret: WebhookSecret | None = None
    generation_key: SecretStr | None = None
    visitor_secret: LongSecret | None = None
    """Signs the tokens of the chat's visitors; without it a key is made and kept in the project's folder."""
    customer_secret: LongSecret | None = None
    """Shared with the shop, which signs with it who its customers are."""
    api_token: SecretStr | None = None
    api_jwt_secret: SecretStr | None = None
    """The key that signs, or for RS and ES methods the public key in PEM."""
    api_jwt_method: Literal[
        "HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "ES256", "ES384", "ES512"
    ] = "HS256"


def load_settings(folder: Path) -> ProjectSettings:
    """The settings of the assistant in `folder`: `kefu.yml`, then Rasa's `config.yml`, then the defaults.

    Raises:
        InputError: for YAML that cannot be read, an unknown setting or a wrong value, with its line.
    """
    path = folder / "kefu.yml"
    given = read_yaml(path) if path.is_file() else {}
    return validated(ProjectSettings, {**_from_rasa(folder), **given}, path)


def _from_rasa(folder: Path) -> dict[str, Any]:
    """What a `config.yml` says about language and costs."""
    config = read_rasa_config(folder)
    if config is None:
        return {}
    language = {"language": config.language, "languages": (config.language,)} if config.language else {}
    return {"name": folder.resolve().name, "costs": config.costs, **language}
