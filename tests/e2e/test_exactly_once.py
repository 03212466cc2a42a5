"""Each message answered once and in order, while it comes again, the platform fails and the server is killed."""

from __future__ import annotations

import asyncio
import json
import random
import sys
from collections import Counter, defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.store.store import Store
from tests.channel_cases import NEW, WHATSAPP
from tests.fake_platform import FakePlatform, fake_platform
from tests.unit import whatsapp_cloud

pytestmark = pytest.mark.e2e

CUSTOMERS = [f"49{n:03}" for n in range(12)]
WORDS = ("hello", "where is my parcel?", "I want to return it", "hello", "where is my order?", "hello")
REPLIES = {
    "hello": ["Hello from Willowbay."],
    "where is my parcel?": ["Which order is it?"],
    "where is my order?": ["Which order is it?"],
    "I want to return it": ["Thirty days.", "image"],
}
KILLS = 2


class Server:
    """The process, started again whenever it is killed; `url` is where it is now."""

    def __init__(self, folder: Path, platform_url: str) -> None:
        self._command = [sys.executable, "-m", "tests.served_process", str(folder), platform_url]
        self.url = ""
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        self._process = await asyncio.create_subprocess_exec(*self._command, stdout=asyncio.subprocess.PIPE)
        assert self._process.stdout is not None
        async with asyncio.timeout(60):
            self.url = (await self._process.stdout.readline()).decode().strip()
        assert self.url

    async def kill(self) -> None:
        assert self._process is not None
        self._process.kill()
        await self._process.communicate()


@asynccontextmanager
async def running(folder: Path, platform_url: str) -> AsyncIterator[Server]:
    server = Server(folder, platform_url)
    await server.start()
    try:
        yield server
    finally:
        await server.kill()


def body(customer: str, number: int) -> bytes:
    said = whatsapp_cloud.text(WORDS[number], id=f"wamid.{customer}.{number}")
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


async def customer_writes(
    server: Server, session: aiohttp.ClientSession, customer: str, chance: random.Random
) -> None:
    """Each message once it has been acknowledged before, and some of them again, at any later time."""
    for number in range(len(WORDS)):
        await deliver(server, session, body(customer, number))
        for _ in range(chance.randrange(3)):
            await deliver(server, session, body(customer, chance.randrange(number + 1)))
        await asyncio.sleep(chance.random() * 0.3)


async def misbehave(platform: FakePlatform, chance: random.Random, done: asyncio.Event) -> None:
    """Now and then the platform is slow, busy, broken, or hangs up."""
    while not done.is_set():
        await asyncio.sleep(0.02)
        if platform.script:  # one trouble at a time: no delivery runs out of attempts
            continue
        match chance.randrange(6):
            case 0:
                platform.refuses(429, {"error": {"code": 130429}}, Retry_After="0")
            case 1:
                platform.refuses(503)
            case 2:
                platform.hangs_up(after_taking=True)
            case 3:
                platform.hangs_up(after_taking=False)
            case _:
                platform.is_slow(0.02)


async def settled(folder: Path) -> dict[str, Any]:
    """Wait until nothing is in hand; what the database says then."""
    store = await Store.open(f"sqlite+aiosqlite:///{folder / 'bot.sqlite'}", exclusive=False)
    try:
        async with asyncio.timeout(120):
            while True:
                counts = await store.counts()
                if not counts.inbox.get("new") and not {"pending", "sending"} & counts.outbox.keys():
                    break
                await asyncio.sleep(0.1)
        lines = {}
        for customer in CUSTOMERS:
            rows = await store.load_events(f"whatsapp:{whatsapp_cloud.NUMBER}:{customer}")
            lines[customer] = [data["text"] for _, data in rows if data["event"] == "user"]
        return {"lines": lines, "unknown": counts.unknown_sends, "outbox": dict(counts.outbox)}
    finally:
        await store.close()


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


async def test_exactly_once_whatever_happens(tmp_path: Path) -> None:
    chance, done = random.Random(7), asyncio.Event()
    async with (
        fake_platform(WHATSAPP.answer) as platform,
        running(tmp_path, platform.url) as server,
        aiohttp.ClientSession() as session,
    ):
        trouble = asyncio.create_task(misbehave(platform, chance, done))
        talk = asyncio.gather(
            *(customer_writes(server, session, one, random.Random(one)) for one in CUSTOMERS)
        )
        for _ in range(KILLS):
            await asyncio.sleep(0.7)
            await server.kill()
            await server.start()
        await talk
        done.set()
        await trouble
        platform.script.clear()
        found = await settled(tmp_path)
    expected = [reply for words in WORDS for reply in REPLIES[words]]
    repeated: Counter[str] = Counter()
    for customer in CUSTOMERS:
        assert found["lines"][customer] == list(WORDS)
        got = said(platform)[customer]
        # A repetition stands right behind what it repeats: nothing overtakes an unfinished send.
        assert [reply for reply, _ in groupby(got)] == expected, got
        repeated[customer] = len(got) - len(expected)
    assert sum(repeated.values()) <= found["unknown"], "only sends whose outcome was unknown may repeat"
    assert found["outbox"] == {}
    print(f"{found['unknown']} sends were unknown, {sum(repeated.values())} of them repeated")
