"""The releases page's API with real processes: trained, measured, compared, promoted, rolled back, interrupted."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer
from typer.testing import CliRunner

from bot.app import Options, composed
from bot.cli import app
from bot.credentials import Credentials
from bot.project import open_project
from bot.store.store import Store
from bot.web.visitors import Visitors

pytestmark = pytest.mark.model
TOKEN = "a-console-token-for-tests"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
BASE = "/api/console/releases"
Client = TestClient[Any, Any]


def kefu(*arguments: object) -> str:
    done = CliRunner().invoke(app, [str(one) for one in arguments], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small shop with a release and a few held-out messages."""
    folder = tmp_path_factory.mktemp("projects") / "shop"
    kefu("new", folder)
    (folder / "evaluation").mkdir(exist_ok=True)
    (folder / "evaluation" / "intents.csv").write_text(
        "text,intent\nhello there,greet\ngood morning to you,greet\nthe weather on Mars,out_of_scope\n",
        encoding="utf-8",
    )
    kefu("train", folder, "--recipe", "fast")
    return folder


@asynccontextmanager
async def serving(project: Path) -> AsyncIterator[Client]:
    opened = open_project(project)
    options = Options(
        project=opened,
        database_url=opened.database_url,
        credentials=Credentials(),
        console_token=TOKEN,
        visitors=Visitors(),
    )
    async with composed(options) as application, TestClient(TestServer(application)) as client:
        yield client


async def get(client: Client, path: str = "") -> Any:
    answer = await client.get(f"{BASE}{path}", headers=BEARER)
    assert answer.status == 200, await answer.text()
    return await answer.json()


async def post(client: Client, path: str, body: Any = None) -> int:
    answer = await client.post(f"{BASE}{path}", json=body, headers=BEARER)
    return answer.status


async def ended(client: Client) -> Any:
    """The newest job, when it has ended."""
    for _ in range(2500):
        job = await get(client, "/job")
        if job["state"] != "running":
            return job
        await asyncio.sleep(0.2)
    raise AssertionError("the job does not end")


async def begun(client: Client) -> Any:
    """The newest job, when its process is at work."""
    for _ in range(2500):
        job = await get(client, "/job")
        if job["progress"].get("doing"):
            return job
        assert job["state"] == "running", job
        await asyncio.sleep(0.1)
    raise AssertionError("the job does not begin")


async def test_a_release_is_trained_measured_promoted_and_rolled_back(project: Path) -> None:
    async with serving(project) as client:
        first = (await get(client))["active"]
        assert await post(client, "/train", {"recipe": "fast", "minutes": 1}) == 202
        assert await post(client, "/train", {"recipe": "fast", "minutes": 1}) == 409
        job = await ended(client)
        assert job["state"] == "done", job["log"]
        assert "Embedding …" in job["log"]
        second = job["release"]
        overview = await get(client)
        assert [one["id"] for one in overview["releases"]] == [second, first]
        # Both were measured, so that the two can be compared.
        assert all(one["figures"]["messages"] == 3 for one in overview["releases"])
        found = await get(client, f"/{second}/diff?against={first}")
        assert found["messages"] == 3
        assert found["before"] == found["after"]  # the same data and seed
        assert await post(client, "/promote", {"release": second}) == 200
        overview = await get(client)
        assert (overview["active"], overview["before"]) == (second, first)
        assert await post(client, "/rollback", {}) == 200
        overview = await get(client)
        assert overview["active"] == first
        assert [one["deed"] for one in overview["changes"]][:2] == ["rollback", "promote"]
        assert await post(client, "/rollback", {}) == 409


async def test_what_cannot_be_is_refused(project: Path) -> None:
    async with serving(project) as client:
        active = (await get(client))["active"]
        for body in (
            {},
            {"recipe": "magic", "minutes": 1},
            {"recipe": "fast", "minutes": -1},
            {"recipe": "fast"},
        ):
            assert await post(client, "/train", body) == 400
        assert await post(client, "/promote", {"release": "no-such-release"}) == 409
        assert await post(client, "/promote", {"release": "../../etc"}) == 409
        assert await post(client, "/split", {"release": active, "percent": 101}) == 400
        assert await post(client, "/job/cancel") == 409
        assert await post(client, "/no-such-release/evaluation") == 404
        answer = await client.get(f"{BASE}/{active}/diff?against=other", headers=BEARER)
        assert answer.status == 404
        assert (await get(client))["active"] == active


async def test_a_job_is_cancelled(project: Path) -> None:
    async with serving(project) as client:
        before = sorted(path.name for path in (project / "releases").iterdir())
        assert await post(client, "/train", {"recipe": "finetune", "minutes": 30}) == 202
        await begun(client)
        assert await post(client, "/job/cancel") == 200
        job = await ended(client)
        assert (job["state"], job["cancelled_by"]) == ("cancelled", "API")
        assert sorted(path.name for path in (project / "releases").iterdir()) == before


async def test_a_server_that_stops_interrupts_its_job(project: Path) -> None:
    async with serving(project) as client:
        assert await post(client, "/train", {"recipe": "finetune", "minutes": 30}) == 202
        await begun(client)
    async with serving(project) as client:
        assert (await get(client, "/job"))["state"] == "interrupted"


async def test_the_job_of_a_server_that_was_killed_is_interrupted(project: Path) -> None:
    store = await Store.open(open_project(project).database_url)
    number = await store.jobs.begin("train", recipe="fast", by="Ann")
    await store.jobs.beat(number, pid=os.getpid())  # another process has the number by now: it is left alone
    await store.close()
    async with serving(project) as client:
        job = await get(client, "/job")
        assert (job["id"], job["state"], job["by"]) == (number, "interrupted", "Ann")
        assert await post(client, "/train", {"recipe": "fast", "minutes": 1}) == 202
        assert (await ended(client))["state"] == "done"


async def test_a_split_and_a_shadow_are_set_and_ended(project: Path) -> None:
    async with serving(project) as client:
        overview = await get(client)
        other = next(one["id"] for one in overview["releases"] if one["id"] != overview["active"])
        assert await post(client, "/split", {"release": other, "percent": 25}) == 200
        assert await post(client, "/shadow", {"release": other}) == 200
        overview = await get(client)
        assert (overview["split"], overview["shadow"]) == ({"release": other, "percent": 25.0}, other)
        body = {"sender": "ann", "message": "hello there"}
        assert (await client.post("/webhooks/rest/webhook", json=body)).status == 200
        (live,) = await get(client, "/live")
        assert live["key"] in (other, overview["active"])
        assert live["chats"] == 1
        assert (await get(client, f"/{other}/shadow"))["messages"] <= 1
        assert await post(client, "/split", {"release": ""}) == 200
        assert await post(client, "/shadow", {"release": ""}) == 200
        overview = await get(client)
        assert (overview["split"], overview["shadow"]) == (None, "")
