"""The composition root: where the concrete parts of a server meet."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from importlib.metadata import version

import aiohttp
from aiohttp import web

from bot.actions.opened import opened_actions, opened_wording
from bot.articles import Articles, close_articles, watch_articles
from bot.channels.catalogue import open_channels
from bot.credentials import Credentials
from bot.desk import Desk
from bot.project import Project
from bot.release import choose_release, open_release
from bot.reminders import Reminders
from bot.respond import Responder
from bot.runtime import Runtime, load_runtime
from bot.store.store import Store
from bot.turns import Turns
from bot.web.live import Hub
from bot.web.metrics import Metrics
from bot.web.outbox_sender import OutboxSender
from bot.web.routes import build_app
from bot.web.service import Check, Json, Services
from bot.wording import watch_wording
from encoders.workers import ModelWorkers
from intents.explanation import explain

log = logging.getLogger("kefu.app")

DRAIN_S = 20.0
"""How long a stopping server lets the turns in hand go on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What a server is started with."""

    project: Project
    database_url: str
    credentials: Credentials
    console_token: str


class RuntimePointer:
    """Which release answers. Swapping it is one assignment: a turn in hand keeps the one it began with."""

    def __init__(self, runtime: Runtime) -> None:
        self.current = runtime

    def __call__(self) -> Runtime:
        return self.current


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
        runtime = RuntimePointer(await _active_runtime(project, store, workers))
        actions = await stack.enter_async_context(opened_actions(project))
        reword = await stack.enter_async_context(opened_wording(project))
        session = await stack.enter_async_context(aiohttp.ClientSession())
        channels = open_channels(options.credentials, session)
        hub, metrics = Hub(), Metrics()
        turns = Turns(
            store=store,
            runtime=runtime,
            responder=Responder(execute=lambda _: actions, metrics=metrics, reword=reword),
            channels=channels,
            hub=hub,
            metrics=metrics,
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
        for watch in (watch_wording, watch_articles):
            stack.callback(asyncio.create_task(watch(project, runtime)).cancel)
        stack.callback(close_articles, runtime)
        resumed = await turns.resume()
        if resumed:
            log.info("taking up messages that were not finished", extra={"messages": resumed})
        stack.callback(asyncio.create_task(Reminders(store, hub, turns.accept).run()).cancel)
        yield build_app(
            Services(
                turns=turns,
                desk=Desk(store=store, turns=turns, channels=channels, hub=hub),
                deliveries=store.outbox,
                version=version("kefu"),
                name=project.settings.name,
                console_token=options.console_token,
                hub=hub,
                metrics=metrics,
                channels=channels,
                server=project.settings.server,
                ready={"store": _answers(store), "release": _is_loaded(runtime)},
                explain=_explainer(runtime),
                articles=Articles(runtime),
                counts=store.counts,
            )
        )


async def _active_runtime(project: Project, store: Store, workers: ModelWorkers) -> Runtime:
    """The promoted release, loaded; the newest one is promoted where none is."""
    active = await store.active_release()
    chosen = choose_release(project, active)
    release = await asyncio.to_thread(open_release, project, chosen)
    runtime = await asyncio.to_thread(load_runtime, project, release, workers=workers, live=True)
    if active is None:
        await store.set_active_release(chosen)
    return runtime


def _explainer(runtime: RuntimePointer) -> Callable[[str], Awaitable[Json]]:
    """Explains with the release that serves at the moment, on the model's workers."""

    async def explained(text: str) -> Json:
        reader = runtime.current.reader
        found = await reader.run(explain, reader.classifier, text)
        return found.as_dict()

    return explained


def _answers(store: Store) -> Check:
    async def check() -> bool:
        await store.counts()
        return True

    return check


def _is_loaded(runtime: RuntimePointer) -> Check:
    async def check() -> bool:
        return runtime.current is not None

    return check
