"""What the web layer needs from the rest: said as protocols, put together in `bot.app`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from bot.articles import Articles
from bot.assist.assist import Assist
from bot.channels.base import Channel
from bot.dialog.events import Event
from bot.messages import Message, Reply
from bot.people.sessions import Sessions
from bot.review.review import Review
from bot.settings import ServerSettings, WidgetSettings
from bot.store.people import People
from bot.store.presence import Presence
from bot.store.records import Counts, Delivery
from bot.store.uploads import Uploads
from bot.web.live import Hub
from bot.web.metrics import Metrics
from bot.web.visitors import Visitors

if TYPE_CHECKING:
    from bot.insight.reports import Insight
    from bot.outreach import Outreach
    from bot.rollout.board import Board
    from bot.web.rasa_api import RasaApi

Json = dict[str, Any]
Check = Callable[[], Awaitable[bool]]


class UnknownThing(Exception):
    """There is no such conversation, or no such open question."""


class TakenByAnother(Exception):
    """Another agent has the conversation; the text names who."""


class CannotBeRated(Exception):
    """The conversation is not closed, or was rated since; the text says which."""


class Turns(Protocol):
    """Answers customers' messages, each exactly once."""

    async def handle(self, message: Message) -> Reply:
        """The reply, when its turn is done; a repeated message id gives the stored reply again."""

    async def accept(self, message: Message) -> bool:
        """Store the message durably and let its turn go on in the background; False when it was seen before."""


class Desk(Protocol):
    """What people of the company see and do.

    A conversation is `{id, channel, sender, owner, agent, language, since, updated_at, preview, last_seq}`, an event
    Rasa's dictionary with `seq`; both are JSON. Methods about one conversation raise UnknownThing where there is
    none, and TakenByAnother where another agent has it.
    """

    async def conversations(self, *, owner: str | None = None, limit: int = 50) -> list[Json]:
        """Conversations, the one last written to first."""

    async def conversation(self, conversation_id: str, *, after: int = 0) -> Json | None:
        """The conversation with `events`: those numbered above `after`. None where there is none."""

    async def holder(self, conversation_id: str) -> str:
        """Who of the company has the conversation; empty where nobody has."""

    async def last_conversation(self, channel: str, sender: str) -> str | None:
        """The id of the conversation that a customer wrote in last; None where there is none."""

    async def rate(self, conversation_id: str, score: int, comment: str) -> None:
        """The customer says how content they are with a conversation that was closed.

        Raises:
            CannotBeRated: when it is not closed, or was rated since.
        """

    async def others(self, conversation_id: str) -> list[Json]:
        """The same customer's other conversations on the channel."""

    async def claim(self, conversation_id: str, agent: str, *, force: bool = False) -> None:
        """The agent answers from now on; `force`, here and below, also when another has it."""

    async def reply(
        self, conversation_id: str, agent: str, text: str, *, offered: tuple[Event, ...] = ()
    ) -> None:
        """The agent says something to the customer; `offered` says what was suggested."""

    async def note(self, conversation_id: str, agent: str, events: tuple[Event, ...]) -> None:
        """Something for colleagues or for learning alone."""

    async def transfer(self, conversation_id: str, agent: str, to: str, *, force: bool = False) -> None:
        """Another agent answers from now on, or with `to` empty whoever claims it."""

    async def hand_back(self, conversation_id: str, agent: str, *, force: bool = False) -> None:
        """The bot answers from now on."""

    async def close(self, conversation_id: str, agent: str, *, force: bool = False) -> None:
        """The matter is settled."""

    async def unanswered(self, *, state: str = "open", limit: int = 100) -> list[Json]:
        """Messages that got no answer, the newest first."""

    async def resolve_unanswered(self, unanswered_id: int, agent: str) -> None:
        """Take one off the list."""


class Deliveries(Protocol):
    """Deliveries that failed: dead ones did not arrive, held ones may have."""

    async def dead(self, *, limit: int = 100) -> tuple[Delivery, ...]:
        """The failed ones, the newest first."""

    async def mark_undelivered(self, channel: str, account: str, platform_id: str, reason: str) -> bool:
        """The platform took it and could not deliver it: it is dead. False when it is none of the last ones."""

    async def replay(self, delivery_id: int) -> bool:
        """Send it again; False when it is not among them."""

    async def drop(self, delivery_id: int) -> bool:
        """Take it off the list for good; False when it is not among them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """Everything `build_app` serves.

    Attributes:
        channels: platforms by name, for their webhooks; REST and the chat page are always there.
        name: the assistant's, as the chat page shows it.
        sessions: who is signed in to the console.
        people: who has an account.
        presence: who has the console open.
        assist: suggests replies to people.
        console_token: lets programs, and on a fresh server people, use the console; an empty one nobody.
        uploads: what visitors sent besides text.
        visitors: who is who in the chat; by default known to this process alone.
        ready: checks by name for `/health/ready`, each true when its part can work.
        explain: why the model understands a text as it does, as `intents.explanation` says it.
        articles: for programs that put, delete and search them.
        outreach: speaks to customers first, on behalf of programs.
        counts: sizes of the queues, read when `/metrics` is.
        body_timeout_s: within this time a request's body must have come.
        rasa: Rasa's HTTP API, where it is wanted.
        review: of the project whose messages these are.
        releases: what the releases page shows and does.
        insight: the figures of the analytics page.
    """

    turns: Turns
    desk: Desk
    deliveries: Deliveries
    sessions: Sessions
    uploads: Uploads
    people: People
    presence: Presence
    version: str
    name: str = ""
    console_token: str = field(repr=False)
    hub: Hub = field(default_factory=Hub)
    metrics: Metrics = field(default_factory=Metrics)
    channels: Mapping[str, Channel] = field(default_factory=dict)
    server: ServerSettings = field(default_factory=ServerSettings)
    widget: WidgetSettings = field(default_factory=WidgetSettings)
    visitors: Visitors = field(default_factory=Visitors)
    ready: Mapping[str, Check] = field(default_factory=dict)
    explain: Callable[[str], Awaitable[Json]] | None = None
    articles: Articles | None = None
    outreach: Outreach | None = None
    assist: Assist | None = None
    counts: Callable[[], Awaitable[Counts]] | None = None
    body_timeout_s: float = 15.0
    rasa: RasaApi | None = None
    review: Review | None = None
    releases: Board | None = None
    insight: Insight | None = None
