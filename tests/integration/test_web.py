"""The web layer as pages, programs and strangers see it: chat, console, sockets, bodies, health, headers."""

from __future__ import annotations

import asyncio
import gzip
import io
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from yarl import URL

from bot.errors import StoreError
from bot.messages import Message
from bot.store.records import Accepted
from tests.served_bot import TOKEN, Bot, served

pytestmark = pytest.mark.integration
AGENT = {"Authorization": f"Bearer {TOKEN}"}
SAY = "/api/chat/messages"
CONVERSATIONS = "/api/console/conversations"


@pytest.fixture
async def bot(tmp_path: Path) -> AsyncIterator[Bot]:
    async with served(tmp_path, lambda _: {}) as bot:
        yield bot


async def say(bot: Bot, text: str, number: int = 1, conversation_id: str = "", **more: Any) -> dict[str, Any]:
    body = {"message": text, "message_id": f"m{number}", "conversation_id": conversation_id, **more}
    answer = await bot.client.post(SAY, json=body, headers=bot.visitor)
    assert answer.status == 200
    return await answer.json()


async def deed(bot: Bot, conversation_id: str, what: str, agent: str = "ann", **more: Any) -> int:
    path = URL.build(path=f"{CONVERSATIONS}/{conversation_id}/{what}")
    answer = await bot.client.post(path, json={"agent": agent, **more}, headers=AGENT)
    return answer.status


def texts(answer: dict[str, Any]) -> list[str]:
    return [part["text"] for part in answer["parts"]]


# ── the chat page's API ──────────────────────────────────────────────────────────────────────────────────


async def test_a_conversation_gets_an_id_that_cannot_be_guessed_and_keeps_it(bot: Bot) -> None:
    first = await say(bot, "hello")
    second = await say(bot, "where is my parcel", 2, first["conversation_id"])
    assert texts(first) == ["Hello from Willowbay."]
    assert [button["title"] for button in second["parts"][0]["buttons"]] == ["The lamp", "The desk"]
    assert second["conversation_id"] == first["conversation_id"]
    assert first["conversation_id"] != (await say(bot, "hello"))["conversation_id"]


async def test_a_repeated_message_is_answered_once_with_the_same_words(bot: Bot) -> None:
    conversation_id = (await say(bot, "hello"))["conversation_id"]
    again = await asyncio.gather(*(say(bot, "returns?", 7, conversation_id) for _ in range(4)))
    assert all(texts(one) == texts(again[0]) for one in again)
    assert [who for who, _ in await bot.lines(conversation_id)] == ["user", "bot", "user", "bot"]


async def test_a_page_without_a_socket_sees_what_an_agent_wrote(bot: Bot) -> None:
    conversation_id = (await say(bot, "my cat is purple"))["conversation_id"]
    assert await deed(bot, conversation_id, "reply", text="Ann here. What can I do?") == 200
    answer = await say(bot, "thanks", 2, conversation_id, after=0)
    assert [line["text"] for line in answer["lines"] if line["speaker"] == "agent"] == [
        "Ann here. What can I do?"
    ]
    assert [line["speaker"] for line in answer["lines"]][-1] == "customer", "the bot is silent now"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"message": "hi"}, "'message_id'"),
        ({"message_id": "1"}, "'message'"),
        ({"message": " ", "message_id": "1"}, "'message'"),
        ({"message": 7, "message_id": "1"}, "'message'"),
        ({"message": "x" * 4001, "message_id": "1"}, "4000"),
        ({"message": "hi", "message_id": "1", "after": -1}, "'after'"),
    ],
)
async def test_a_wrong_field_is_named(bot: Bot, body: dict[str, Any], words: str) -> None:
    answer = await bot.client.post(SAY, json=body, headers=bot.visitor)
    assert answer.status == 400
    assert words in (await answer.json())["error"]["message"]


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"{", {}, 400),
        (b"[]", {}, 400),
        (b'"hi"', {}, 400),
        (b"\xff\xfe{}", {}, 400),
        (b"[" * 100_000, {}, 400),
        (b'{"message": "hi", "message_id": "1"}', {"Content-Type": "text/plain"}, 415),
        (b"x" * (3 * 1024 * 1024 + 1), {}, 413),
        (gzip.compress(b" " * (8 * 1024 * 1024)), {"Content-Encoding": "gzip"}, 413),
        (b"not gzip", {"Content-Encoding": "gzip"}, 400),
    ],
)
async def test_a_broken_body_is_refused_in_one_shape(
    bot: Bot, body: bytes, headers: dict[str, str], status: int
) -> None:
    answer = await bot.client.post(
        SAY, data=io.BytesIO(body), headers={"Content-Type": "application/json", **bot.visitor, **headers}
    )
    assert answer.status == status
    error = (await answer.json())["error"]
    assert set(error) == {"code", "message", "request_id"}
    assert error["request_id"] == answer.headers["X-Request-ID"]
    assert await bot.conversations() == ()


async def test_without_its_database_it_says_so_and_asks_to_come_back(
    bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(_message: Message) -> Accepted:
        raise StoreError("The database is away.")

    monkeypatch.setattr(bot.store, "accept", away)
    answer = await bot.client.post("/webhooks/rest/webhook", json={"sender": "ann", "message": "hello"})
    assert answer.status == 503
    assert (await answer.json())["error"]["code"] == "unavailable"
    assert answer.headers["Retry-After"] == "1"


# ── the console's API ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("path", [CONVERSATIONS, f"{CONVERSATIONS}/x", "/api/console/unanswered"])
@pytest.mark.parametrize("given", ["", "Bearer wrong", f"Basic {TOKEN}", TOKEN, "Bearer é"])
async def test_the_console_is_for_those_with_the_token(bot: Bot, path: str, given: str) -> None:
    answer = await bot.client.get(path, headers={"Authorization": given} if given else {})
    assert answer.status == 401
    assert TOKEN not in await answer.text()


async def test_who_guesses_tokens_must_wait_also_when_the_guess_is_right(bot: Bot) -> None:
    for _ in range(10):
        await bot.client.get(CONVERSATIONS, headers={"Authorization": "Bearer guess"})
    answer = await bot.client.get(CONVERSATIONS, headers=AGENT)
    assert answer.status == 429
    assert int(answer.headers["Retry-After"]) >= 1


async def test_an_agent_takes_answers_hands_back_and_closes(bot: Bot) -> None:
    conversation_id = (await say(bot, "my cat is purple"))["conversation_id"]
    waiting = await (await bot.client.get(f"{CONVERSATIONS}?owner=waiting", headers=AGENT)).json()
    assert [one["id"] for one in waiting] == [conversation_id]
    assert await deed(bot, conversation_id, "claim") == 200
    assert await deed(bot, conversation_id, "reply", "bob", text="mine!") == 409
    assert await deed(bot, conversation_id, "reply", text="Purple?") == 200
    assert await deed(bot, conversation_id, "hand_back") == 200
    assert texts(await say(bot, "hello", 2, conversation_id)) == ["Purple?", "Hello from Willowbay."]
    assert texts(await say(bot, "returns?", 4, conversation_id)) == ["Thirty days."]
    assert await deed(bot, conversation_id, "close") == 200
    (row,) = await bot.conversations()
    assert row.owner == "closed"
    await say(bot, "hello", 3, conversation_id)
    (row,) = await bot.conversations()
    assert row.owner == "bot", "who writes again opens the conversation again"


async def test_what_was_not_answered_stays_listed_until_somebody_is_done_with_it(bot: Bot) -> None:
    await say(bot, "my cat is purple")
    (found,) = await (await bot.client.get("/api/console/unanswered", headers=AGENT)).json()
    assert found["text"] == "my cat is purple"
    done = f"/api/console/unanswered/{found['id']}/done"
    assert (await bot.client.post(done, json={"agent": "ann"}, headers=AGENT)).status == 200
    assert (await bot.client.post(done, json={"agent": "ann"}, headers=AGENT)).status == 404
    assert await (await bot.client.get("/api/console/unanswered", headers=AGENT)).json() == []


@pytest.mark.parametrize("query", ["owner=me", "limit=0", "limit=501", "limit=x", "limit=-1"])
async def test_wrong_filters_are_named(bot: Bot, query: str) -> None:
    answer = await bot.client.get(f"{CONVERSATIONS}?{query}", headers=AGENT)
    assert answer.status == 400
    assert query.partition("=")[0] in (await answer.json())["error"]["message"]


async def test_deeds_on_what_is_not_there_are_refused(bot: Bot) -> None:
    assert await deed(bot, "web:nobody", "reply", text="hello?") == 404
    assert await deed(bot, "web:nobody", "reply", text="") == 400
    assert await deed(bot, "web:nobody", "applaud") == 404


# ── sockets ──────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_page_sees_the_answer_arrive_and_after_a_break_only_what_it_missed(bot: Bot) -> None:
    conversation_id = (await say(bot, "hello"))["conversation_id"]
    async with bot.client.ws_connect("/api/chat/live") as socket:
        await socket.send_json({"token": bot.token, "conversation_id": conversation_id, "after": 0})
        before = await socket.receive_json(timeout=10)
        assert [line["speaker"] for line in before["lines"]][-2:] == ["customer", "bot"]
        await say(bot, "returns?", 2, conversation_id)
        news = await socket.receive_json(timeout=10)
        assert news["lines"][-1]["parts"][0]["text"] == "Thirty days."
    await say(bot, "hello", 3, conversation_id)
    async with bot.client.ws_connect("/api/chat/live") as socket:
        after = news["lines"][-1]["seq"]
        await socket.send_json({"token": bot.token, "conversation_id": conversation_id, "after": after})
        missed = await socket.receive_json(timeout=10)
        assert [line["text"] for line in missed["lines"] if line["speaker"] == "customer"] == ["hello"]


async def test_the_console_is_told_of_each_change(bot: Bot) -> None:
    async with bot.client.ws_connect("/api/console/live") as socket:
        await socket.send_json({"token": TOKEN})
        assert (await socket.receive_json(timeout=10))["type"] == "resync"
        conversation_id = (await say(bot, "hello"))["conversation_id"]
        news = await socket.receive_json(timeout=10)
        while news["type"] != "events":  # who is there is told too
            news = await socket.receive_json(timeout=10)
        assert news["conversation_id"] == conversation_id


@pytest.mark.parametrize(
    ("path", "hello", "code"),
    [
        ("/api/chat/live", {"conversation_id": "web:" + "x" * 32, "after": 0}, 4401),
        ("/api/chat/live", {"token": "x", "conversation_id": "rest-sender"}, 4401),
        ("/api/console/live", {"token": "wrong"}, 4401),
        ("/api/console/live", {}, 4401),
        ("/api/console/live", "nonsense", 1008),
    ],
)
async def test_strangers_get_no_news(bot: Bot, path: str, hello: Any, code: int) -> None:
    async with bot.client.ws_connect(path) as socket:
        await socket.send_json(hello)
        assert (await socket.receive(timeout=10)).type in (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED)
        assert socket.close_code == code


@pytest.mark.parametrize("path", ["/api/chat/live", "/api/console/live"])
async def test_a_page_from_elsewhere_opens_no_socket(bot: Bot, path: str) -> None:
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await bot.client.ws_connect(path, headers={"Origin": "https://evil.example"})
    assert refused.value.status == 403


async def test_a_large_frame_closes_the_socket(bot: Bot) -> None:
    conversation_id = (await say(bot, "hello"))["conversation_id"]
    async with bot.client.ws_connect("/api/chat/live") as socket:
        await socket.send_json({"token": bot.token, "conversation_id": conversation_id, "after": 0})
        await socket.receive_json(timeout=10)
        await socket.send_str("x" * 70_000)
        while (await socket.receive(timeout=10)).type == aiohttp.WSMsgType.TEXT:
            pass
        assert socket.close_code == 1009


# ── health, pages, headers ───────────────────────────────────────────────────────────────────────────────


async def test_health_and_metrics_say_how_it_is_without_a_word_of_a_customer(bot: Bot) -> None:
    await say(bot, "my cat is purple")
    assert (await bot.client.get("/health/live")).status == 200
    assert (await bot.client.get("/health/ready")).status == 200
    exposed = await (await bot.client.get("/metrics")).text()
    assert 'kefu_turns_total{channel="web",outcome="done"} 1.0' in exposed
    assert "purple" not in exposed


async def test_a_browser_gets_the_page_and_a_program_the_greeting(bot: Bot) -> None:
    page = await bot.client.get("/", headers={"Accept": "text/html"})
    assert page.content_type == "text/html"
    assert "<title>Willow &amp; Bay</title>" in await page.text()
    assert "script-src 'self'" in page.headers["Content-Security-Policy"]
    assert "unsafe" not in page.headers["Content-Security-Policy"]
    assert page.headers["X-Frame-Options"] == "DENY"
    assert await (await bot.client.get("/")).text() == "Hello from kefu: test"


@pytest.mark.parametrize("path", ["/static/../routes.py", "/static/%2e%2e/routes.py", "/static//etc/passwd"])
async def test_only_static_files_are_static(bot: Bot, path: str) -> None:
    answer = await bot.client.get(URL(path, encoded=True))
    assert answer.status in (403, 404)


async def test_an_unknown_address_and_method_answer_in_the_same_shape(bot: Bot) -> None:
    for answer, code in (
        (await bot.client.get("/api/nothing"), "not_found"),
        (await bot.client.delete(SAY), "method_not_allowed"),
    ):
        assert (await answer.json())["error"]["code"] == code
    assert (await bot.client.get("/nothing")).status == 404
