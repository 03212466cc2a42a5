"""Gives conversations that wait to people who are there, and takes back what somebody left behind."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime

from bot.assist.routing import Agent, Rules, choose, waiting_of
from bot.desk import Desk
from bot.errors import StoreError
from bot.people.attendance import last_seen, present
from bot.settings import RoutingSettings
from bot.store.presence import Seat
from bot.store.records import Conversation
from bot.store.store import Store
from bot.web.live import CONSOLE, WRITING, Hub, Subscription
from bot.web.service import UnknownThing

log = logging.getLogger("kefu.assist")

_LOOK_EVERY_S = 5.0
_PAUSE_S = 0.3
_MOST = 1000
_LAST_EVENTS = 60


class Router:
    """Looks whenever something happens, and every few seconds: waiting changes who fits.

    Every process has one; a conversation is given away under its lock and only while it waits.
    """

    def __init__(
        self,
        *,
        store: Store,
        desk: Desk,
        hub: Hub,
        settings: RoutingSettings,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._store = store
        self._desk = desk
        self._hub = hub
        self._settings = settings
        self._rules = Rules(
            any_skill_after_s=settings.any_skill_after_s,
            any_language_after_s=settings.any_language_after_s,
        )
        self._clock = clock

    async def run(self) -> None:
        """Route until cancelled."""
        with self._hub.subscribe(CONSOLE) as news:
            while self._settings.assign:
                try:
                    await self.route()
                except (StoreError, UnknownThing) as error:  # the next look finds it as it is then
                    log.warning("routing waits: %s", error, extra={"action": "routing_waits"})
                await asyncio.sleep(_PAUSE_S)  # what happens in a burst is looked at once
                news.drain()
                try:
                    async with asyncio.timeout(_LOOK_EVERY_S):
                        await _something(news)
                except TimeoutError:
                    continue

    async def route(self) -> int:
        """Give away what waits, the longest waiting first; how many conversations were given to somebody."""
        now, seats = self._clock(), await self._store.presence.seats()
        held = await self._store.conversations(owner="person", limit=_MOST)
        await self._take_back(held, seats, now)
        agents = await self._agents(held, seats, now)
        if not any(one.chats < one.most_chats for one in agents.values()):
            return 0
        given = 0
        rows = await self._store.conversations(owner="waiting", limit=_MOST)
        for row in sorted(rows, key=lambda one: one.since):
            name = await self._choice(row, agents, now)
            if name is not None and await self._desk.assign(row.id, name):
                agents[name] = _with_one_more(agents[name])
                given += 1
        return given

    async def _choice(self, row: Conversation, agents: dict[str, Agent], now: datetime) -> str | None:
        events = [data for _, data in await self._store.recent_events(row.id, _LAST_EVENTS)]
        waits_s = (now - row.since).total_seconds()
        return choose(
            waiting_of(events, language=row.language, waits_s=waits_s), agents.values(), self._rules
        )

    async def _agents(
        self, held: tuple[Conversation, ...], seats: tuple[Seat, ...], now: datetime
    ) -> dict[str, Agent]:
        """Those with an account who are there and not away."""
        there = {one.name for one in present(seats, now) if not one.away}
        chats = Counter(row.agent for row in held)
        return {
            account.name: Agent(
                name=account.name,
                languages=frozenset(account.languages),
                skills=frozenset(account.skills),
                most_chats=account.most_chats,
                chats=chats[account.name],
            )
            for account in await self._store.people.accounts()
            if account.name in there and not account.disabled
        }

    async def _take_back(
        self, held: tuple[Conversation, ...], seats: tuple[Seat, ...], now: datetime
    ) -> None:
        """Let wait again what belongs to somebody whose console has been closed for long."""
        there = {one.name for one in present(seats, now)}
        seen = last_seen(seats)
        for row in held:
            gone = row.agent in seen and row.agent not in there
            if gone and (now - seen[row.agent]).total_seconds() > self._settings.take_back_after_s:
                await self._desk.give_back(row.id, row.agent)


async def _something(news: Subscription) -> None:
    """Wait for anything but that somebody writes."""
    async for message in news:
        if message.get("type") != WRITING:
            return


def _with_one_more(agent: Agent) -> Agent:
    return Agent(
        name=agent.name,
        languages=agent.languages,
        skills=agent.skills,
        most_chats=agent.most_chats,
        chats=agent.chats + 1,
    )
