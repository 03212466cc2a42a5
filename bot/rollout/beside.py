"""Releases that are loaded beside the one that serves: a part of the traffic is theirs, or they only look on."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from bot.articles import watch_articles
from bot.project import Project
from bot.runtime import Runtime
from bot.store.traffic import Traffic
from bot.wording import watch_wording
from encoders.errors import KefuError

log = logging.getLogger("kefu.release")


class Loaded:
    """A release beside the active one, with wording and articles as new as the active one's."""

    def __init__(self, project: Project, runtime: Runtime) -> None:
        self.current = runtime
        watches = (watch_wording(project, self), watch_articles(project, self))
        self._watching = [asyncio.create_task(watch) for watch in watches]

    def stop(self) -> Runtime:
        """Follow the files no longer; gives the runtime, which the caller closes when nobody reads it any more."""
        for task in self._watching:
            task.cancel()
        return self.current


class Beside:
    """Keeps the releases that a split or a shadow names loaded, and no other."""

    def __init__(
        self, project: Project, load: Callable[[str], Runtime], retire: Callable[[Runtime], None]
    ) -> None:
        """`load` runs on a thread; `retire` gets what is not needed any more."""
        self._project = project
        self._load = load
        self._retire = retire
        self._loaded: dict[str, Loaded] = {}
        self._refused: set[str] = set()
        self._traffic = Traffic()

    @property
    def shadow(self) -> Runtime | None:
        """The release that looks on."""
        found = self._loaded.get(self._traffic.shadow)
        return found.current if found else None

    def answering(self, conversation_id: str) -> Runtime | None:
        """The release that a split gives the conversation to; None where it stays with the active one."""
        split = self._traffic.split
        if split is None or not conversation_id:
            return None
        found = self._loaded.get(split.release)
        return found.current if found is not None and split.takes(conversation_id) else None

    async def follow(self, traffic: Traffic) -> None:
        """Load what is wanted now and let go of the rest; one that cannot be used is refused once, with the reason."""
        wanted = {traffic.shadow, traffic.split.release if traffic.split else ""} - {"", traffic.active}
        self._refused &= wanted
        for release in wanted - self._loaded.keys() - self._refused:
            try:
                runtime = await asyncio.to_thread(self._load, release)
            except KefuError as error:
                self._refused.add(release)
                log.error("the release cannot be used beside the active one: %s", error)
                continue
            self._loaded[release] = Loaded(self._project, runtime)
            log.info("release %s is loaded beside the active one", release, extra={"action": "beside"})
        self._traffic = traffic
        for release in self._loaded.keys() - wanted:
            self._retire(self._loaded.pop(release).stop())

    def close(self) -> list[Runtime]:
        """Stop following; gives what was loaded."""
        loaded = [one.stop() for one in self._loaded.values()]
        self._loaded.clear()
        return loaded
