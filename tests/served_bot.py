"""A small bot served whole: real store, turns, dialog, outbox and web layer; only the models are a word list."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal, cast

import aiohttp
from aiohttp.test_utils import TestClient, TestServer

from bot.actions.loop import ActionFailed
from bot.active_release import ActiveRelease
from bot.channels.base import Channel
from bot.desk import Desk
from bot.dialog.calls import ActionResult
from bot.dialog.decision import Costs
from bot.dialog.tracker import Tracker
from bot.gathering import PAUSES_S
from bot.insight.reports import Insight
from bot.outreach import Outreach
from bot.people.sessions import Sessions
from bot.project import Project
from bot.reader import Reader, Reading
from bot.release import Release
from bot.respond import Responder
from bot.review.opened import NEWS
from bot.review.review import Review, Told
from bot.runtime import Runtime, Runtimes
from bot.settings import HandoverSettings, ProjectSettings, ServerSettings, WidgetSettings
from bot.store.records import Conversation
from bot.store.retry import RetryPolicy
from bot.store.store import Store
from bot.trackers import Trackers
from bot.turns import Turns
from bot.web.live import CONSOLE, Hub
from bot.web.metrics import Metrics
from bot.web.outbox_sender import OutboxSender
from bot.web.rasa_access import Access
from bot.web.rasa_api import RasaApi
from bot.web.routes import build_app
from bot.web.service import Services
from bot.web.visitors import Visitors
from encoders.workers import ModelWorkers
from intents.understanding import IntentScore, Understanding
from knowledge.documents import Retrieved
from tests.reviewed_project import NearAid
from tests.unit.dialog_assistant import assistant

TOKEN = "a-console-token-for-tests"
DOMAIN = """
    version: "3.1"
    intents: [greet, order, returns]
    responses:
      utter_greet:
      - text: "Hello from Willowbay."
      utter_order:
      - text: "Which order is it?"
        buttons:
        - {title: "The lamp", payload: "/returns"}
        - {title: "The desk", payload: "/greet"}
      utter_returns:
      - text: "Thirty days."
        image: "https://shop.example/returns.png"
      utter_handover:
      - text: "I am passing you on."
      utter_nothing_here:
      - text: "I cannot open this; a colleague will see it."
"""
_WORDS = {"hello": "greet", "parcel": "order", "order": "order", "return": "returns", "back": "returns"}


class WordReader:
    """Finds intents by words; what has none of them is out of scope."""

    knowledge = None

    def ahead(self, text: str) -> None:
        """There is nothing to begin with."""

    async def read(
        self,
        text: str,
        *,
        context: Sequence[str] = (),
        language: str | None = None,
        where: object = None,
    ) -> Reading:
        found = next((intent for word, intent in _WORDS.items() if word in text.lower()), None)
        understanding = Understanding(
            text=text,
            ranking=(IntentScore(intent=found or "greet", confidence=0.99),),
            in_scope=0.99 if found else 0.01,
            language=language or "en",
            model_id="words",
        )
        return Reading(understanding=understanding, retrieved=Retrieved())


@dataclass(frozen=True, slots=True, kw_only=True)
class Bot:
    """A server that answers on loopback."""

    client: TestClient[Any, Any]
    store: Store
    turns: Turns
    desk: Desk
    hub: Hub
    metrics: Metrics
    release: ActiveRelease
    visitors: Visitors
    token: str
    """Of a visitor of the chat."""

    @property
    def visitor(self) -> dict[str, str]:
        """That visitor's headers."""
        return {"Authorization": f"Bearer {self.token}"}

    async def say(self, text: str, sender: str = "ann") -> list[str]:
        """The texts that answer a message on REST."""
        body = {"sender": sender, "message": text}
        answer = await self.client.post("/webhooks/rest/webhook", json=body)
        return [item["text"] for item in await answer.json() if "text" in item]

    async def settled(self) -> None:
        """Wait until nothing is in hand: no turn, and nothing in the outbox that is due."""
        async with asyncio.timeout(60):
            while True:
                counts = await self.store.counts()
                waiting = counts.outbox.get("pending", 0) + counts.outbox.get("sending", 0)
                if not counts.inbox.get("new") and not waiting:
                    return
                await asyncio.sleep(0.01)

    async def lines(self, conversation_id: str) -> list[tuple[str, str]]:
        """What was said, as (who, text)."""
        rows = await self.store.load_events(conversation_id)
        spoken = ("user", "bot", "agent")
        return [(data["event"], data.get("text") or "") for _, data in rows if data["event"] in spoken]

    async def conversations(self) -> tuple[Conversation, ...]:
        return await self.store.conversations()


@asynccontextmanager
async def served(
    folder: Path,
    open_channels: Callable[[aiohttp.ClientSession], Mapping[str, Channel]],
    *,
    unknown_sends: Literal["resend", "hold"] = "resend",
    pause_s: float = 0.0,
    access: Access | None = None,
    body_timeout_s: float = 15.0,
    widget: WidgetSettings = WidgetSettings(),  # noqa: B008 - frozen
    visitors: Visitors = Visitors(),  # noqa: B008 - frozen
    port: int = 0,
    handover: HandoverSettings | None = None,
    database: str = "",
) -> AsyncIterator[Bot]:
    """The bot with its database in `folder`; opening it again goes on where it was.

    Args:
        pause_s: how long platforms' customers are waited for.
        access: who may use Rasa's HTTP API; without it there is none.
        visitors: who is who in the chat; given where a restart shall know them again.
        port: where it listens; 0 is any.
        database: instead of the file in `folder`.
    """
    async with AsyncExitStack() as stack:
        store = await Store.open(database or f"sqlite+aiosqlite:///{folder / 'bot.sqlite'}")
        stack.push_async_callback(store.close)
        session = await stack.enter_async_context(aiohttp.ClientSession())
        channels, hub, metrics = open_channels(session), Hub(), Metrics()
        # The project has no release: none can be put in the place of this one.
        project = Project(folder=folder, settings=ProjectSettings())
        release = ActiveRelease(project, store, cast(ModelWorkers, None), runtime(pause_s, handover)())
        parts: dict[str, Any] = {
            "store": store,
            "runtime": release,
            "responder": Responder(execute=lambda _: _no_action, metrics=metrics),
            "channels": channels,
            "hub": hub,
        }
        turns = Turns(**parts, metrics=metrics)
        trackers = Trackers(**parts, turns=turns)
        desk = Desk(store=store, turns=turns, channels=channels, hub=hub)
        policy = RetryPolicy(first=timedelta(milliseconds=20), longest=timedelta(milliseconds=50))
        sender = OutboxSender(
            store.outbox,
            channels,
            metrics=metrics,
            unknown_sends=unknown_sends,
            policy=policy,
            last_heard=store.last_heard,
        )
        stack.push_async_callback(sender.close)
        sender.start()
        stack.push_async_callback(turns.drain, timeout_s=5)
        await turns.resume()
        told = Told(changed=lambda: hub.publish(CONSOLE, NEWS), erased=turns.forget)
        review = Review(project=project, store=store, aid=NearAid(), locks=turns.locks, told=told)
        app = build_app(
            Services(
                turns=turns,
                desk=desk,
                deliveries=store.outbox,
                sessions=Sessions(store.people, TOKEN),
                uploads=store.uploads,
                people=store.people,
                presence=store.presence,
                version="test",
                name="Willow & Bay",
                console_token=TOKEN,
                hub=hub,
                metrics=metrics,
                channels=channels,
                server=ServerSettings(),
                widget=widget,
                visitors=visitors,
                counts=store.counts,
                review=review,
                outreach=Outreach(store=store, turns=turns, runtime=release, channels=channels),
                body_timeout_s=body_timeout_s,
                insight=Insight(store),
                rasa=RasaApi(access=access, trackers=trackers, releases=release) if access else None,
            )
        )
        client = await stack.enter_async_context(TestClient(TestServer(app, port=port or None)))
        yield Bot(
            client=client,
            store=store,
            turns=turns,
            desk=desk,
            hub=hub,
            metrics=metrics,
            release=release,
            visitors=visitors,
            token=visitors.met()["token"],
        )


def answering(store: Store) -> Turns:
    """The bot's turns on a store, without a server."""
    metrics = Metrics()
    return Turns(
        store=store,
        runtime=runtime(0.0),
        responder=Responder(execute=lambda _: _no_action, metrics=metrics),
        channels={},
        hub=Hub(),
        metrics=metrics,
    )


def runtime(pause_s: float, handover: HandoverSettings | None = None) -> Runtimes:
    made = Runtime(
        release=Release(id="words", folder=Path("releases/words"), facts={}),
        assistant=assistant(DOMAIN),
        reader=cast(Reader, WordReader()),
        costs=Costs(),
        settings=ProjectSettings(
            server=ServerSettings(pauses_s=dict.fromkeys(PAUSES_S, pause_s)),
            handover=handover or HandoverSettings(),
        ),
    )

    def always(conversation_id: str = "") -> Runtime:
        return made

    return always


async def _no_action(name: str, _tracker: Tracker, *, key: str) -> ActionResult:
    raise ActionFailed(name, f"there are no actions here ({key})")
