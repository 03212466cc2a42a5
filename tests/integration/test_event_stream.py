"""Every event to a file and to a signed webhook: whole, in order per conversation, over failures and restarts."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from standardwebhooks import Webhook

from bot.dialog.events import event_from_dict
from bot.event_sinks import FileSink, NotTaken, WebhookSink
from bot.event_stream import EventStream
from bot.store.store import Store
from tests.fake_platform import fake_platform

from .store_values import turn

pytestmark = pytest.mark.integration
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    store = await Store.open(f"sqlite:///{tmp_path}/kefu.db")
    yield store
    await store.close()


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


async def talk(store: Store, turns: int, conversations: int = 3) -> int:
    """Turns of two events in several conversations at once; how many events."""
    for number in range(turns):
        await asyncio.gather(
            *(store.commit_turn(turn(f"c{one}", after=2 * number, count=2)) for one in range(conversations))
        )
    return 2 * turns * conversations


def in_order(told: list[dict[str, Any]], conversations: int = 3) -> bool:
    """Whether each conversation's events came in order, repetitions left out."""
    for one in range(conversations):
        texts = list(dict.fromkeys(event["id"] for event in told if event["sender_id"] == f"c{one}"))
        if texts != sorted(texts, key=lambda text: int(text.partition("-")[2])):
            return False
    return True


async def test_the_file_has_every_event_once_as_rasa_publishes_them(store: Store, tmp_path: Path) -> None:
    stream = EventStream(store.cursors, FileSink(path=tmp_path / "out" / "events.jsonl"), alone=True)
    count = await talk(store, 4)
    assert await stream.give() == count
    assert await stream.give() == 0
    await store.commit_turn(turn("c1", after=8, count=1))
    assert await stream.give() == 1
    told = lines(tmp_path / "out" / "events.jsonl")
    assert len({event["id"] for event in told}) == len(told) == count + 1
    assert in_order(told)
    for event in told:
        assert event_from_dict(event).name_ == event["event"]
        assert event["timestamp"] > 0


async def test_a_restart_goes_on_where_it_was_and_mends_half_a_line(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    await talk(store, 2)
    await EventStream(store.cursors, FileSink(path=path), alone=True).give()
    with path.open("a", encoding="utf-8") as file:
        file.write('{"sender_id": "c1", "eve')  # the process died while it wrote
    await store.commit_turn(turn("c1", after=4, count=1))
    assert await EventStream(store.cursors, FileSink(path=path), alone=True).give() == 1
    assert len(lines(path)) == 13


async def test_a_file_that_cannot_be_written_is_said_and_tried_again(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    path.mkdir()
    stream = EventStream(store.cursors, FileSink(path=path), alone=True)
    count = await talk(store, 1)
    with pytest.raises(NotTaken, match="cannot be written"):
        await stream.give()
    path.rmdir()
    assert await stream.give() == count


async def test_the_webhook_gets_signed_events_at_least_once_and_in_order(store: Store) -> None:
    count = await talk(store, 5)
    async with fake_platform(lambda _: {}) as platform, aiohttp.ClientSession() as session:
        platform.refuses(500)
        platform.hangs_up(after_taking=True)
        platform.refuses(429)
        sink = WebhookSink(url=f"{platform.url}/events", secret=SECRET, session=session)
        for _ in range(5):
            try:  # a new one each time: a restart
                await EventStream(store.cursors, sink, alone=True).give()
            except NotTaken:
                continue
    told = [one.json for one in platform.taken]
    assert len(told) > len({event["id"] for event in told}) == count
    assert in_order(told)
    for one in platform.taken:
        Webhook(SECRET).verify(one.body, dict(one.headers))  # raises where the signature is not right
        assert one.headers["webhook-id"] == one.json["id"]


async def test_two_processes_do_not_send_side_by_side(store: Store, tmp_path: Path) -> None:
    await talk(store, 1)
    assert await store.cursors.claim("file", lease_s=60) == 0
    stream = EventStream(store.cursors, FileSink(path=tmp_path / "events.jsonl"), alone=False)
    assert await stream.give() == 0
    await store.cursors.release("file")
    assert await stream.give() == 6
