"""Who may see and do what on the releases and analytics pages, and what a page from elsewhere cannot."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.people.person import Role
from tests.served_bot import TOKEN, Bot, served

from .test_people import account, page_of

pytestmark = pytest.mark.integration
RELEASES, ANALYTICS = "/api/console/releases", "/api/console/analytics"
SEEN = (
    RELEASES, f"{RELEASES}/live", f"{RELEASES}/job", f"{RELEASES}/r1/evaluation", f"{RELEASES}/r1/diff?against=r2",
    f"{RELEASES}/r1/shadow", ANALYTICS, f"{ANALYTICS}/over_time.csv",
)  # fmt: skip
DONE = tuple(f"{RELEASES}/{deed}" for deed in (
    "train", "promote", "rollback", "shadow", "split", "job/cancel", "r1/evaluation"
))  # fmt: skip
BEARER = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture
async def bot(tmp_path: Path) -> AsyncIterator[Bot]:
    async with served(tmp_path, lambda _: {}) as bot:
        for name, role in (("Ann", Role.AGENT), ("Sue", Role.SUPERVISOR), ("Ada", Role.ADMIN)):
            assert await bot.store.people.add(account(name, role))
        yield bot


async def status(bot: Bot, path: str, *, post: bool = False, headers: dict[str, str] | None = None) -> int:
    ask = bot.client.post(path, json={}, headers=headers) if post else bot.client.get(path, headers=headers)
    return (await ask).status


async def test_strangers_see_nothing(bot: Bot) -> None:
    assert {await status(bot, path) for path in SEEN} == {401}
    assert {await status(bot, path, post=True) for path in DONE} == {401}


async def test_agents_see_nothing(bot: Bot) -> None:
    page = await page_of(bot, "Ann")
    assert {await status(bot, path) for path in SEEN} == {403}
    assert {await status(bot, path, post=True, headers=page) for path in DONE} == {403}


async def test_supervisors_see_and_change_nothing(bot: Bot) -> None:
    page = await page_of(bot, "Sue")
    # This bot has no project, and so no releases: 503 says that the role would do.
    assert {await status(bot, path) for path in SEEN if path.startswith(RELEASES)} <= {200, 503}
    assert {await status(bot, path) for path in SEEN if path.startswith(ANALYTICS)} == {200}
    assert {await status(bot, path, post=True, headers=page) for path in DONE} == {403}


async def test_admins_need_their_own_page(bot: Bot) -> None:
    page = await page_of(bot, "Ada")
    assert {await status(bot, path, post=True) for path in DONE} == {403}
    assert {await status(bot, path, post=True, headers=page) for path in DONE} == {503}


# ── analytics ────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_conversation_is_in_the_figures_at_once(bot: Bot) -> None:
    assert await bot.say("hello", "ann") == ["Hello from Willowbay."]
    await bot.say("what is the integral of x squared", "bob")
    found = await (await bot.client.get(ANALYTICS, headers=BEARER)).json()
    assert found["complete"] is True
    assert (found["totals"]["chats"], found["totals"]["handed_over"]) == (2, 1)
    assert found["totals"]["containment"] == 0.5
    assert found["intents"] == [{"intent": "greet", "messages": 1, "customers": 1, "share": 1.0}]
    assert [row["key"] for row in found["by"]["release"]] == ["words"]
    assert sum(day["chats"] for day in found["over_time"]) == 2
    assert len(found["over_time"]) == 30
    only = await (await bot.client.get(f"{ANALYTICS}?channel=whatsapp", headers=BEARER)).json()
    assert only["totals"]["chats"] == 0


async def test_a_table_is_a_file(bot: Bot) -> None:
    await bot.say("hello", "ann")
    answer = await bot.client.get(f"{ANALYTICS}/channel.csv", headers=BEARER)
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="kefu-channel.csv"'
    (row,) = csv.DictReader(io.StringIO((await answer.read()).decode("utf-8-sig")))
    assert (row["channel"], row["chats"]) == ("rest", "1")


@pytest.mark.parametrize(
    "query",
    ["from=yesterday", "from=2026-02-30", "each=year", "offset=900", "offset=x", "from=2026-03-02&to=2026-03-01",
     "from=2020-01-01&to=2026-01-01", "from=2026-01-01&to=2026-03-01&each=hour", "to=0001-01-01"],
)  # fmt: skip
async def test_periods_that_are_none_are_refused(bot: Bot, query: str) -> None:
    answer = await bot.client.get(f"{ANALYTICS}?{query}", headers=BEARER)
    assert answer.status == 400
    assert (await answer.json())["error"]["message"]


async def test_there_are_no_other_tables(bot: Bot) -> None:
    assert (await bot.client.get(f"{ANALYTICS}/people.csv", headers=BEARER)).status == 404


async def test_an_agents_wait_is_measured(bot: Bot) -> None:
    await bot.say("what is the integral of x squared", "bob")
    began = time.time()
    await bot.desk.reply("bob", "Ann", "One third of x cubed.")
    await bot.desk.close("bob", "Ann")
    await bot.desk.rate("bob", 5, "")
    found = (await (await bot.client.get(ANALYTICS, headers=BEARER)).json())["totals"]
    assert found["resolution"] == 1.0
    assert (found["csat"], found["rating"]) == (1.0, 5.0)
    assert 0 <= found["person_answer_p50_s"] <= time.time() - began + 60
