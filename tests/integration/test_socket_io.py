"""Rasa's Socket.IO protocol with python-socketio's own client, and the rules of the published widget."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import jwt
import pytest
import socketio

from bot.channels.accounts import SocketioAccount
from bot.channels.socket_io import SocketIo, utterances
from bot.messages import Button, Part
from bot.web.keys import NEWCOMERS
from tests.served_bot import Bot, served

pytestmark = pytest.mark.integration

KEY = "k" * 40


def channels(**fields: Any) -> Callable[[aiohttp.ClientSession], dict[str, SocketIo]]:
    entry = SocketioAccount.model_validate({"session_persistence": True, **fields})
    return lambda session: {"socketio": SocketIo(entry=entry, session=session)}


@pytest.fixture
async def bot(tmp_path: Path) -> AsyncIterator[Bot]:
    async with served(tmp_path, channels()) as running:
        yield running


class Page:
    """A page with the widget: what it was told, and the session that it has."""

    def __init__(self, client: Any) -> None:
        self.client = client
        self.session = ""
        self.said: list[Any] = []
        self.news = asyncio.Event()

    async def ask_for_session(self, session_id: str | None = None) -> str:
        self.session = ""
        await self.client.emit("session_request", {"session_id": session_id})
        await self.until(lambda: bool(self.session))
        return self.session

    async def say(self, text: str, **more: Any) -> None:
        await self.client.emit("user_uttered", {"message": text, "session_id": self.session, **more})

    async def until(self, is_so: Callable[[], bool]) -> None:
        async with asyncio.timeout(60):
            while not is_so():
                self.news.clear()
                await self.news.wait()


@asynccontextmanager
async def page(bot: Bot, *, address: str = "127.0.0.1", **options: Any) -> AsyncIterator[Page]:
    connector = aiohttp.TCPConnector(local_addr=(address, 0))
    http = aiohttp.ClientSession(connector=connector)  # the client leaves its own open when it is refused
    client = socketio.AsyncClient(reconnection=False, http_session=http)
    opened = Page(client)

    def confirmed(session_id: str) -> None:
        opened.session = session_id
        opened.news.set()

    def uttered(data: Any) -> None:
        opened.said.append(data)
        opened.news.set()

    client.on("session_confirm", confirmed)
    client.on("bot_uttered", uttered)
    try:
        await client.connect(str(bot.client.make_url("")), **options)
        yield opened
    finally:
        # Taking leave politely while it polls takes the client half a minute.
        await client.eio.disconnect(abort=client.transport() == "polling")
        await http.close()


@pytest.mark.parametrize("transport", ["websocket", "polling"])
async def test_a_conversation(bot: Bot, transport: str) -> None:
    async with page(bot, transports=[transport]) as visitor:
        session = await visitor.ask_for_session()
        assert isinstance(session, str)
        assert len(session) >= 32
        await visitor.say("where is my parcel?")
        await visitor.until(lambda: len(visitor.said) == 1)
        choices = [
            {"content_type": "text", "title": "The lamp", "payload": "/returns"},
            {"content_type": "text", "title": "The desk", "payload": "/greet"},
        ]
        # The widget counts the keys: one more and it shows nothing.
        assert visitor.said == [{"text": "Which order is it?", "quick_replies": choices}]
        await visitor.say("/returns")
        await visitor.until(lambda: len(visitor.said) == 3)
        picture = {"attachment": {"type": "image", "payload": {"src": "https://shop.example/returns.png"}}}
        assert visitor.said[1:] == [{"text": "Thirty days."}, picture]


async def test_a_page_that_was_away_gets_what_was_said_meanwhile(bot: Bot) -> None:
    async with page(bot) as visitor:
        session = await visitor.ask_for_session()
        await visitor.say("hello")
        await visitor.until(lambda: len(visitor.said) == 1)
    await bot.desk.reply(f"socketio:{session}", "Bea", "Bea here.")
    async with page(bot) as visitor:
        assert await visitor.ask_for_session(session) == session
        await visitor.until(lambda: visitor.said == [{"text": "Bea here."}])


async def test_a_session_is_not_open_to_who_does_not_have_it(bot: Bot) -> None:
    async with page(bot) as visitor, page(bot) as other:
        session = await visitor.ask_for_session()
        await other.ask_for_session()
        other.session = session  # which it never asked for
        await other.say("hello")
        await visitor.say("hello")
        await visitor.until(lambda: len(visitor.said) == 1)
        await bot.settled()
        assert len(await bot.lines(f"socketio:{session}")) == 2
        assert other.said == []


async def test_ids_that_could_be_guessed_are_replaced(bot: Bot) -> None:
    async with page(bot) as visitor:
        for guessed in ("1", "customer-7", "", None, 7):
            assert await visitor.ask_for_session(guessed) != guessed  # type: ignore[arg-type]


async def test_metadata_by_its_key_and_also_as_text(tmp_path: Path) -> None:
    async with served(tmp_path, channels(metadata_key="customData")) as bot, page(bot) as visitor:
        session = await visitor.ask_for_session()
        for sent in ({"page": "/lamps"}, '{"page": "/lamps"}', "nonsense", 7, {"n": float("nan")}):
            await visitor.say("hello", customData=sent)
        await visitor.until(lambda: len(visitor.said) == 5)
        events = [data for _, data in await bot.store.load_events(f"socketio:{session}")]
        told = [event["metadata"] for event in events if event["event"] == "user"]
        assert told == [{"page": "/lamps"}, {"page": "/lamps"}, {}, {}, {}]


async def test_a_repeated_message_id_is_answered_once(bot: Bot) -> None:
    async with page(bot) as visitor:
        session = await visitor.ask_for_session()
        for _ in range(3):
            await visitor.say("hello", metadata={"message_id": "m1"})
        await visitor.say("/returns")
        await visitor.until(lambda: len(visitor.said) == 3)
        assert len(await bot.lines(f"socketio:{session}")) == 4


async def test_without_persistence_a_connection_is_a_session(tmp_path: Path) -> None:
    async with served(tmp_path, channels(session_persistence=False)) as bot, page(bot) as visitor:
        await visitor.client.emit("user_uttered", {"message": "hello"})
        await visitor.until(lambda: visitor.said == [{"text": "Hello from Willowbay."}])


async def test_with_a_key_only_signed_tokens_come_in(tmp_path: Path) -> None:
    async with served(tmp_path, channels(jwt_key=KEY)) as bot:
        good = jwt.encode({"sub": "customer-7"}, KEY, algorithm="HS256")
        forged = jwt.encode({"sub": "customer-7"}, "x" * 40, algorithm="HS256")
        unsigned = jwt.encode({"sub": "customer-7"}, "", algorithm="none")
        late = jwt.encode({"sub": "customer-7", "exp": 1}, KEY, algorithm="HS256")
        for auth in (None, {}, {"token": ""}, *({"token": one} for one in (forged, unsigned, late))):
            with pytest.raises(socketio.exceptions.ConnectionError):
                async with page(bot, auth=auth):
                    pass
        async with page(bot, auth={"token": f"Bearer {good}"}) as visitor:
            # The subject's own session, whatever is asked for.
            assert await visitor.ask_for_session("another-customers-session") == "customer-7"


@pytest.mark.parametrize("transport", ["websocket", "polling"])
async def test_pages_of_others_are_refused(bot: Bot, transport: str) -> None:
    with pytest.raises(socketio.exceptions.ConnectionError):
        async with page(bot, transports=[transport], headers={"Origin": "https://evil.example"}):
            pass
    ours = str(bot.client.make_url("")).rstrip("/")
    async with page(bot, transports=[transport], headers={"Origin": ours}) as visitor:
        assert await visitor.ask_for_session()


@pytest.mark.parametrize(
    "data", [None, 7, [], {}, {"message": 7}, {"message": "hi"}, {"session_id": [1], "message": "x"}]
)
async def test_nonsense_does_no_harm(bot: Bot, data: Any) -> None:
    async with page(bot) as visitor:
        await visitor.client.emit("user_uttered", data)
        await visitor.client.emit("session_request", data)
        await visitor.until(lambda: bool(visitor.session))
        await visitor.say("hello")
        await visitor.until(lambda: len(visitor.said) == 1)


async def test_frames_that_are_too_large_or_too_deep_are_cut_off(bot: Bot) -> None:
    for text in ("x" * 200_000, "[" * 30_000):
        async with page(bot) as visitor:
            await visitor.ask_for_session()
            await visitor.say(text)
    async with page(bot) as visitor:
        await visitor.ask_for_session()
        await visitor.say("hello")
        await visitor.until(lambda: len(visitor.said) == 1)


async def test_who_opens_too_many_sockets_is_refused_and_nobody_else(bot: Bot) -> None:
    assert bot.client.app is not None
    newcomers = bot.client.app[NEWCOMERS]
    while not newcomers.take(("socketio", "127.0.0.1")):
        pass
    with pytest.raises(socketio.exceptions.ConnectionError):
        async with page(bot):
            pass
    async with page(bot, address="127.0.0.2") as visitor:
        assert await visitor.ask_for_session()


async def test_health(bot: Bot) -> None:
    async with bot.client.get("/webhooks/socketio/") as answer:
        assert (answer.status, await answer.json()) == (200, {"status": "ok"})
    async with bot.client.post("/webhooks/socketio/webhook", data=b"{}") as answer:
        assert answer.status == 401


def _kind(message: dict[str, Any]) -> str:
    """What rasa-webchat takes a message for (its `msgProcessor.js`): it goes by the exact number of keys."""
    keys = set(message) - {"metadata"}
    attachment = message.get("attachment") or {}
    if keys == {"text"}:
        return "text"
    if keys in ({"text", "quick_replies"}, {"text", "buttons"}):
        return "buttons"
    if keys == {"attachment"} and attachment.get("type") == "image":
        return "image"
    if keys == {"attachment"} and attachment.get("type") == "template":
        return "carousel"
    return "other"


def test_the_widget_knows_every_kind() -> None:
    part = Part(
        text="One.\n\nTwo.",
        buttons=(Button(title="Yes", payload="/yes"),),
        image="https://shop.example/a.png",
        elements=({"title": "Lamp"},),
    )
    assert [_kind(dict(one)) for one in utterances(part)] == ["text", "buttons", "image", "carousel"]
    assert list(utterances(Part(custom={"data": {"x": 1}, "room": "another"}))) == [{"x": 1}]
