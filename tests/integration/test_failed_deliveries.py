"""What did not arrive: seen, sent again, dropped; and what is not sent too fast or too late."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from typer.testing import CliRunner

from bot.channels.accounts import Template
from bot.channels.base import Channel, Pace
from bot.channels.whatsapp import WhatsApp
from bot.cli import app
from bot.messages import Message
from bot.store.store import Store
from tests.channel_cases import CASES, NEW
from tests.fake_platform import FakePlatform, fake_platform
from tests.served_bot import TOKEN, Bot, served
from tests.unit import whatsapp_cloud

pytestmark = pytest.mark.integration

CASE = CASES["whatsapp"]
ANN = "whatsapp:PN1:4915112345"
AGENT = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture
async def graph() -> AsyncIterator[FakePlatform]:
    async with fake_platform(CASE.answer) as platform:
        yield platform


def channels(graph: FakePlatform, **changes: Any) -> Any:
    def opened(session: aiohttp.ClientSession) -> dict[str, Channel]:
        channel = CASE.open(session, graph.url)
        assert isinstance(channel, WhatsApp)
        return {"whatsapp": replace(channel, **changes)}

    return opened


@pytest.fixture
async def bot(tmp_path: Path, graph: FakePlatform) -> AsyncIterator[Bot]:
    async with served(tmp_path, channels(graph)) as running:
        yield running


async def deliver(bot: Bot, text: str, number: str = "wamid.1") -> None:
    call = CASE.wrap(CASE.said(text, number), NEW, datetime.now(UTC))
    path = "/webhooks/whatsapp/webhook"
    async with bot.client.post(path, data=call.body, headers=dict(call.headers)) as answer:
        assert answer.status == 200


async def asked(bot: Bot, method: str, path: str) -> tuple[int, Any]:
    async with bot.client.request(method, f"/api/console/deliveries{path}", headers=AGENT) as answer:
        return answer.status, await answer.json()


async def one_dead(bot: Bot, graph: FakePlatform) -> dict[str, Any]:
    graph.refuses(400, {"error": {"code": 131026}})
    await deliver(bot, "hello")
    await bot.settled()
    status, found = await asked(bot, "GET", "")
    assert status == 200
    (failed,) = found
    return dict(failed)


async def test_a_person_sees_why_and_sends_again(bot: Bot, graph: FakePlatform) -> None:
    failed = await one_dead(bot, graph)
    assert (failed["conversation_id"], failed["state"], failed["unknown"]) == (ANN, "dead", False)
    assert "cannot deliver" in failed["reason"]
    assert failed["payload"]["text"]["body"] == "Hello from Willowbay."
    assert await asked(bot, "POST", f"/{failed['id']}/replay") == (200, {"status": "ok"})
    await bot.settled()
    assert [one.json["text"]["body"] for one in graph.taken] == ["Hello from Willowbay."]
    assert await asked(bot, "GET", "") == (200, [])
    assert (await asked(bot, "POST", f"/{failed['id']}/replay"))[0] == 404


async def test_or_drops_it(bot: Bot, graph: FakePlatform) -> None:
    failed = await one_dead(bot, graph)
    assert (await asked(bot, "POST", f"/{failed['id']}/drop"))[0] == 200
    assert await asked(bot, "GET", "") == (200, [])
    assert (await asked(bot, "POST", f"/{failed['id']}/replay"))[0] == 404
    assert graph.taken == []


async def test_what_was_taken_and_then_not_delivered_is_dead_after_all(bot: Bot, graph: FakePlatform) -> None:
    await deliver(bot, "hello")
    await bot.settled()
    assert await asked(bot, "GET", "") == (200, [])
    for number in ("wamid.other", "wamid.out"):
        status = {"id": number, "status": "failed", "errors": [{"code": 131026}]}
        body = whatsapp_cloud.webhook(whatsapp_cloud.value(statuses=[status]))
        call = CASE.wrap(body, NEW, datetime.now(UTC))
        path = "/webhooks/whatsapp/webhook"
        async with bot.client.post(path, data=body, headers=dict(call.headers)) as answer:
            assert answer.status == 200
    (failed,) = (await asked(bot, "GET", ""))[1]
    assert (failed["state"], "131026" in failed["reason"]) == ("dead", True)
    assert (await asked(bot, "POST", f"/{failed['id']}/replay"))[0] == 200
    await bot.settled()
    assert len(graph.taken) == 2


async def test_nobody_else_does(bot: Bot) -> None:
    for method, path in (("GET", ""), ("POST", "/1/replay"), ("POST", "/1/drop")):
        async with bot.client.request(method, f"/api/console/deliveries{path}") as answer:
            assert answer.status == 401


async def test_on_the_command_line_beside_the_server(bot: Bot, graph: FakePlatform, tmp_path: Path) -> None:
    failed = await one_dead(bot, graph)
    (tmp_path / "domain.yml").write_text('version: "3.1"\nintents: []\n')
    url = f"sqlite+aiosqlite:///{tmp_path / 'bot.sqlite'}"

    def kefu(*arguments: str) -> str:
        done = CliRunner().invoke(app, ["deliveries", *arguments, "--database", url])
        return done.output if done.exit_code == 0 else str(done.exception)

    listed = await asyncio.to_thread(kefu, "list", str(tmp_path))
    assert f"{failed['id']}  " in listed
    assert "did not arrive: WhatsApp cannot deliver" in listed
    assert "--all" in await asyncio.to_thread(kefu, "replay", str(tmp_path))
    assert "no failed delivery 999" in await asyncio.to_thread(kefu, "drop", str(tmp_path), "999")
    assert "1 to be sent again" in await asyncio.to_thread(kefu, "replay", str(tmp_path), "--all")
    bot.store.outbox.notify()  # a running server looks by itself within a minute
    await bot.settled()
    assert len(graph.taken) == 1
    assert "Nothing failed." in await asyncio.to_thread(kefu, "list", str(tmp_path))


async def test_nothing_is_sent_faster_than_the_platform_likes(tmp_path: Path, graph: FakePlatform) -> None:
    pace = Pace(recipient_every_s=0.2, recipient_burst=2)
    async with served(tmp_path, channels(graph, pace=pace)) as bot:
        loop = asyncio.get_running_loop()
        began = loop.time()
        for number in range(4):
            await deliver(bot, "hello", f"wamid.{number}")
        await bot.settled()
        # Two at once, the others a fifth of a second apart: it cannot have been faster.
        assert loop.time() - began >= 0.4
        assert len(graph.taken) == 4


async def test_who_has_to_wait_long_makes_room_and_loses_no_attempt(
    tmp_path: Path, graph: FakePlatform
) -> None:
    pace = Pace(recipient_every_s=30.0, recipient_burst=1)
    async with served(tmp_path, channels(graph, pace=pace)) as bot:
        await deliver(bot, "hello", "wamid.1")
        await deliver(bot, "hello", "wamid.2")
        async with asyncio.timeout(60):
            while b'result="postponed"' not in bot.metrics.exposition():  # noqa: ASYNC110 - a metric is no event
                await asyncio.sleep(0.01)
        assert len(graph.taken) == 1
        assert (await bot.store.counts()).outbox == {"pending": 1}
    store = await Store.open(f"sqlite+aiosqlite:///{tmp_path / 'bot.sqlite'}", clock=_in_a_minute)
    try:
        (waiting,) = await store.outbox.claim()
        assert waiting.attempts == 1  # this one
        assert waiting.unknown_at is None
    finally:
        await store.close()


def _in_a_minute() -> datetime:
    return datetime.now(UTC) + timedelta(minutes=1)


@pytest.mark.parametrize("hours", [23, 25])
async def test_after_a_day_of_silence_an_agents_words_go_into_a_template(
    tmp_path: Path, graph: FakePlatform, hours: int
) -> None:
    templates = {"en": Template(name="support_update", language="en_GB")}
    async with served(tmp_path, channels(graph, templates=templates)) as bot:
        await _heard(bot, hours_ago=hours)
        await bot.desk.reply(ANN, "Bea", "Your lamp is here.")
        await bot.settled()
        sent = graph.taken[-1].json
        assert sent["type"] == ("template" if hours == 25 else "text")
        assert "Your lamp is here." in json.dumps(sent)
        # The customer writes again, and free text is taken again.
        await deliver(bot, "thank you", "wamid.2")
        await bot.desk.reply(ANN, "Bea", "You are welcome.")
        await bot.settled()
        assert graph.taken[-1].json["type"] == "text"


async def test_without_a_template_it_is_a_dead_letter_that_says_so(bot: Bot, graph: FakePlatform) -> None:
    await _heard(bot, hours_ago=25)
    before = len(graph.taken)
    await bot.desk.reply(ANN, "Bea", "Your lamp is here.")
    await bot.settled()
    failed = (await asked(bot, "GET", ""))[1][0]
    assert failed["payload"]["text"]["body"] == "Your lamp is here."
    assert "24 hours" in failed["reason"]
    assert len(graph.taken) == before  # it was not even tried


async def _heard(bot: Bot, *, hours_ago: float) -> None:
    """A message that came some time ago."""
    await bot.turns.handle(
        Message(
            id="wamid.0",
            account="PN1",
            conversation_id=ANN,
            channel="whatsapp",
            sender="4915112345",
            text="hello",
            received_at=datetime.now(UTC) - timedelta(hours=hours_ago),
        )
    )
