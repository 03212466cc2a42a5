"""Several processes at one PostgreSQL: one turn at a time per conversation, news for all, nothing twice or lost."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from bot.cli import app
from bot.event_sinks import FileSink
from bot.event_stream import EventStream
from bot.relay import relay
from bot.store.store import Store
from bot.web.live import CONSOLE, RESYNC, Hub
from tests.served_bot import answering

from .store_values import event, message, psql, turn

pytestmark = pytest.mark.integration
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    pytest.importorskip("asyncpg", reason="PostgreSQL needs asyncpg")
    pgserver = pytest.importorskip("pgserver", reason="PostgreSQL needs pgserver")
    server = pgserver.get_server(tmp_path_factory.mktemp("postgresql"), cleanup_mode="delete")
    yield server.get_uri()
    server.cleanup()


@pytest.fixture
def url(server: str, tmp_path: Path) -> str:
    name = re.sub(r"\W", "_", f"kefu_{tmp_path.name.lower()}")[:60]
    psql(server, f'CREATE DATABASE "{name}"')
    return server.replace("/postgres?", f"/{name}?")


@pytest.fixture
async def two(url: str) -> AsyncIterator[tuple[Store, Store]]:
    """Two stores as two processes have them."""
    first, second = await Store.open(url), await Store.open(url)
    yield first, second
    await first.close()
    await second.close()


async def test_a_conversation_is_held_among_processes(two: tuple[Store, Store]) -> None:
    here, there = (answering(store).locks for store in two)
    seen: list[str] = []

    async def later() -> None:
        async with there.hold("c"):
            seen.append("there")

    async with here.hold("c"), there.hold("another"):
        waiting = asyncio.create_task(later())
        await asyncio.sleep(0.2)
        seen.append("here")
    await waiting
    assert seen == ["here", "there"]


async def test_a_hanging_holder_is_waited_for_no_longer_than_that(two: tuple[Store, Store]) -> None:
    first, second = two
    assert first.shared is not None
    assert second.shared is not None
    async with first.shared.hold("c"), asyncio.timeout(10):
        async with second.shared.hold("c", wait_s=0.1):
            pass
        await asyncio.sleep(0)
    async with asyncio.timeout(10), second.shared.hold("c"):
        pass


async def test_a_fold_is_brought_up_to_what_the_other_wrote(two: tuple[Store, Store]) -> None:
    here, there = (answering(store) for store in two)
    for number in range(6):
        turns = (here, there)[number % 2]
        reply = await turns.handle(message(f"m{number}", text="hello"))
        assert [part.text for part in reply.parts] == ["Hello from Willowbay."]
    rows = await two[0].load_events("c")
    assert [data["message_id"] for _, data in rows if data["event"] == "user"] == [f"m{n}" for n in range(6)]
    assert sum(data["event"] == "session_started" for _, data in rows) == 1


async def test_what_another_process_left_is_answered_before_what_follows(two: tuple[Store, Store]) -> None:
    here, there = two
    for number in range(2):  # accepted, and the process ends before their turns
        await here.accept(message(f"m{number}", text=f"hello {number}"))
    await answering(there).handle(message("m2", text="hello 2"))
    rows = [data for _, data in await there.load_events("c")]
    assert [data["text"] for data in rows if data["event"] == "user"] == ["hello 0", "hello 1", "hello 2"]
    assert not await there.unfinished()


async def test_others_hear_what_was_written_and_not_themselves(two: tuple[Store, Store]) -> None:
    first, second = two
    hubs = Hub(), Hub()
    tasks = [asyncio.create_task(relay(*pair)) for pair in zip(two, hubs, strict=True)]
    with hubs[0].subscribe(CONSOLE) as own, hubs[1].subscribe(CONSOLE) as other:
        async with asyncio.timeout(20):
            seen: dict[str, Any] = {}
            number = 0
            while seen.get("conversation_id") != "c":  # until it listens
                await first.commit_turn(turn("c", after=number, count=1))
                number += 1
                try:
                    async with asyncio.timeout(0.5):
                        seen = dict(await anext(other))
                except TimeoutError:
                    continue
        assert seen["events"][0] == {
            **event(f"c {seen['events'][0]['seq']}"),
            "seq": seen["events"][0]["seq"],
        }
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.3):
                await anext(own)
        # After a gap in listening everybody reads afresh.
        assert second.shared is not None
        second.shared._connection.terminate()
        async with asyncio.timeout(20):
            while (await anext(other)) is not RESYNC:
                pass
    for task in tasks:
        task.cancel()


async def test_events_go_out_whole_while_several_write(two: tuple[Store, Store], tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    streams = [EventStream(store.cursors, FileSink(path=path), alone=False) for store in two]

    async def write(store: Store, name: str) -> None:
        for number in range(40):
            await store.commit_turn(turn(name, after=2 * number, count=2))

    async def follow(stream: EventStream) -> None:
        while True:
            await stream.give()
            await asyncio.sleep(0.005)

    following = [asyncio.create_task(follow(stream)) for stream in streams]
    await asyncio.gather(*(write(store, f"{place}-{n}") for n in range(4) for place, store in enumerate(two)))
    for task in following:
        task.cancel()
    await asyncio.gather(*following, return_exceptions=True)
    await streams[0].give()
    told = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert len({one["id"] for one in told}) == 8 * 80
    for name in {one["sender_id"] for one in told}:
        texts = list(dict.fromkeys(one["text"] for one in told if one["sender_id"] == name))
        assert texts == [f"{name} {number}" for number in range(1, 81)]


async def test_two_processes_answer_every_message_once_and_in_turn(url: str) -> None:
    assert await asyncio.to_thread(work_together, url) == [0, 0]
    store = await Store.open(url)
    for one in range(6):
        rows = await store.load_events(f"c{one}")
        assert [seq for seq, _ in rows] == list(range(1, len(rows) + 1))
        said = [data["event"] for _, data in rows if data["event"] in ("user", "bot")]
        assert said == ["user", "bot"] * 8
        assert len({data["message_id"] for _, data in rows if data["event"] == "user"}) == 8
    assert (await store.counts()).inbox == {}
    await store.close()


def work_together(url: str) -> list[int]:
    """How two processes ended that handle the same messages."""
    command = [sys.executable, "-m", "tests.integration.worker_process", url, "6", "8"]
    workers = [subprocess.Popen([*command, str(shift)], cwd=ROOT) for shift in (0, 24)]
    return [worker.wait(120) for worker in workers]


def test_several_workers_need_a_database_server(tmp_path: Path) -> None:
    CliRunner().invoke(app, ["new", str(tmp_path / "shop")], catch_exceptions=False)
    done = subprocess.run(
        [sys.executable, "-m", "bot.cli", "serve", str(tmp_path / "shop"), "--workers", "2"],
        capture_output=True, text=True, check=False, cwd=ROOT,
    )  # fmt: skip
    assert done.returncode == 1
    assert "An SQLite database serves one process" in done.stderr
    assert "Traceback" not in done.stderr


# ── the command ──────────────────────────────────────────────────────────────────────────────────────────


def say(port: int, number: int) -> str:
    body = {"sender": f"c{number}", "message": "hello", "metadata": {"message_id": f"m{number}"}}
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/webhooks/rest/webhook",
        json.dumps(body).encode(),
        {"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        return str(json.load(answer)[0]["text"])


def children(pid: int) -> list[int]:
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@pytest.mark.model
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks for the workers in /proc")
def test_workers_serve_one_port_and_a_killed_one_is_replaced(url: str, tmp_path: Path) -> None:
    shop = tmp_path / "shop"
    for arguments in (["new", str(shop)], ["train", str(shop), "--recipe", "fast"]):
        assert CliRunner().invoke(app, arguments, catch_exceptions=False).exit_code == 0
    command = [sys.executable, "-m", "bot.cli", "serve", str(shop), "--port", "0", "--workers", "2"]
    server = subprocess.Popen([*command, "--database", url], stdout=subprocess.PIPE, text=True, cwd=ROOT)
    try:
        assert server.stdout is not None
        first = server.stdout.readline()
        port = int(re.findall(r":(\d+)/", first)[0])
        assert {say(port, number) for number in range(20)} == {say(port, 0)}
        before = children(server.pid)
        assert len(before) == 2
        os.kill(before[0], signal.SIGKILL)
        for number in range(100, 110):
            assert say_again(port, number)
        until = time.monotonic() + 60
        while len(children(server.pid)) < 2 and time.monotonic() < until:
            time.sleep(0.05)
        assert len(children(server.pid)) == 2
        assert before[0] not in children(server.pid)
    finally:
        server.terminate()
        assert server.wait(60) == 0
        assert server.stdout is not None
        server.stdout.close()


def say_again(port: int, number: int) -> str:
    """As a client does whose connection dies with a worker: the same message again."""
    for _ in range(20):
        try:
            return say(port, number)
        except OSError:
            time.sleep(0.2)
    raise AssertionError("no worker answers")
