"""Customers, a platform that misbehaves, a server that is killed and a database that is restarted; and the count.

The smaller trial is tests/e2e/test_exactly_once.py, the large one `python -m bench.exactly_once`.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path

import aiohttp

from bot.store.store import Store
from tests.channel_cases import NEW, WHATSAPP
from tests.fake_platform import FakePlatform, fake_platform
from tests.unit import whatsapp_cloud

WORDS = ("hello", "where is my parcel?", "I want to return it", "hello", "where is my order?", "hello")
REPLIES = {
    "hello": ["Hello from Willowbay."],
    "where is my parcel?": ["Which order is it?"],
    "where is my order?": ["Which order is it?"],
    "I want to return it": ["Thirty days.", "image"],
}
SETTLED_WITHIN_S = 400.0
"""Longer than the lease of a delivery that a killed server had in hand, where others may serve the database too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What is tried.

    Attributes:
        folder: for the server's files, and for its SQLite file where `database` names no other.
        at_once: how many customers write at the same time.
        kills: how often the server is killed, restarts: how often `restart` restarts its database; in any order,
            `every_s` apart.
    """

    folder: Path
    database: str
    customers: int
    turns: int
    kills: int
    restarts: int = 0
    every_s: float
    at_once: int = 64
    restart: Callable[[], Awaitable[None]] | None = None

    @property
    def names(self) -> list[str]:
        return [f"49{number:05}" for number in range(self.customers)]

    def words(self) -> list[str]:
        return [WORDS[number % len(WORDS)] for number in range(self.turns)]


@dataclass(slots=True, kw_only=True)
class Count:
    """What came of it. `wrong` names the customers who got anything else than they should have, with what they got."""

    unknown: int = 0
    repeated: int = 0
    left: dict[str, int] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    seconds: float = 0.0


class Server:
    """The process, started again whenever it is killed; `url` is where it is now."""

    def __init__(self, trial: Trial, platform_url: str) -> None:
        self._command = [
            sys.executable, "-m", "tests.served_process", str(trial.folder), platform_url, trial.database
        ]  # fmt: skip
        self.url = ""
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        self._process = await asyncio.create_subprocess_exec(*self._command, stdout=asyncio.subprocess.PIPE)
        assert self._process.stdout is not None
        async with asyncio.timeout(SETTLED_WITHIN_S):
            self.url = (await self._process.stdout.readline()).decode().strip()
        assert self.url, "the server did not start"

    async def kill(self) -> None:
        assert self._process is not None
        if self._process.returncode is None:
            self._process.kill()
        await self._process.communicate()


@asynccontextmanager
async def running(trial: Trial, platform_url: str) -> AsyncIterator[Server]:
    server = Server(trial, platform_url)
    await server.start()
    try:
        yield server
    finally:
        await server.kill()


async def tried(trial: Trial, progress: Callable[[], None] = lambda: None) -> Count:
    """Let all customers talk while everything fails that can; then count."""
    chance, done, began = random.Random(7), asyncio.Event(), time.monotonic()
    async with (
        fake_platform(WHATSAPP.answer) as platform,
        running(trial, platform.url) as server,
        aiohttp.ClientSession() as session,
    ):
        trouble = asyncio.create_task(misbehave(platform, chance, done))
        talk = asyncio.create_task(everybody_writes(trial, server, session, progress))
        await break_things(trial, server, talk)
        await talk
        done.set()
        await trouble
        platform.script.clear()
        count = await settled(trial)
        compare(trial, said(platform), count)
    count.seconds = time.monotonic() - began
    return count


async def break_things(trial: Trial, server: Server, talk: asyncio.Task[None]) -> None:
    """Kill the server and restart its database, in an order that is the same each time."""
    kinds = [*["kill"] * trial.kills, *["restart"] * trial.restarts]
    for kind in random.Random(1).sample(kinds, len(kinds)):
        await asyncio.wait({talk}, timeout=trial.every_s)
        if kind == "kill":
            await server.kill()
            await server.start()
        elif trial.restart is not None:
            await trial.restart()


async def everybody_writes(
    trial: Trial, server: Server, session: aiohttp.ClientSession, progress: Callable[[], None]
) -> None:
    room = asyncio.Semaphore(trial.at_once)

    async def one(customer: str) -> None:
        async with room:
            await customer_writes(trial, server, session, customer)
            progress()

    await asyncio.gather(*map(one, trial.names))


async def customer_writes(
    trial: Trial, server: Server, session: aiohttp.ClientSession, customer: str
) -> None:
    """Each message once the one before has been acknowledged, and up to three of them again, at any later time."""
    chance, words = random.Random(customer), trial.words()
    for number in range(len(words)):
        await deliver(server, session, body(customer, number, words[number]))
        for _ in range(chance.randrange(4)):
            again = chance.randrange(number + 1)
            await deliver(server, session, body(customer, again, words[again]))
        await asyncio.sleep(chance.random() * 0.3)


def body(customer: str, number: int, words: str) -> bytes:
    said = whatsapp_cloud.text(words, id=f"wamid.{customer}.{number}")
    return whatsapp_cloud.from_ann({**said, "from": customer})


async def deliver(server: Server, session: aiohttp.ClientSession, sent: bytes) -> None:
    """As a platform delivers: again until it is acknowledged."""
    call = WHATSAPP.wrap(sent, NEW, datetime.now(UTC))
    while True:
        try:
            path = f"{server.url}/webhooks/whatsapp/webhook"
            async with session.post(path, data=sent, headers=dict(call.headers)) as answer:
                if answer.status == 200:
                    return
        except (aiohttp.ClientError, OSError):
            pass
        await asyncio.sleep(0.05)


async def misbehave(platform: FakePlatform, chance: random.Random, done: asyncio.Event) -> None:
    """Now and then the platform is slow, busy, broken, or hangs up."""
    calm_until = 0
    while not done.is_set():
        await asyncio.sleep(0.02)
        # One trouble at a time, and calls between that go well: no delivery runs out of attempts.
        if platform.script or len(platform.taken) < calm_until:
            continue
        calm_until = len(platform.taken) + 3
        match chance.randrange(7):
            case 0:
                platform.refuses(429, {"error": {"code": 130429}}, Retry_After="0")
            case 1:
                platform.refuses(503)
            case 2:
                platform.refuses(500)
            case 3:
                platform.hangs_up(after_taking=True)
            case 4:
                platform.hangs_up(after_taking=False)
            case _:
                platform.is_slow(0.02)


async def settled(trial: Trial) -> Count:
    """Wait until nothing is in hand; what the database says then."""
    store = await Store.open(trial.database, exclusive=False)
    try:
        async with asyncio.timeout(SETTLED_WITHIN_S):
            while True:
                counts = await store.counts()
                if not counts.inbox.get("new") and not {"pending", "sending"} & counts.outbox.keys():
                    break
                await asyncio.sleep(0.1)
        count = Count(unknown=counts.unknown_sends, left=dict(counts.outbox))
        for customer in trial.names:
            rows = await store.load_events(f"whatsapp:{whatsapp_cloud.NUMBER}:{customer}")
            heard = [data["text"] for _, data in rows if data["event"] == "user"]
            if heard != trial.words():
                count.wrong.append(f"{customer} was heard saying {heard}")
        return count
    finally:
        await store.close()


def compare(trial: Trial, got: dict[str, list[str]], count: Count) -> None:
    """Every customer got every reply in order; a repetition stands right behind what it repeats."""
    expected = [reply for words in trial.words() for reply in REPLIES[words]]
    once = [reply for reply, _ in groupby(expected)]
    for customer in trial.names:
        if [reply for reply, _ in groupby(got[customer])] != once:
            count.wrong.append(f"{customer} got {got[customer]}")
        count.repeated += len(got[customer]) - len(expected)


def said(platform: FakePlatform) -> dict[str, list[str]]:
    """What each customer got, in order."""
    found: dict[str, list[str]] = defaultdict(list)
    for request in platform.taken:
        sent = json.loads(request.body)
        kind = sent["type"]
        shown = (
            sent["text"] if kind == "text" else sent["interactive"]["body"] if kind == "interactive" else {}
        )
        found[sent["to"]].append(shown.get("body") or shown.get("text") or kind)
    return found


class PostgreSql:
    """A server of one's own, from pip."""

    def __init__(self, folder: Path) -> None:
        import pgserver

        self._server = pgserver.get_server(folder, cleanup_mode="delete")
        self.url: str = self._server.get_uri()

    async def restart(self) -> None:
        """As an operator does it: connections are cut, what was committed stays."""
        from pgserver import postgres_server

        await asyncio.to_thread(
            postgres_server.pg_ctl,
            ["-w", "-m", "fast", "restart"],
            pgdata=self._server.pgdata,
            user=self._server.system_user,
            timeout=60,
        )

    def close(self) -> None:
        self._server.cleanup()
