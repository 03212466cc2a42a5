"""The composition root: where the concrete parts of a server meet."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from typing import Any

import aiohttp
from aiohttp import web

from bot.actions.opened import opened_actions, opened_wording
from bot.active_release import ActiveRelease
from bot.articles import Articles, live_articles, watch_articles
from bot.assist.assist import Assist
from bot.assist.canned import Canned
from bot.assist.learning import Learning
from bot.assist.router import Router
from bot.channels.base import Channel
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
from bot.review.review import Review
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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ground:
    """What everything else of a server stands on."""

    project: Project
    store: Store
    workers: ModelWorkers
    runtime: ActiveRelease
    session: aiohttp.ClientSession
    channels: Mapping[str, Channel]
    responder: Responder
    hub: Hub
    metrics: Metrics


@dataclass(frozen=True, slots=True, kw_only=True)
class _Beside:
    """What works beside the answering: for agents, reviewers, and who looks after releases."""

    work: Work
    insight: Insight
    review: Review
    assist: Assist
    desk: Desk


@asynccontextmanager
async def composed(options: Options) -> AsyncIterator[web.Application]:
    """The application with everything it needs open; closed in the opposite order, turns finished first.

    Raises:
        KefuError: for a database, release or credentials that cannot be used; nothing is left open.
    """
    async with AsyncExitStack() as stack:
        ground = await _opened_ground(options, stack)
        turns = _answering(ground, stack)
        beside = await _opened_beside(options, ground, turns, stack)
        services = _customers_services(options, ground, turns, beside.desk)
        yield build_app(_with_programs(_with_peoples(services, ground, beside), options, ground, turns))


async def _opened_ground(options: Options, stack: AsyncExitStack) -> _Ground:
    project = options.project
    store = await Store.open(options.database_url)
    stack.push_async_callback(store.close)
    workers = ModelWorkers(project.settings.server.model_workers)
    stack.callback(workers.close)
    runtime = await ActiveRelease.open(project, store, workers, live_articles(project, options.database_url))
    stack.callback(runtime.close)
    metrics = Metrics()
    responder = await _opened_responder(project, metrics, stack)
    session = await stack.enter_async_context(aiohttp.ClientSession())
    return _Ground(
        project=project,
        store=store,
        workers=workers,
        runtime=runtime,
        session=session,
        channels=open_channels(options.credentials, session),
        responder=responder,
        hub=Hub(),
        metrics=metrics,
    )


async def _opened_responder(project: Project, metrics: Metrics, stack: AsyncExitStack) -> Responder:
    actions = await stack.enter_async_context(opened_actions(project))
    reword = await stack.enter_async_context(opened_wording(project))
    generating = opened_generation(project.settings.knowledge.generate, metrics.generated)
    generate = await stack.enter_async_context(generating)
    return Responder(execute=lambda _: actions, metrics=metrics, reword=reword, generate=generate)


def _answering(ground: _Ground, stack: AsyncExitStack) -> Turns:
    """Customers' messages are answered and the answers delivered; on closing, turns are finished first."""
    turns = Turns(
        store=ground.store,
        runtime=ground.runtime,
        responder=ground.responder,
        channels=ground.channels,
        hub=ground.hub,
        metrics=ground.metrics,
    )
    sender = OutboxSender(
        ground.store.outbox,
        ground.channels,
        metrics=ground.metrics,
        unknown_sends=ground.project.settings.unknown_sends,
        last_heard=ground.store.last_heard,
    )
    stack.push_async_callback(sender.close)
    sender.start()
    stack.push_async_callback(turns.drain, timeout_s=DRAIN_S)
    return turns


async def _opened_beside(options: Options, ground: _Ground, turns: Turns, stack: AsyncExitStack) -> _Beside:
    project, store, runtime, hub = ground.project, ground.store, ground.runtime, ground.hub
    _run(stack, watch_wording(project, runtime), watch_articles(project, runtime), runtime.watch())
    work = Work(project, store.jobs, active=lambda: runtime.current.release.id, alone=store.alone)
    await work.open()
    stack.push_async_callback(work.close)
    insight = Insight(store, lull=lull_of(turns.in_hand))
    shadowing = watch_decisions(hub, store.shadows, lambda: runtime.beside.shadow)
    _run(stack, relay(store, hub), shadowing, insight.follower.run())
    sinks = _event_sinks(options, ground.session)
    _run(stack, *(EventStream(store.cursors, sink, alone=store.alone).run() for sink in sinks))
    review = await stack.enter_async_context(opened_review(project, store, runtime, turns, hub))
    await _resumed(turns)
    _run(stack, Reminders(store, hub, turns.accept).run())
    desk = Desk(store=store, turns=turns, channels=ground.channels, hub=hub)
    assist = _assisting(ground, desk, stack)
    return _Beside(work=work, insight=insight, review=review, assist=assist, desk=desk)


async def _resumed(turns: Turns) -> None:
    """Messages that were accepted before the server stopped are taken up."""
    resumed = await turns.resume()
    if resumed:
        log.info("taking up messages that were not finished", extra={"messages": resumed})


def _assisting(ground: _Ground, desk: Desk, stack: AsyncExitStack) -> Assist:
    """Agents are sent customers and suggestions."""
    project, store, runtime, hub = ground.project, ground.store, ground.runtime, ground.hub
    learning = Learning(project, store.cursors, ground.workers)
    canned = Canned(project.folder)
    assist = Assist(store=store, runtime=runtime, hub=hub, learning=learning, canned=canned)
    router = Router(store=store, desk=desk, hub=hub, settings=project.settings.routing)
    _run(stack, learning.run(lambda: _encoder(runtime)), assist.run(), router.run())
    return assist


def _run(stack: AsyncExitStack, *works: Coroutine[Any, Any, None]) -> None:
    """Each goes on in the background until the stack is closed."""
    for work in works:
        stack.callback(asyncio.create_task(work).cancel)


def _customers_services(options: Options, ground: _Ground, turns: Turns, desk: Desk) -> Services:
    settings, store, runtime = ground.project.settings, ground.store, ground.runtime
    return Services(
        turns=turns,
        desk=desk,
        deliveries=store.outbox,
        sessions=Sessions(store.people, options.console_token),
        people=store.people,
        presence=store.presence,
        version=version("kefu"),
        name=settings.name,
        uploads=store.uploads,
        visitors=options.visitors,
        widget=settings.widget,
        console_token=options.console_token,
        hub=ground.hub,
        metrics=ground.metrics,
        channels=ground.channels,
        server=settings.server,
        ready={"store": _answers(store), "release": _is_loaded(runtime)},
        counts=store.counts,
    )


def _with_peoples(services: Services, ground: _Ground, beside: _Beside) -> Services:
    """With what the console's pages do."""
    return replace(
        services,
        assist=beside.assist,
        explain=_explainer(ground.runtime),
        review=beside.review,
        releases=Board(ground.project, ground.store, ground.runtime, beside.work),
        insight=beside.insight,
    )


def _with_programs(services: Services, options: Options, ground: _Ground, turns: Turns) -> Services:
    """With what programs ask for: articles, messages to customers, Rasa's HTTP API."""
    store, runtime, channels = ground.store, ground.runtime, ground.channels
    return replace(
        services,
        articles=Articles(runtime),
        outreach=Outreach(store=store, turns=turns, runtime=runtime, channels=channels),
        rasa=_rasa_api(options.access, ground, turns) if options.access else None,
    )


def _rasa_api(access: Access, ground: _Ground, turns: Turns) -> RasaApi:
    trackers = Trackers(
        store=ground.store,
        turns=turns,
        runtime=ground.runtime,
        responder=ground.responder,
        channels=ground.channels,
        hub=ground.hub,
    )
    return RasaApi(access=access, trackers=trackers, releases=ground.runtime)


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
