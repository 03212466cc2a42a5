"""The review and the archive over HTTP: who may do what, what is refused, and a customer who is deleted."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from yarl import URL

from bot.commands.forget import forget_command
from bot.event_stream import EventStream
from bot.people.passwords import hashed
from bot.people.person import Role, name_key
from bot.review.gather import ReviewSink
from bot.store.people import Account
from bot.web.keys import SERVICES
from tests.reviewed_project import NearAid, asked, converse, made_project, mined
from tests.served_bot import TOKEN, Bot, served

pytestmark = pytest.mark.integration
PASSWORD = "correct horse battery"
PROGRAM = {"Authorization": f"Bearer {TOKEN}"}
REVIEW, ARCHIVE = "/api/console/review", "/api/console/archive"


@cache
def stored() -> str:
    return hashed(PASSWORD)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return made_project(tmp_path / "shop").folder


@pytest.fixture
async def bot(folder: Path) -> AsyncIterator[Bot]:
    async with served(folder, lambda _: {}) as bot:
        for name, role in (("Ann", Role.AGENT), ("Sue", Role.SUPERVISOR), ("Ada", Role.ADMIN)):
            account = Account(
                name=name, key=name_key(name), role=role.word, password=stored(), languages=(), skills=(),
                most_chats=5, created_at=datetime.now(UTC),
            )  # fmt: skip
            assert await bot.store.people.add(account)
        yield bot


async def page_of(bot: Bot, name: str) -> dict[str, str]:
    """Sign in; the headers that the page sends along."""
    answer = await bot.client.post("/api/console/session", json={"name": name, "password": PASSWORD})
    assert answer.status == 200
    return {"X-CSRF-Token": (await answer.json())["csrf"]}


async def ask(bot: Bot, method: str, path: str, headers: dict[str, str], **options: Any) -> tuple[int, Any]:
    url = URL.build(path=path, query=options.pop("query", {}))
    answer = await bot.client.request(method, url, headers=headers, **options)
    return answer.status, await answer.json()


async def gather(bot: Bot) -> None:
    sink = ReviewSink(store=bot.store, aid=NearAid(), added=lambda: None)
    await EventStream(bot.store.cursors, sink, alone=True).give()


# ── roles ────────────────────────────────────────────────────────────────────────────────────────────────

READ = [
    f"{REVIEW}/queue",
    f"{REVIEW}/items",
    f"{REVIEW}/intents",
    f"{REVIEW}/articles",
    f"{REVIEW}/history",
    ARCHIVE,
]
WRITE = [
    ("POST", f"{REVIEW}/claims"), ("POST", f"{REVIEW}/decisions"), ("PUT", f"{REVIEW}/items/1"),
    ("PUT", f"{REVIEW}/answers/greet"), ("PUT", f"{REVIEW}/articles/x"), ("POST", f"{REVIEW}/history/1/undo"),
    ("POST", f"{ARCHIVE}/web:1/labels"),
]  # fmt: skip


async def test_strangers_see_nothing_and_agents_only_read(bot: Bot) -> None:
    bot.client.session.cookie_jar.clear()
    for path in READ:
        assert (await ask(bot, "GET", path, {}))[0] == 401
    for name, allowed in (("Ann", False), ("Sue", True)):
        page = await page_of(bot, name)
        for path in READ:
            assert (await ask(bot, "GET", path, page))[0] == 200, path
        for method, path in WRITE:
            status, _ = await ask(bot, method, path, page, json={})
            assert (status != 403) is allowed, path
            assert (await ask(bot, method, path, {}, json={}))[0] == 403, "a page elsewhere has no token"


async def test_only_admins_delete_a_customer(bot: Bot) -> None:
    await converse(bot.store, "web:1", asked("do you gift wrap"))
    for name, status in (("Ann", 403), ("Sue", 403), ("Ada", 200)):
        page = await page_of(bot, name)
        assert (await ask(bot, "POST", f"{ARCHIVE}/web:1/erase", page, json={}))[0] == status
    assert await bot.store.conversation("web:1") is None
    assert (await ask(bot, "POST", f"{ARCHIVE}/web:1/erase", page, json={}))[0] == 404


# ── the queue ────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_cluster_is_decided_over_http_and_taken_back(bot: Bot, folder: Path) -> None:
    mined(bot_review(bot).project)
    await bot_review(bot).sync_drafts()
    page = await page_of(bot, "Sue")
    _, queue = await ask(bot, "GET", f"{REVIEW}/queue", page)
    assert [(group["name"], group["size"]) for group in queue["groups"]] == [
        ("gift_wrap", 3),
        ("broken_cup", 2),
    ]
    assert queue["counts"] == {"mined": 5}
    _, found = await ask(
        bot, "GET", f"{REVIEW}/items", page, query={"cluster": queue["groups"][0]["cluster"]}
    )
    assert found["drafted_answers"] == ["We wrap for 3.50 euros."]
    seen = [[item["id"], item["version"]] for item in found["items"]]
    status, done = await ask(
        bot, "POST", f"{REVIEW}/decisions", page,
        json={"items": seen, "intent": "gift_wrap", "answers": {"en": "We wrap."}},
    )  # fmt: skip
    assert (status, done["left"]) == (200, {})
    status, again = await ask(bot, "POST", f"{REVIEW}/decisions", page, json={"items": seen})
    assert status == 409
    assert "moment ago" in again["error"]["message"]
    _, intents = await ask(bot, "GET", f"{REVIEW}/intents", page)
    assert {"name": "gift_wrap", "title": "", "examples": 3, "answers": {"en": "We wrap."}} in intents[
        "intents"
    ]
    _, history = await ask(bot, "GET", f"{REVIEW}/history", page)
    assert history["changes"][0]["person"] == "Sue"
    assert str(folder) not in json.dumps(history)
    status, _ = await ask(bot, "POST", f"{REVIEW}/history/{done['change']}/undo", page, json={})
    assert status == 200
    assert "gift_wrap" not in (folder / "domain.yml").read_text()


async def test_messages_can_be_opened_before_they_are_sorted(bot: Bot) -> None:
    for number, text in enumerate(["do you gift wrap", "can I rent a sofa"]):
        await converse(bot.store, f"web:{number}", asked(text))
    await gather(bot)
    page = await page_of(bot, "Ann")
    _, queue = await ask(bot, "GET", f"{REVIEW}/queue", page)
    (group,) = queue["groups"]
    assert (group["name"], group["size"]) == ("", 2)
    _, found = await ask(bot, "GET", f"{REVIEW}/items", page, query={"cluster": group["cluster"]})
    assert {item["text"] for item in found["items"]} == {"do you gift wrap", "can I rent a sofa"}


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"items": []},
        {"items": "all"},
        {"items": [[1]]},
        {"items": [[1, "1"]]},
        {"items": [[1, 1], [1, 1]]},
        {"items": [[1, 1]], "intent": "two words"},
        {"items": [[1, 1]], "intent": "a/b"},
        {"items": [[1, 1]], "intent": "x" * 81},
        {"items": [[1, 1]], "intent": "a", "answers": {"fr": "oui"}},
        {"items": [[1, 1]], "intent": "a", "answers": {"en": 7}},
    ],
)
async def test_a_decision_that_says_nothing_sensible_is_refused(bot: Bot, body: dict[str, Any]) -> None:
    status, _ = await ask(bot, "POST", f"{REVIEW}/decisions", PROGRAM, json={**body, "agent": "a program"})
    assert status == 400


async def test_an_article_cannot_be_written_elsewhere(bot: Bot, folder: Path) -> None:
    page = await page_of(bot, "Sue")
    body = {"title": "T", "language": "en", "text": "x"}
    for name in ("..%2F..%2Fkefu", "a%2Fb", ".hidden"):
        answer = await bot.client.put(URL(f"{REVIEW}/articles/{name}", encoded=True), json=body, headers=page)
        assert answer.status in (400, 404)
    assert {path.name for path in (folder / "knowledge").iterdir()} == {"returns.md"}


async def test_two_people_see_who_is_at_what(bot: Bot) -> None:
    await converse(bot.store, "web:1", asked("do you gift wrap"))
    await gather(bot)
    sue = await page_of(bot, "Sue")
    (item,) = await bot.store.reviews.open_items()
    assert (await ask(bot, "POST", f"{REVIEW}/claims", sue, json={"items": [item.id]}))[1] == {"taken": {}}
    ada = await page_of(bot, "Ada")
    _, claimed = await ask(bot, "POST", f"{REVIEW}/claims", ada, json={"items": [item.id]})
    assert claimed == {"taken": {str(item.id): "Sue"}}
    _, queue = await ask(bot, "GET", f"{REVIEW}/queue", ada)
    assert queue["groups"][0]["claimed_by"] == ["Sue"]
    body = {"items": [[item.id, item.version]]}
    assert (await ask(bot, "POST", f"{REVIEW}/decisions", ada, json=body))[0] == 409


# ── the archive ──────────────────────────────────────────────────────────────────────────────────────────


async def found(bot: Bot, **query: str) -> list[str]:
    status, answer = await ask(bot, "GET", ARCHIVE, PROGRAM, query=query)
    assert status == 200, answer
    return [row["id"] for row in answer["conversations"]]


async def test_conversations_are_found(bot: Bot) -> None:
    await converse(bot.store, "web:1", asked("do you gift wrap 100% of it"))
    await converse(
        bot.store,
        "wa:2",
        asked("我要退货", kind="answer", p=0.9),
        channel="whatsapp",
        language="zh",
        owner="waiting",
    )
    assert await found(bot) == ["wa:2", "web:1"]
    assert await found(bot, text="GIFT") == ["web:1"]
    assert await found(bot, text="退货") == ["wa:2"]
    assert await found(bot, text="100%") == ["web:1"]
    assert await found(bot, text="%") == ["web:1"], "a sign is a sign"
    assert await found(bot, channel="whatsapp", language="zh", owner="waiting") == ["wa:2"]
    assert await found(bot, decided="hand_over") == ["web:1"]
    assert await found(bot, intent="greet", decided="answer") == ["wa:2"]
    assert await found(bot, intent="nothing") == []
    assert await found(bot, since="2099-01-01") == []
    assert await found(bot, until="2020-01-01") == []
    _, values = await ask(bot, "GET", f"{ARCHIVE}/values", PROGRAM)
    assert values == {"channels": ["web", "whatsapp"], "languages": ["en", "zh"]}


async def test_pages_of_conversations_hold_each_once(bot: Bot) -> None:
    for number in range(7):
        await converse(bot.store, f"web:{number}", asked("hello"))
    seen: list[str] = []
    query = {"limit": "3"}
    while True:
        _, answer = await ask(bot, "GET", ARCHIVE, PROGRAM, query=query)
        seen += [row["id"] for row in answer["conversations"]]
        if not answer["next"]:
            break
        query["before"] = answer["next"]
    assert seen == [f"web:{number}" for number in reversed(range(7))]


@pytest.mark.parametrize(
    "query", [{"owner": "nobody"}, {"decided": "x"}, {"since": "yesterday"}, {"before": "x"}, {"limit": "0"}]
)
async def test_a_search_that_cannot_be_is_refused(bot: Bot, query: dict[str, str]) -> None:
    assert (await ask(bot, "GET", ARCHIVE, PROGRAM, query=query))[0] == 400


async def test_a_corrected_label_is_on_the_queue_and_in_the_transcript(bot: Bot) -> None:
    await converse(bot.store, "web:1", asked("do you gift wrap", kind="answer", p=0.99))
    page = await page_of(bot, "Sue")
    labels = f"{ARCHIVE}/web:1/labels"
    assert (await ask(bot, "POST", labels, page, json={"seq": 1, "intent": "gift_wrap"}))[0] == 200
    assert (await ask(bot, "POST", labels, page, json={"seq": 2, "intent": "gift_wrap"}))[0] == 409
    _, shown = await ask(bot, "GET", f"{ARCHIVE}/web:1", page)
    assert shown["labels"]["1"]["proposed"] == "gift_wrap"
    assert shown["labels"]["1"]["person"] == "Sue"
    assert await found(bot, intent="gift_wrap") == ["web:1"]
    assert (await ask(bot, "GET", f"{ARCHIVE}/nobody", page))[0] == 404


# ── deleting a customer ──────────────────────────────────────────────────────────────────────────────────


async def learned(bot: Bot) -> None:
    """Two conversations of one customer and one of another, all learned from."""
    for conversation, sender in (("rest:1", "olivia"), ("rest:2", "olivia"), ("rest:3", "ben")):
        await converse(bot.store, conversation, asked(f"wrap my present {conversation}"), sender=sender)
    await gather(bot)
    items = await bot.store.reviews.open_items()
    seen = [(item.id, item.version) for item in items]
    await bot_review(bot).assign(seen, "gift_wrap", "Sue", answers={})


async def test_a_customers_conversations_and_examples_go(bot: Bot, folder: Path) -> None:
    await learned(bot)
    page = await page_of(bot, "Ada")
    status, done = await ask(bot, "POST", f"{ARCHIVE}/rest:1/erase", page, json={})
    assert (status, done["conversations"]) == (200, 2)
    assert "2 training examples" in done["said"][0]
    assert [row.id for row in await bot.store.conversations()] == ["rest:3"]
    assert (folder / "nlu.yml").read_text().count("wrap my present") == 1
    (forgotten, _) = await bot.store.reviews.changes()
    assert (forgotten.kind, forgotten.person) == ("forget", "Ada")
    assert (await bot.say("hello", "olivia"))[0] == "Hello from Willowbay.", "they begin anew"


async def test_the_command_forgets_live_conversations_beside_a_running_server(
    bot: Bot, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    await learned(bot)
    database = f"sqlite:///{folder / 'bot.sqlite'}"
    assert await asyncio.to_thread(forget_command, folder, "rest:1", database=database) == 0
    assert "2 live conversations" in capsys.readouterr().out
    assert [row.id for row in await bot.store.conversations()] == ["rest:3"]
    assert await asyncio.to_thread(forget_command, folder, "rest:1", database=database) == 1


def bot_review(bot: Bot) -> Any:
    return bot.client.app[SERVICES].review
