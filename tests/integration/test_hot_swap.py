"""Releases swapped while customers write: nothing is lost, every turn is of one release, a bad one is refused."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
from aiohttp.test_utils import TestClient, TestServer
from typer.testing import CliRunner

from bot.app import Options, composed
from bot.cli import app
from bot.credentials import Credentials
from bot.project import open_project
from bot.reader import Reader, Reading
from bot.store.store import Store
from bot.store.traffic import Split
from bot.web.rasa_access import Access
from bot.web.visitors import Visitors
from tests.served_bot import DOMAIN, WordReader, served
from tests.unit.dialog_assistant import assistant

TOKEN = "an-api-token-for-tests"


class SlowReader(WordReader):
    """Says when it has begun and reads on when it may."""

    def __init__(self) -> None:
        self.begun, self.may_go_on = asyncio.Event(), asyncio.Event()

    async def read(self, text: str, **options: Any) -> Reading:
        self.begun.set()
        await self.may_go_on.wait()
        return await super().read(text, **options)


@pytest.mark.integration
async def test_a_turn_in_hand_keeps_the_release_it_began_with(tmp_path: Path) -> None:
    async with served(tmp_path, lambda _: {}) as bot:
        slow = SlowReader()
        before = replace(bot.release.current, reader=cast(Reader, slow))
        bot.release.current = before
        asked = asyncio.create_task(bot.say("hello"))
        await slow.begun.wait()
        bot.release.current = replace(
            before,
            reader=cast(Reader, WordReader()),
            assistant=assistant(DOMAIN.replace("Hello from Willowbay.", "Welcome to the new shop.")),
        )
        slow.may_go_on.set()
        assert await asked == ["Hello from Willowbay."]
        assert await bot.say("hello") == ["Welcome to the new shop."]


# ── real releases ────────────────────────────────────────────────────────────────────────────────────────


def kefu(*arguments: object) -> str:
    done = CliRunner().invoke(app, [str(one) for one in arguments], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small shop with two releases; the second has one example more."""
    folder = tmp_path_factory.mktemp("projects") / "shop"
    kefu("new", folder)
    kefu("train", folder, "--recipe", "fast")
    nlu = folder / "nlu.yml"
    words = nlu.read_text(encoding="utf-8")
    assert "      - asdfgh\n" in words
    nlu.write_text(words.replace("      - asdfgh\n", "      - asdfgh\n      - qwertz\n"), encoding="utf-8")
    kefu("train", folder, "--recipe", "fast")
    return folder


@pytest.fixture
async def client(project: Path) -> AsyncIterator[TestClient[Any, Any]]:
    opened = open_project(project)
    options = Options(
        project=opened,
        database_url=opened.database_url,
        credentials=Credentials(),
        console_token="a-console-token",
        visitors=Visitors(),
        access=Access(token=TOKEN),
    )
    async with composed(options) as application, TestClient(TestServer(application)) as client:
        yield client


async def status(client: TestClient[Any, Any]) -> dict[str, Any]:
    answer = await client.get(f"/status?token={TOKEN}")
    return dict(await answer.json())


async def put(client: TestClient[Any, Any], model: str) -> tuple[int, str]:
    answer = await client.put(f"/model?token={TOKEN}", json={"model_file": model})
    return answer.status, await answer.text()


async def say(client: TestClient[Any, Any], place: int) -> str:
    body = {"sender": f"c{place % 8}", "message": "hello", "metadata": {"message_id": f"m{place}"}}
    answer = await client.post("/webhooks/rest/webhook", json=body)
    assert answer.status == 200
    (item,) = await answer.json()
    return str(item["text"])


async def releases_of(client: TestClient[Any, Any], conversation: str) -> list[str]:
    """The release that answered each message."""
    answer = await client.get(f"/conversations/{conversation}/tracker?token={TOKEN}")
    events = (await answer.json())["events"]
    return [event["parse_data"]["release"] for event in events if event["event"] == "user"]


async def ask(client: TestClient[Any, Any], sender: str) -> None:
    body = {"sender": sender, "message": "hello there"}
    assert (await client.post("/webhooks/rest/webhook", json=body)).status == 200


async def models_of(client: TestClient[Any, Any], conversation: str) -> list[str]:
    """The model that understood each message."""
    answer = await client.get(f"/conversations/{conversation}/tracker?token={TOKEN}")
    events = (await answer.json())["events"]
    return [event["parse_data"]["model_id"] for event in events if event["event"] == "user"]


@pytest.mark.model
async def test_releases_are_swapped_under_load(client: TestClient[Any, Any], project: Path) -> None:
    first, second = sorted(path.name for path in (project / "releases").iterdir())
    assert (await status(client))["model_id"] == first
    asked = [asyncio.create_task(say(client, place)) for place in range(40)]
    await asyncio.wait(asked, return_when=asyncio.FIRST_COMPLETED)
    assert (await put(client, f"models/{second}.tar.gz"))[0] == 204
    asked += [asyncio.create_task(say(client, place)) for place in range(40, 80)]
    answers = await asyncio.gather(*asked)
    assert len(set(answers)) == 1
    assert (await status(client))["model_id"] == second
    for place in range(8):
        models = await models_of(client, f"c{place}")
        assert len(models) == 10
        assert models == sorted(models, key=models.index)  # the old one, then the new one, never back
    assert len({one for place in range(8) for one in await models_of(client, f"c{place}")}) == 2


@pytest.mark.model
async def test_a_running_server_follows_the_command(client: TestClient[Any, Any], project: Path) -> None:
    serving = (await status(client))["model_id"]
    other = next(path.name for path in (project / "releases").iterdir() if path.name != serving)
    printed = await asyncio.to_thread(kefu, "release", "promote", project, other)
    assert other in printed
    for _ in range(600):
        if (await status(client))["model_id"] == other:
            break
        await asyncio.sleep(0.05)
    assert await say(client, 1000)


@pytest.mark.model
async def test_a_part_of_the_conversations_is_given_to_another_release(
    client: TestClient[Any, Any], project: Path
) -> None:
    serving = (await status(client))["model_id"]
    other = next(path.name for path in (project / "releases").iterdir() if path.name != serving)
    part = Split(release=other, percent=40)
    senders = [f"split {number}" for number in range(12)]
    assert {part.takes(sender) for sender in senders} == {True, False}
    taken = next(sender for sender in senders if part.takes(sender))
    await asyncio.to_thread(kefu, "release", "split", project, other, "--percent", "40")
    for _ in range(1200):
        await ask(client, taken)
        if (await releases_of(client, taken))[-1] == other:
            break
        await asyncio.sleep(0.05)
    for sender in senders * 2:
        await ask(client, sender)
    for sender in senders:
        wanted = other if part.takes(sender) else serving
        assert set((await releases_of(client, sender))[-2:]) == {wanted}
    await asyncio.to_thread(kefu, "release", "split", project, "--end")


@pytest.mark.model
async def test_a_release_in_the_shadow_decides_and_is_not_heard(
    client: TestClient[Any, Any], project: Path
) -> None:
    serving = (await status(client))["model_id"]
    other = next(path.name for path in (project / "releases").iterdir() if path.name != serving)
    await asyncio.to_thread(kefu, "release", "shadow", project, other)
    store = await Store.open(open_project(project).database_url, exclusive=False)
    try:
        for number in range(1200):
            await ask(client, f"shadow {number % 4}")
            found = await store.shadows.agreement(other)
            if found.messages:
                break
            await asyncio.sleep(0.05)
    finally:
        await store.close()
    assert found.messages == found.agree >= 1  # one example of nonsense more changes no greeting
    assert found.took_s > 0
    for number in range(4):
        assert set(await releases_of(client, f"shadow {number}")) <= {serving}
    assert "looks on" in await asyncio.to_thread(kefu, "release", "list", project)
    await asyncio.to_thread(kefu, "release", "shadow", project, "--end")


@pytest.mark.model
async def test_rolling_back_serves_what_served_before(client: TestClient[Any, Any], project: Path) -> None:
    serving = (await status(client))["model_id"]
    other = next(path.name for path in (project / "releases").iterdir() if path.name != serving)
    assert (await put(client, other))[0] == 204
    assert serving in await asyncio.to_thread(kefu, "release", "rollback", project)
    for _ in range(1200):
        if (await status(client))["model_id"] == serving:
            break
        await asyncio.sleep(0.05)
    await ask(client, "rolled back")
    assert await releases_of(client, "rolled back") == [serving]


@pytest.mark.model
async def test_a_damaged_release_is_refused_and_the_old_one_stays(
    client: TestClient[Any, Any], project: Path
) -> None:
    serving = await status(client)
    damaged = project / "releases" / "damaged"
    shutil.copytree(project / "releases" / serving["model_id"], damaged)
    model = next(damaged.rglob("*.onnx"))
    model.write_bytes(model.read_bytes()[:-1000])
    try:
        code, text = await put(client, "damaged")
        assert code == 400
        assert "not replaced" in text
        assert (await put(client, "no-such-release"))[0] == 400
        assert (await put(client, "../../etc"))[0] == 400
        assert await status(client) == serving
        assert await say(client, 2000)
    finally:
        shutil.rmtree(damaged)


@pytest.mark.model
async def test_an_unloaded_model_is_put_back(client: TestClient[Any, Any]) -> None:
    serving = (await status(client))["model_id"]
    assert (await client.delete(f"/model?token={TOKEN}")).status == 204
    assert (await client.get("/health/ready")).status == 503
    assert (await put(client, serving))[0] == 204
    assert (await client.get("/health/ready")).status == 200
    answer = await client.post(f"/model/parse?token={TOKEN}", json={"text": "hello"})
    assert (await answer.json())["intent"]["name"] == "greet"
