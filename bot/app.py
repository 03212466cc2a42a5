"""The composition root: where the concrete parts of a server meet."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from importlib.metadata import version

import aiohttp
from aiohttp import web

from bot.actions.opened import opened_actions, opened_wording
from bot.active_release import ActiveRelease
from bot.articles import Articles, live_articles, watch_articles
from bot.assist.assist import Assist
from bot.assist.canned import Canned
from bot.assist.learning import Learning
from bot.assist.router import Router
from bot.channels.catalogue import open_channels
from bot.credentials import Credentials
from bot.desk import Desk
from bot.event_sinks import FileSink, Sink, WebhookSink
from bot.event_stream import EventStream
from bot.generation import opened_generation
from bot.insight.reports import Insight
from bot.lull import lull_of
from bot.outreach import Outreach
from bot.people.sessions import Sessions
from bot.project import Project
from bot.relay import relay
from bot.reminders import Reminders
from bot.respond import Responder
from bot.review.opened import opened_review
from bot.rollout.board import Board
from bot.rollout.shadow import watch_decisions
from bot.rollout.work import Work
from bot.store.store import Store
from bot.trackers import Trackers
from bot.turns import Turns
from bot.web.errors import ApiError
from bot.web.live import Hub
from bot.web.metrics import Metrics
from bot.web.outbox_sender import OutboxSender
from bot.web.rasa_access import Access
from bot.web.rasa_api import RasaApi
from bot.web.routes import build_app
from bot.web.service import Check, Json, Services
from bot.web.visitors import Visitors
from bot.wording import watch_wording
from encoders.encoder import Encoder
from encoders.workers import ModelWorkers
from intents.explanation import explain

log = logging.getLogger("kefu.app")

DRAIN_S = 20.0
"""How long a stopping server lets the turns in hand go on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What a server is started with.

    Attributes:
        access: who may use Rasa's HTTP API; None where it is not served.
        events_secret: signs the events that go to a webhook.
    """

    project: Project
    database_url: str
    credentials: Credentials
    console_token: str
    visitors: Visitors
    access: Access | None = None
    events_secret: str = field(default="", repr=False)


@asynccontextmanager
async def composed(options: Options) -> AsyncIterator[web.Application]:
    """The application with everything it needs open; closed in the opposite order, turns finished first.

    Raises:
        KefuError: for a database, release or credentials that cannot be used; nothing is left open.
    """
    project = options.project
    async with AsyncExitStack() as stack:
        store = await Store.open(options.database_url)
        stack.push_async_callback(store.close)
        workers = ModelWorkers(project.settings.server.model_workers)
        stack.callback(workers.close)
        live = live_articles(project, options.database_url)
        runtime = await ActiveRelease.open(project, store, workers, live)
        stack.callback(runtime.close)
        actions = await stack.enter_async_context(opened_actions(project))
        reword = await stack.enter_async_context(opened_wording(project))
        session = await stack.enter_async_context(aiohttp.ClientSession())
        channels = open_channels(options.credentials, session)
        hub, metrics = Hub(), Metrics()
        generate = await stack.enter_async_context(
            opened_generation(project.settings.knowledge.generate, metrics.generated)
        )
        responder = Responder(execute=lambda _: actions, metrics=metrics, reword=reword, generate=generate)
        turns = Turns(
            store=store, runtime=runtime, responder=responder, channels=channels, hub=hub, metrics=metrics
        )
        trackers = Trackers(
            store=store, turns=turns, runtime=runtime, responder=responder, channels=channels, hub=hub
        )
        sender = OutboxSender(
            store.outbox,
            channels,
            metrics=metrics,
            unknown_sends=project.settings.unknown_sends,
            last_heard=store.last_heard,
        )
        stack.push_async_callback(sender.close)
        sender.start()
        stack.push_async_callback(turns.drain, timeout_s=DRAIN_S)
        for watch in (watch_wording(project, runtime), watch_articles(project, runtime), runtime.watch()):
            stack.callback(asyncio.create_task(watch).cancel)
        work = Work(project, store.jobs, active=lambda: runtime.current.release.id, alone=store.alone)
        await work.open()
        stack.push_async_callback(work.close)
        insight = Insight(store, lull=lull_of(turns.in_hand))
        shadowing = watch_decisions(hub, store.shadows, lambda: runtime.beside.shadow)
        for task in (relay(store, hub), shadowing, insight.follower.run()):
            stack.callback(asyncio.create_task(task).cancel)
        for sink in _event_sinks(options, session):
            stack.callback(
                asyncio.create_task(EventStream(store.cursors, sink, alone=store.alone).run()).cancel
            )
        review = await stack.enter_async_context(opened_review(project, store, runtime, turns, hub))
        resumed = await turns.resume()
        if resumed:
            log.info("taking up messages that were not finished", extra={"messages": resumed})
        stack.callback(asyncio.create_task(Reminders(store, hub, turns.accept).run()).cancel)
        learning = Learning(project, store.cursors, workers)
        assist = Assist(
            store=store, runtime=runtime, hub=hub, learning=learning, canned=Canned(project.folder)
        )
        desk = Desk(store=store, turns=turns, channels=channels, hub=hub)
        router = Router(store=store, desk=desk, hub=hub, settings=project.settings.routing)
        for task in (learning.run(lambda: _encoder(runtime)), assist.run(), router.run()):
            stack.callback(asyncio.create_task(task).cancel)
        yield build_app(
            Services(
                turns=turns,
                desk=desk,
                deliveries=store.outbox,
                sessions=Sessions(store.people, options.console_token),
                people=store.people,
                presence=store.presence,
                assist=assist,
                version=version("kefu"),
                name=project.settings.name,
                uploads=store.uploads,
                visitors=options.visitors,
                widget=project.settings.widget,
                console_token=options.console_token,
                hub=hub,
                metrics=metrics,
                channels=channels,
                server=project.settings.server,
                ready={"store": _answers(store), "release": _is_loaded(runtime)},
                explain=_explainer(runtime),
                articles=Articles(runtime),
                outreach=Outreach(store=store, turns=turns, runtime=runtime, channels=channels),
                counts=store.counts,
                review=review,
                rasa=RasaApi(access=options.access, trackers=trackers, releases=runtime)
                if options.access
                else None,
                releases=Board(project, store, runtime, work),
                insight=insight,
            )
        )


def _event_sinks(options: Options, session: aiohttp.ClientSession) -> Iterator[Sink]:
    """Where the settings send the events."""
    settings = options.project.settings.events
    if settings.file is not None:
        yield FileSink(path=options.project.folder / settings.file)
    if settings.webhook is not None:
        yield WebhookSink(url=settings.webhook, secret=options.events_secret, session=session)


def _explainer(runtime: ActiveRelease) -> Callable[[str], Awaitable[Json]]:
    """Explains with the release that serves at the moment, on the model's workers."""

    async def explained(text: str) -> Json:
        if not runtime.is_loaded:
            raise ApiError(503, "No intent model is loaded.")
        reader = runtime.current.reader
        found = await reader.run(explain, reader.classifier, text)
        return found.as_dict()

    return explained


def _encoder(runtime: ActiveRelease) -> Encoder | None:
    return runtime.current.reader.classifier.encoder if runtime.is_loaded else None


def _answers(store: Store) -> Check:
    async def check() -> bool:
        await store.counts()
        return True

    return check


def _is_loaded(runtime: ActiveRelease) -> Check:
    async def check() -> bool:
        return runtime.is_loaded

    return check
