"""That somebody writes is shown to the other side, and to nobody else; nothing of it is kept."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from bot.people.person import Role
from bot.web.keys import WRITERS
from tests.integration.test_people import account, page_of
from tests.served_bot import Bot, served

pytestmark = pytest.mark.integration
PATIENT_S = 60


@pytest.fixture
async def bot(tmp_path: Path) -> AsyncIterator[Bot]:
    async with served(tmp_path, lambda _: {}) as bot:
        for name in ("Ann", "Bob"):
            assert await bot.store.people.add(account(name, Role.AGENT))
        yield bot


async def begun(bot: Bot, name: str = "first-chat") -> str:
    """A conversation of the visitor's that waits for a person."""
    visitor = bot.visitors.visitor(bot.token).id
    conversation = f"web:{visitor}.{name}"
    body = {"conversation_id": conversation, "message_id": "m1", "message": "my cat is purple"}
    answer = await bot.client.post("/api/chat/messages", json=body, headers=bot.visitor)
    assert answer.status == 200
    return conversation


@asynccontextmanager
async def widget(bot: Bot, conversation: str) -> AsyncIterator[Any]:
    async with bot.client.ws_connect("/api/chat/live") as socket:
        await socket.send_json({"token": bot.token, "conversation_id": conversation, "after": 0})
        assert "lines" in await socket.receive_json(timeout=PATIENT_S)
        yield socket


@asynccontextmanager
async def console(bot: Bot, name: str, viewing: str = "") -> AsyncIterator[Any]:
    await page_of(bot, name)
    async with bot.client.ws_connect("/api/console/live") as socket:
        await socket.send_json({"viewing": viewing})
        # Who is there is told after what the page said has been heard.
        while not await sees(socket, name, viewing):
            continue
        yield socket


async def sees(socket: Any, name: str, viewing: str) -> bool:
    message = await socket.receive_json(timeout=PATIENT_S)
    people = message.get("people", ())
    return any(one["name"] == name and viewing in (*one["viewing"], "") for one in people)


async def until_event(socket: Any) -> list[dict[str, Any]]:
    """What comes before the next event, presence aside."""
    found = []
    while (message := await socket.receive_json(timeout=PATIENT_S)).get("type") != "events":
        found += [message] if message["type"] == "typing" else []
    return found


async def test_the_customer_sees_who_has_the_conversation_write(bot: Bot) -> None:
    conversation = await begun(bot)
    await bot.desk.claim(conversation, "Ann")
    async with widget(bot, conversation) as customer, console(bot, "Ann") as ann:
        await ann.send_json({"typing": conversation})
        assert await customer.receive_json(timeout=PATIENT_S) == {"typing": "Ann"}
        before = await bot.store.load_events(conversation)
        await bot.desk.reply(conversation, "Ann", "Purple?")
        assert "lines" in await customer.receive_json(timeout=PATIENT_S)
        after = await bot.store.load_events(conversation)
        assert [data["event"] for _, data in after[len(before) :]] == ["agent"]


@pytest.mark.parametrize("claimed", [None, "Bob"])
async def test_who_has_not_the_conversation_is_not_seen_to_write(bot: Bot, claimed: str | None) -> None:
    conversation = await begun(bot)
    if claimed:
        await bot.desk.claim(conversation, claimed)
    async with widget(bot, conversation) as customer, console(bot, "Ann") as ann:
        for said in (conversation, "web:nobody", 7, None, {"a": 1}):
            await ann.send_json({"typing": said})
        await ann.send_json({"viewing": conversation})
        while not await sees(ann, "Ann", conversation):  # by then what was said before has been heard
            continue
        await bot.desk.reply(conversation, claimed or "Ann", "Purple?")
        assert "lines" in await customer.receive_json(timeout=PATIENT_S)


async def test_who_looks_at_the_conversation_sees_the_customer_write(bot: Bot) -> None:
    conversation = await begun(bot)
    async with (
        console(bot, "Ann", conversation) as ann,
        console(bot, "Bob", "web:another") as bob,
        widget(bot, conversation) as customer,
    ):
        await customer.send_json({"typing": True})
        message = await ann.receive_json(timeout=PATIENT_S)
        while message["type"] != "typing":
            message = await ann.receive_json(timeout=PATIENT_S)
        assert message == {"type": "typing", "conversation_id": conversation}
        await bot.desk.claim(conversation, "Ann")
        assert await until_event(bob) == []


async def test_it_is_not_said_as_often_as_a_page_likes(bot: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
    conversation = await begun(bot)
    assert bot.client.app is not None
    monkeypatch.setattr(bot.client.app[WRITERS], "_clock", lambda: 1000.0)
    async with console(bot, "Ann", conversation) as ann, widget(bot, conversation) as customer:
        for _ in range(50):
            await customer.send_json({"typing": True})
        await customer.send_json({"typing": "loudly"})
        body = {"conversation_id": conversation, "message_id": "m2", "message": "Hello?"}
        await bot.client.post("/api/chat/messages", json=body, headers=bot.visitor)
        assert len(await until_event(ann)) <= 3


async def test_a_page_without_a_socket_waits_for_lines_and_not_for_writing(bot: Bot) -> None:
    conversation = await begun(bot)
    await bot.desk.claim(conversation, "Ann")
    seq = (await bot.store.load_events(conversation))[-1][0]
    async with widget(bot, conversation) as customer, console(bot, "Ann") as ann:
        query = {"conversation_id": conversation, "after": str(seq), "wait": "20"}
        waiting = asyncio.ensure_future(bot.client.get("/api/chat/lines", params=query, headers=bot.visitor))
        await ann.send_json({"typing": conversation})
        assert await customer.receive_json(timeout=PATIENT_S) == {"typing": "Ann"}
        await bot.desk.reply(conversation, "Ann", "Purple?")
        answer = await (await waiting).json()
        assert [line["speaker"] for line in answer["lines"]] == ["agent"]
