"""WhatsApp whole: Meta's webhook in, the Graph API's fake out, pywa as the independent party at both ends."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import aiohttp
import httpx
import pytest
from pywa import WhatsApp as Pywa
from pywa.types import Button as PywaButton

from bot.channels.base import Incoming, Outgoing
from bot.channels.whatsapp import WhatsApp
from bot.messages import Button, Part
from tests.fake_platform import FakePlatform, Recorded, fake_platform
from tests.served_bot import Bot, served
from tests.unit.whatsapp_cloud import NUMBER, from_ann, text

pytestmark = pytest.mark.integration

SECRET = "the app's secret"
PATH = "/webhooks/whatsapp/webhook"
ANN = f"whatsapp:{NUMBER}:4915112345"


@pytest.fixture
async def graph() -> AsyncIterator[FakePlatform]:
    numbers = count(1)

    def answer(_request: Recorded) -> Any:
        who = [{"input": "4915112345", "wa_id": "4915112345"}]
        taken = [{"id": f"wamid.out{next(numbers)}"}]
        return {"messaging_product": "whatsapp", "contacts": who, "messages": taken}

    async with fake_platform(answer) as platform:
        yield platform


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as opened:
        yield opened


def whatsapp(session: aiohttp.ClientSession, url: str) -> WhatsApp:
    return WhatsApp(
        phone_number_id=NUMBER,
        access_token="the token",
        app_secrets=(SECRET,),
        verify_token="known to Meta",
        session=session,
        api_url=url,
    )


def signed(body: bytes) -> dict[str, str]:
    # By hashlib and not by our own code.
    return {"X-Hub-Signature-256": "sha256=" + hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()}


# ── the handshake ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("token", ["known to Meta", "guessed", ""])
async def test_pywa_answers_the_handshake_alike(session: aiohttp.ClientSession, token: str) -> None:
    theirs = Pywa(NUMBER, "t", server=None, session=httpx.Client(), verify_token="known to Meta")
    challenge, status = theirs.webhook_challenge_handler(token, "1158201444")
    query = {"hub.mode": "subscribe", "hub.challenge": "1158201444", "hub.verify_token": token}
    ours = whatsapp(session, "http://127.0.0.1:9").handshake(query)
    assert ours == (challenge if status == 200 else None)


# ── the sender ───────────────────────────────────────────────────────────────────────────────────────────


async def test_what_is_sent_is_what_pywa_sends(session: aiohttp.ClientSession, graph: FakePlatform) -> None:
    channel = whatsapp(session, graph.url)
    choices = (Button(title="Yes", payload="/yes"), Button(title="No", payload="/no"))
    parts = [
        Part(text="Hello."),
        Part(text="Sure?", buttons=choices),
        Part(image="https://shop.example/a.png"),
    ]
    for payload in channel.render(parts, language="en"):
        assert (await channel.send(Outgoing(recipient="4915112345", payload=payload))).failure is None
    await asyncio.to_thread(_send_by_pywa, graph.url)
    assert len(graph.taken) == 6
    for ours, theirs in zip(graph.taken[:3], graph.taken[3:], strict=True):
        assert ours.path == "/v23.0/PN1/messages"
        assert ours.path.split("/")[2:] == theirs.path.split("/")[-2:]
        assert ours.headers["Authorization"] == theirs.headers["Authorization"]
        assert ours.json == _without_nulls(theirs.json)


def _send_by_pywa(url: str) -> None:
    with httpx.Client() as http:
        client = Pywa(NUMBER, "the token", server=None, session=http)
        client.api._session.base_url = f"{url}/v23.0"  # its constructor knows no other way
        client.send_message("4915112345", "Hello.", preview_url=False)
        client.send_message(
            "4915112345", "Sure?", buttons=[PywaButton("Yes", "/yes"), PywaButton("No", "/no")]
        )
        client.send_image("4915112345", "https://shop.example/a.png")


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nulls(item) for key, item in value.items() if item is not None}
    return [_without_nulls(item) for item in value] if isinstance(value, list) else value


async def test_what_the_platform_does_with_a_call(
    session: aiohttp.ClientSession, graph: FakePlatform
) -> None:
    channel = whatsapp(session, graph.url)
    outgoing = Outgoing(recipient="4915112345", payload=channel.render([Part(text="Hello.")])[0])
    graph.refuses(429, {"error": {"code": 130429}}, Retry_After="7")
    graph.refuses(500)
    graph.refuses(400, {"error": {"code": 131026}})
    graph.hangs_up(after_taking=False)
    graph.hangs_up(after_taking=True)
    limited = await channel.send(outgoing)
    assert (limited.failure, limited.retry_after) == ("rate_limited", timedelta(seconds=7))
    results = [(await channel.send(outgoing)).failure for _ in range(5)]
    # Whether it had the message when it hung up cannot be told from outside.
    assert results == ["temporary", "permanent", "unknown", "unknown", None]


async def test_nobody_there_is_no_unknown_outcome(session: aiohttp.ClientSession) -> None:
    channel = whatsapp(session, "http://127.0.0.1:9")
    result = await channel.send(Outgoing(recipient="4915", payload={"type": "text"}))
    assert result.failure == "temporary"


async def test_a_redirect_does_not_get_the_token(session: aiohttp.ClientSession, graph: FakePlatform) -> None:
    graph.refuses(307, None, Location="/elsewhere")
    channel = whatsapp(session, graph.url)
    assert (await channel.send(Outgoing(recipient="4915", payload={}))).failure == "permanent"
    assert graph.taken == []


# ── the whole way ────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
async def bot(tmp_path: Path, graph: FakePlatform) -> AsyncIterator[Bot]:
    async with served(tmp_path, lambda session: {"whatsapp": whatsapp(session, graph.url)}) as running:
        yield running


async def deliver(bot: Bot, body: bytes, headers: dict[str, str] | None = None) -> int:
    async with bot.client.post(
        PATH, data=body, headers=signed(body) if headers is None else headers
    ) as answer:
        return answer.status


def said(graph: FakePlatform) -> list[str]:
    bodies = [request.json for request in graph.taken]
    return [body["text"]["body"] if body["type"] == "text" else body["type"] for body in bodies]


async def test_a_message_is_answered_once_however_often_it_comes(bot: Bot, graph: FakePlatform) -> None:
    body = from_ann(text("hello"))
    assert await asyncio.gather(*(deliver(bot, body) for _ in range(4))) == [200] * 4
    await bot.settled()
    assert await deliver(bot, body) == 200
    await bot.settled()
    assert said(graph) == ["Hello from Willowbay."]
    assert graph.taken[0].json["to"] == "4915112345"
    assert await bot.lines(ANN) == [("user", "hello"), ("bot", "Hello from Willowbay.")]


async def test_a_forged_message_is_refused_and_leaves_no_trace(bot: Bot, graph: FakePlatform) -> None:
    body = from_ann(text("hello"))
    for headers in ({}, {"X-Hub-Signature-256": "sha256=" + "0" * 64}, signed(body + b" ")):
        assert await deliver(bot, body, headers) == 401
    await bot.settled()
    assert await bot.conversations() == ()
    assert graph.taken == []


async def test_replies_leave_in_order_through_all_that_goes_wrong(bot: Bot, graph: FakePlatform) -> None:
    graph.refuses(429, {"error": {"code": 130429}}, Retry_After="0")
    graph.refuses(503)
    graph.hangs_up(after_taking=False)
    graph.is_slow(0.05)
    for number, words in enumerate(["I want to return it", "hello", "I want to return it"]):
        assert await deliver(bot, from_ann(text(words, id=f"wamid.{number}"))) == 200
    await bot.settled()
    assert said(graph) == ["Thirty days.", "image", "Hello from Willowbay.", "Thirty days.", "image"]


async def test_a_taken_message_without_an_answer_repeats_flagged_and_counted(
    bot: Bot, graph: FakePlatform
) -> None:
    graph.hangs_up(after_taking=True)
    await deliver(bot, from_ann(text("hello")))
    await bot.settled()
    assert said(graph) == ["Hello from Willowbay."] * 2
    assert (await bot.store.counts()).unknown_sends == 1


async def test_or_is_held_for_a_person(tmp_path: Path, graph: FakePlatform) -> None:
    def channels(session: aiohttp.ClientSession) -> dict[str, WhatsApp]:
        return {"whatsapp": whatsapp(session, graph.url)}

    async with served(tmp_path, channels, unknown_sends="hold") as bot:
        graph.hangs_up(after_taking=True)
        await deliver(bot, from_ann(text("hello")))
        await bot.settled()
        (held,) = await bot.store.outbox.dead()
        assert (held.state, said(graph)) == ("held", ["Hello from Willowbay."])
        assert held.unknown_at is not None


async def test_what_will_never_be_taken_is_a_dead_letter_that_can_be_replayed(
    bot: Bot, graph: FakePlatform
) -> None:
    graph.refuses(400, {"error": {"code": 131026, "message": "internal"}})
    await deliver(bot, from_ann(text("hello")))
    await bot.settled()
    (dead,) = await bot.store.outbox.dead()
    assert (dead.state, said(graph)) == ("dead", [])
    assert "cannot deliver to this user" in dead.last_error
    assert await bot.store.outbox.replay(dead.id)
    await bot.settled()
    assert said(graph) == ["Hello from Willowbay."]


async def test_what_was_accepted_is_answered_after_a_crash(tmp_path: Path, graph: FakePlatform) -> None:
    def channels(session: aiohttp.ClientSession) -> dict[str, WhatsApp]:
        return {"whatsapp": whatsapp(session, graph.url)}

    async with served(tmp_path, channels) as bot, aiohttp.ClientSession() as session:
        body = from_ann(text("hello"))
        incoming = Incoming(headers={}, query={}, body=body, received_at=datetime.now(UTC))
        # Stored as the webhook stores it, then nothing: the process is gone.
        for message in whatsapp(session, graph.url).parse(incoming).messages:
            await bot.store.accept(message)
        assert said(graph) == []
    async with served(tmp_path, channels) as bot:
        await bot.settled()
        assert await deliver(bot, body) == 200
        await bot.settled()
    assert said(graph) == ["Hello from Willowbay."]


async def test_a_picture_is_kept_for_people_and_answered_honestly(bot: Bot, graph: FakePlatform) -> None:
    picture = {"from": "4915112345", "id": "wamid.p", "timestamp": "1700000000", "type": "image"}
    await deliver(bot, from_ann({**picture, "image": {"id": "M1", "mime_type": "image/jpeg"}}))
    await bot.settled()
    assert said(graph) == ["I cannot open this; a colleague will see it."]
    rows = await bot.store.load_events(ANN)
    (seen,) = [data["metadata"]["attachments"] for _, data in rows if data["event"] == "user"]
    assert [(one["kind"], one["reference"]) for one in seen] == [("image", "whatsapp-media:M1")]


async def test_an_agents_line_goes_to_the_customer(bot: Bot, graph: FakePlatform) -> None:
    await deliver(bot, from_ann(text("hello")))
    await bot.settled()
    await bot.desk.reply(ANN, "Bea", "Bea here.")
    await bot.settled()
    assert said(graph)[-1] == "Bea here."
