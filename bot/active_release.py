"""The release that serves: swapped as a whole while messages come in, and never for one that does not load."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from functools import partial
from typing import cast

from bot.project import Project
from bot.reader import Reader, Reading
from bot.release import choose_release, open_release
from bot.rollout.beside import Beside
from bot.runtime import OpenLive, Runtime, load_runtime
from bot.store.store import Store
from bot.store.traffic import Deed
from encoders.errors import ArtifactError, KefuError
from encoders.workers import ModelWorkers
from knowledge.base import LiveKnowledgeBase

log = logging.getLogger("kefu.release")

INTERVAL_S = 1.0
"""How often the database is asked which release is to serve."""
NONE = ""
"""What the database says after the model was unloaded by hand."""


class NoModel(Exception):
    """The model was unloaded by hand, and no other was loaded since."""


class _NoReader:
    """Stands where the models were: what needs them fails, and the customer is given to a person."""

    knowledge = None

    def ahead(self, text: str) -> None:
        """There is nothing to encode with."""

    async def read(self, *_args: object, **_options: object) -> Reading:
        raise NoModel("no model is loaded")


class ActiveRelease:
    """Which release answers. A swap is one assignment: a turn in hand keeps the runtime it began with."""

    def __init__(
        self,
        project: Project,
        store: Store,
        workers: ModelWorkers,
        runtime: Runtime,
        live: OpenLive | None = None,
    ) -> None:
        """Use `ActiveRelease.open`."""
        self._live = live
        self.current = runtime
        self._project = project
        self._store = store
        self._workers = workers
        self._swapping = asyncio.Lock()
        self._refused: str | None = None
        self.beside = Beside(project, partial(_loaded, project, workers=workers, live=live), self._retire)

    @classmethod
    async def open(
        cls, project: Project, store: Store, workers: ModelWorkers, live: OpenLive
    ) -> ActiveRelease:
        """The promoted release, loaded; the newest one is promoted where none is.

        Args:
            live: opens its articles to be changed while they are searched.

        Raises:
            ArtifactError: when there is none, or it cannot be used.
        """
        active = await store.active_release() or None
        chosen = choose_release(project, active)
        runtime = await asyncio.to_thread(_loaded, project, chosen, workers=workers, live=live)
        if active is None:
            await store.set_active_release(chosen)
        opened = cls(project, store, workers, runtime, live)
        await opened.beside.follow(await store.traffic.read())
        return opened

    def __call__(self, conversation_id: str = "") -> Runtime:
        """The release that answers a conversation: the active one, but where a split gives it to another."""
        return self.beside.answering(conversation_id) or self.current

    @property
    def is_loaded(self) -> bool:
        """Whether there are models to understand messages with."""
        return not isinstance(self.current.reader, _NoReader)

    async def promote(self, release_id: str, *, deed: Deed = "promote", by: str = "") -> None:
        """Serve another release from now on, here and in every other process of this database.

        Raises:
            ArtifactError: when it cannot be used; the one before stays.
        """
        async with self._swapping:
            await self._swap(release_id)
            await self._store.traffic.change(deed, release_id, by=by)
            await self.beside.follow(await self._store.traffic.read())

    async def give(self, deed: Deed, release_id: str, *, percent: float = 0.0, by: str = "") -> None:
        """Let a release look on (`shadow`), or answer a part of the conversations (`split`); an empty id ends it.

        Raises:
            ArtifactError: when it is missing or damaged; nothing changes.
        """
        async with self._swapping:
            if release_id:
                await asyncio.to_thread(open_release, self._project, release_id)
            await self._store.traffic.change(deed, release_id, percent=percent, by=by)
            await self.beside.follow(await self._store.traffic.read())

    async def unload(self) -> None:
        """Let go of the models until a release is promoted; free texts go to people meanwhile."""
        async with self._swapping:
            await self._store.set_active_release(NONE)
            self._unload()

    async def watch(self, *, interval_s: float = INTERVAL_S) -> None:
        """Follow what the database says, until cancelled. A release that cannot be used is refused once."""
        while True:
            await asyncio.sleep(interval_s)
            try:
                async with self._swapping:
                    traffic = await self._store.traffic.read()
                    await self.beside.follow(traffic)
                    await self._follow(traffic.active)
            except KefuError as error:
                log.error("the promoted release cannot be used, the old one stays: %s", error)

    def close(self) -> None:
        """Close what keeps the changed articles; these stay."""
        for runtime in (self.current, *self.beside.close()):
            _close(runtime)

    async def _follow(self, wanted: str | None) -> None:
        if wanted is None or wanted == self._refused:
            return
        if wanted == NONE:
            self._unload()
        elif wanted != self.current.release.id or not self.is_loaded:
            try:
                await self._swap(wanted)
            except KefuError:
                self._refused = wanted
                raise

    async def _swap(self, release_id: str) -> None:
        self._replace(
            await asyncio.to_thread(
                _loaded, self._project, release_id, workers=self._workers, live=self._live
            )
        )
        self._refused = None
        log.info("release %s serves from now on", release_id, extra={"action": "swapped"})

    def _unload(self) -> None:
        if self.is_loaded:
            self._replace(replace(self.current, reader=cast(Reader, _NoReader())))
            log.warning("the model was unloaded; free texts go to people", extra={"action": "unloaded"})

    def _replace(self, runtime: Runtime) -> None:
        old, self.current = self.current, runtime
        self._retire(old)

    def _retire(self, old: Runtime) -> None:
        # Turns in hand go on with the old one; when the longest of them is over nobody reads it any more.
        longest_s = old.settings.server.turn_timeout_s + 1.0
        asyncio.get_running_loop().call_later(longest_s, _close, old)


def _loaded(project: Project, release_id: str, *, workers: ModelWorkers, live: OpenLive | None) -> Runtime:
    """The release loaded, and tried once: what fails on every message must not begin to serve."""
    release = open_release(project, release_id)
    try:
        runtime = load_runtime(project, release, workers=workers, live=live)
        runtime.reader.read_now("hello")
    except KefuError:
        raise
    except Exception as error:
        raise ArtifactError(f"Release {release_id} cannot be loaded ({error}). Train a new one.") from error
    return runtime


def _close(runtime: Runtime) -> None:
    if isinstance(runtime.reader.knowledge, LiveKnowledgeBase):
        runtime.reader.knowledge.close()
