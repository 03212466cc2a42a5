"""The chat's API as browsers and strangers meet it: who is who, whose is what, files, ratings, waiting for news."""

from __future__ import annotations

import asyncio
import base64
import json
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import jwt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.settings import WidgetSettings
from bot.web.visitors import TOKEN_S, Visitors
from tests.served_bot import TOKEN, Bot, served

pytestmark = pytest.mark.integration
SHOP_SECRET = "the-shop-and-the-bot-know-this-secret-and-nobody-else-does-at-all"
KEY = "the-key-of-this-test-and-no-other-server-in-the-whole-wide-world-64"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(200))
AGENT = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture
async def bot(tmp_path: Path) -> AsyncIterator[Bot]:
    widget = WidgetSettings(
        origins=("https://shop.example",), largest_file_bytes=100_000, all_files_bytes=250_000
    )
    visitors = Visitors(key=KEY, customers=SHOP_SECRET)
    async with served(tmp_path, lambda _: {}, widget=widget, visitors=visitors) as bot:
        yield bot


class Customer:
    """Somebody at a browser."""

    def __init__(self, bot: Bot, tokens: dict[str, Any]) -> None:
        self.bot = bot
        self.tokens = tokens
        self.headers = {"Authorization": f"Bearer {tokens['token']}"}
        self.conversation = f"web:{tokens['visitor']}.first-chat"
        self.said = 0

    async def say(self, text: str = "", **more: Any) -> dict[str, Any]:
        self.said += 1
        body = {"conversation_id": self.conversation, "message_id": f"m{self.said}", **more}
        body |= {"message": text} if text else {}
        answer = await self.bot.client.post("/api/chat/messages", json=body, headers=self.headers)
        assert answer.status == 200, await answer.text()
        return await answer.json()

    async def send_file(self, content: bytes = PNG, kind: str = "image/png", **query: str) -> Any:
        where = {"conversation_id": self.conversation, "name": "lamp.png", **query}
        return await self.bot.client.post(
            "/api/chat/attachments",
            params=where,
            data=content,
            headers={**self.headers, "Content-Type": kind},
        )


async def meet(bot: Bot, **given: str) -> Any:
    return await bot.client.post("/api/chat/visitor", json=given)


async def customer(bot: Bot, **given: str) -> Customer:
    answer = await meet(bot, **given)
    assert answer.status == 200, await answer.text()
    return Customer(bot, await answer.json())


def vouched(sub: Any = "customer-7", *, secret: str = SHOP_SECRET, **claims: Any) -> str:
    return jwt.encode({"sub": sub, "aud": "kefu", "exp": int(time.time()) + 300, **claims}, secret, "HS256")


# ── who is who ───────────────────────────────────────────────────────────────────────────────────────────


async def test_who_comes_back_is_known_and_finds_the_last_chat(bot: Bot) -> None:
    ann = await customer(bot)
    await ann.say("hello")
    again = await customer(bot, renewal=ann.tokens["renewal"])
    assert again.tokens["visitor"] == ann.tokens["visitor"]
    assert again.tokens["conversation_id"] == ann.conversation
    assert (await customer(bot)).tokens["visitor"] != ann.tokens["visitor"]


async def test_a_customer_of_the_shop_finds_the_chat_on_every_device(bot: Bot) -> None:
    ann = await customer(bot, customer=vouched())
    await ann.say("hello")
    phone = await customer(bot, customer=vouched())
    assert phone.tokens["conversation_id"] == ann.conversation
    renewed = await customer(bot, renewal=phone.tokens["renewal"])
    assert renewed.tokens["visitor"] == ann.tokens["visitor"]
    (first, *_) = [
        data for _, data in await bot.store.load_events(ann.conversation) if data["event"] == "user"
    ]
    assert first["metadata"]["customer_id"] == "customer-7", "agents and actions are told who it is"
    assert (await customer(bot, customer=vouched("customer-8"))).tokens["conversation_id"] == ""


def _unsigned(claims: dict[str, Any]) -> str:
    parts = ({"alg": "none", "typ": "JWT"}, claims)
    return (
        ".".join(base64.urlsafe_b64encode(json.dumps(one).encode()).rstrip(b"=").decode() for one in parts)
        + "."
    )


@pytest.mark.parametrize(
    "token",
    [
        vouched(secret="another-secret-of-at-least-32-characters"),
        vouched(exp=int(time.time()) - 1),
        vouched(exp=int(time.time()) + 3 * 86_400),
        vouched(aud="another-service"),
        vouched(sub=""),
        vouched(sub="x" * 201),
        jwt.encode({"sub": "customer-7", "aud": "kefu"}, SHOP_SECRET, "HS256"),
        jwt.encode({"sub": "customer-7", "exp": int(time.time()) + 60}, SHOP_SECRET, "HS256"),
        jwt.encode({"sub": "customer-7", "aud": "kefu", "exp": int(time.time()) + 60}, SHOP_SECRET, "HS512"),
        _unsigned({"sub": "customer-7", "aud": "kefu", "exp": int(time.time()) + 60}),
        "nonsense",
        "a.b.c",
    ],
)
async def test_only_the_shop_says_who_its_customers_are(bot: Bot, token: str) -> None:
    assert (await meet(bot, customer=token)).status == 401


async def test_without_a_shared_secret_nobody_is_vouched_for(tmp_path: Path) -> None:
    async with served(tmp_path, lambda _: {}, visitors=Visitors(key=KEY)) as bot:
        assert (await meet(bot, customer=vouched())).status == 401
        assert (await meet(bot, customer=_unsigned({"sub": "x", "aud": "kefu", "exp": 9e9}))).status == 401


def _tokens(visitor: str) -> dict[str, str]:
    """Tokens that should open nothing, each for another reason."""
    now = int(time.time())
    claims = {"iss": "kefu", "aud": "chat", "sub": visitor, "exp": now + 600}
    return {
        "none": "",
        "another key": jwt.encode(claims, "a-key-that-is-not-the-servers-at-all", "HS256"),
        "the shop's key": jwt.encode(claims, SHOP_SECRET, "HS256"),
        "another algorithm": jwt.encode(claims, KEY, "HS384"),
        "alg none": _unsigned(claims),
        "too old": jwt.encode({**claims, "exp": now - 1}, KEY, "HS256"),
        "never ends": jwt.encode({key: claims[key] for key in ("iss", "aud", "sub")}, KEY, "HS256"),
        "another purpose": jwt.encode({**claims, "aud": "renewal"}, KEY, "HS256"),
        "another issuer": jwt.encode({**claims, "iss": "shop"}, KEY, "HS256"),
    }


async def everything(bot: Bot, headers: dict[str, str], conversation_id: str, file: str) -> dict[str, int]:
    """What each door of the chat answers to somebody who asks for a conversation and a file."""
    name = {"conversation_id": conversation_id}
    message = {**name, "message_id": "1", "message": "let me in"}
    client, kind = bot.client, {"Content-Type": "image/png"}
    calls = {
        "write": client.post("/api/chat/messages", json=message, headers=headers),
        "read": client.get("/api/chat/lines", params=name, headers=headers),
        "rate": client.post("/api/chat/rating", json={**name, "score": 1}, headers=headers),
        "upload": client.post("/api/chat/attachments", params=name, data=PNG, headers={**headers, **kind}),
        "file": client.get(f"/api/chat/attachments/{file}", headers=headers),
    }
    return {name: (await call).status for name, call in calls.items()}


async def closes_with(bot: Bot, first: Any) -> int | None:
    async with bot.client.ws_connect("/api/chat/live") as socket:
        await socket.send_json(first)
        message = await socket.receive(timeout=20)
        assert message.type in (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED), message.data
        return socket.close_code


async def test_nobody_joins_another_visitors_chat(bot: Bot) -> None:
    ann, bob = await customer(bot), await customer(bot)
    file = (await (await ann.send_file()).json())["id"]
    await ann.say("hello", attachments=[file])
    for wanted in (
        ann.conversation,
        ann.conversation + "x",
        f"web:{ann.tokens['visitor']}.first-chat\n",
        "rest-sender",
    ):
        assert set((await everything(bot, bob.headers, wanted, file)).values()) == {404}, wanted
        hello = {"token": bob.tokens["token"], "conversation_id": wanted, "after": 0}
        assert await closes_with(bot, hello) == 4404
    with pytest.raises(AssertionError, match="not there"):
        await bob.say("look at this", attachments=[file])
    assert [who for who, _ in await bot.lines(ann.conversation)] == ["user", "bot"]


async def test_no_token_but_a_good_one_opens_anything(bot: Bot) -> None:
    ann = await customer(bot)
    file = (await (await ann.send_file()).json())["id"]
    await ann.say("hello", attachments=[file])
    for why, token in _tokens(ann.tokens["visitor"]).items():
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        assert set((await everything(bot, headers, ann.conversation, file)).values()) == {401}, why
        hello = {"token": token, "conversation_id": ann.conversation, "after": 0}
        assert await closes_with(bot, hello) == 4401, why
        if why != "another purpose":
            assert not token or (await meet(bot, renewal=token)).status == 401, why
    assert (await meet(bot, renewal=ann.tokens["token"])).status == 401, "the short token renews nothing"


async def test_a_socket_ends_with_its_token(tmp_path: Path) -> None:
    now = [1_000_000.0]
    visitors = Visitors(key=KEY, now=lambda: now[0])
    async with served(tmp_path, lambda _: {}, visitors=visitors) as bot:
        ann = await customer(bot)
        await ann.say("hello")
        now[0] += TOKEN_S - 0.2  # ends a fifth of a second after the socket opened
        assert await _last_code(bot, ann) == 4408
        now[0] += 1
        assert (
            await closes_with(bot, {"token": ann.tokens["token"], "conversation_id": ann.conversation})
            == 4401
        )


async def _last_code(bot: Bot, ann: Customer) -> int | None:
    async with bot.client.ws_connect("/api/chat/live") as socket:
        hello = {"token": ann.tokens["token"], "conversation_id": ann.conversation, "after": 0}
        await socket.send_json(hello)
        while (await socket.receive(timeout=20)).type == aiohttp.WSMsgType.TEXT:
            pass
        return socket.close_code


async def test_no_frame_breaks_the_socket(bot: Bot) -> None:
    ann = await customer(bot)
    await ann.say("hello")
    hello = json.dumps({"token": ann.tokens["token"], "conversation_id": ann.conversation, "after": 0})
    loop = asyncio.get_running_loop()
    frame = st.text(max_size=200) | st.binary(max_size=200) | st.just(hello) | _json.map(json.dumps)

    @settings(max_examples=40)
    @given(frames=st.lists(frame, max_size=6))
    def thrown(frames: list[str | bytes]) -> None:
        asyncio.run_coroutine_threadsafe(_throw(bot, frames), loop).result()

    await asyncio.to_thread(thrown)


_json = st.dictionaries(
    st.sampled_from(["token", "conversation_id", "after", "type"]),
    st.none() | st.integers() | st.text(max_size=20) | st.lists(st.integers(), max_size=2),
)


async def _throw(bot: Bot, frames: list[str | bytes]) -> None:
    """Whatever comes, the socket ends or stays, and the server lives."""
    async with bot.client.ws_connect("/api/chat/live") as socket:
        for frame in frames:
            if socket.closed:
                break
            await (socket.send_str(frame) if isinstance(frame, str) else socket.send_bytes(frame))
    assert (await bot.client.get("/health/live")).status == 200


# ── news without a socket ────────────────────────────────────────────────────────────────────────────────


async def lines(ann: Customer, after: int, wait: int) -> dict[str, Any]:
    query = {"conversation_id": ann.conversation, "after": str(after), "wait": str(wait)}
    answer = await ann.bot.client.get("/api/chat/lines", params=query, headers=ann.headers)
    assert answer.status == 200
    return await answer.json()


async def listened(bot: Bot, ann: Customer) -> None:
    """Return when somebody waits for news of the conversation."""
    async with asyncio.timeout(60):
        while True:
            if bot.hub.watched(f"conversation:{ann.conversation}"):
                return
            await asyncio.sleep(0.01)


async def test_a_page_without_a_socket_waits_for_what_an_agent_writes(bot: Bot) -> None:
    ann = await customer(bot)
    await ann.say("my cat is purple")
    known = await lines(ann, 0, 25)
    waiting = asyncio.create_task(lines(ann, known["lines"][-1]["seq"], 25))
    await listened(bot, ann)
    await bot.desk.reply(ann.conversation, "Ann", "Purple?")
    news = await waiting
    assert news["lines"][-1]["text"] == "Purple?"
    assert news["owner"] == "person"


async def test_waiting_pages_do_not_hold_a_stopping_server_up(tmp_path: Path) -> None:
    async with served(tmp_path, lambda _: {}) as bot:
        ann = await customer(bot)
        await ann.say("hello")
        last = (await lines(ann, 0, 0))["lines"][-1]["seq"]
        waiting = asyncio.create_task(lines(ann, last, 25))
        await listened(bot, ann)
        await bot.client.server.runner.app.shutdown()  # type: ignore[union-attr]
        assert (await waiting)["lines"] == []


@pytest.mark.parametrize("query", [{"after": "-1"}, {"after": "x"}, {"wait": "26"}, {"after": "9" * 30}])
async def test_wrong_numbers_are_named(bot: Bot, query: dict[str, str]) -> None:
    ann = await customer(bot)
    where = {"conversation_id": ann.conversation, **query}
    answer = await bot.client.get("/api/chat/lines", params=where, headers=ann.headers)
    assert answer.status == 400
    assert next(iter(query)) in (await answer.json())["error"]["message"]


# ── files ────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_file_reaches_the_agent_and_comes_back_to_its_owner(bot: Bot) -> None:
    ann = await customer(bot)
    file = (await (await ann.send_file()).json())["id"]
    answer = await ann.say("", attachments=[file], after=0)
    assert answer["parts"][0]["text"] == "I cannot open this; a colleague will see it."
    (mine,) = [line for line in answer["lines"] if line["speaker"] == "customer"]
    assert mine["parts"] == [{"text": "", "files": [{"id": file, "kind": "image", "name": "lamp.png"}]}]
    own = await bot.client.get(f"/api/chat/attachments/{file}", headers=ann.headers)
    path = f"/api/console/conversations/{ann.conversation}/media/{mine['seq']}/0"
    agents = await bot.client.get(path, headers=AGENT)
    for got in (own, agents):
        assert (got.status, await got.read()) == (200, PNG)
        assert got.headers["Content-Disposition"] == "attachment"
        assert "sandbox" in got.headers["Content-Security-Policy"]
    await bot.store.erase_conversation(ann.conversation)
    assert (await bot.client.get(f"/api/chat/attachments/{file}", headers=ann.headers)).status == 404


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"<script>alert(1)</script>", "text/html", 415),
        (b"<svg onload=alert(1)>", "image/svg+xml", 415),
        (b"<script>alert(1)</script>", "image/png", 415),
        (b"MZ\x90\x00", "application/x-msdownload", 415),
        (b"", "image/png", 415),
        (PNG + b"x" * 100_000, "image/png", 413),
    ],
)
async def test_only_pictures_and_papers_of_a_fair_size_are_taken(
    bot: Bot, content: bytes, kind: str, status: int
) -> None:
    assert (await (await customer(bot)).send_file(content, kind)).status == status


async def test_a_file_that_grows_on_its_way_is_refused(bot: Bot) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(20):
            yield PNG + b"x" * 20_000

    assert (await (await customer(bot)).send_file(endless())).status == 413  # type: ignore[arg-type]


async def test_files_have_a_limit_together(bot: Bot) -> None:
    ann = await customer(bot)
    statuses = [(await ann.send_file(PNG + b"x" * 90_000)).status for _ in range(3)]
    assert statuses == [200, 200, 503]


@pytest.mark.parametrize("attachments", ["x", [7], ["a"] * 6, {}])
async def test_attachments_are_files_that_are_there(bot: Bot, attachments: Any) -> None:
    ann = await customer(bot)
    body = {
        "conversation_id": ann.conversation,
        "message_id": "1",
        "message": "hi",
        "attachments": attachments,
    }
    answer = await bot.client.post("/api/chat/messages", json=body, headers=ann.headers)
    assert answer.status == 400
    assert "'attachments'" in (await answer.json())["error"]["message"]


# ── ratings ──────────────────────────────────────────────────────────────────────────────────────────────


async def rate(ann: Customer, **given: Any) -> int:
    body = {"conversation_id": ann.conversation, **given}
    return (await ann.bot.client.post("/api/chat/rating", json=body, headers=ann.headers)).status


async def test_a_closed_conversation_is_rated_once(bot: Bot) -> None:
    ann = await customer(bot)
    assert await rate(ann, score=5) == 404
    await ann.say("my cat is purple")
    assert await rate(ann, score=5) == 409
    await bot.desk.close(ann.conversation, "Ann")
    assert await rate(ann, score=4, comment=" quick ") == 200
    assert await rate(ann, score=1) == 409
    _, last = (await bot.store.load_events(ann.conversation))[-1]
    assert {key: last[key] for key in ("event", "score", "comment")} == {
        "event": "rating",
        "score": 4,
        "comment": "quick",
    }
    await ann.say("hello")
    await bot.desk.close(ann.conversation, "Ann")
    assert await rate(ann, score=2) == 200, "closed again, asked again"


@pytest.mark.parametrize(
    "given",
    [{"score": 0}, {"score": 6}, {"score": True}, {"score": "5"}, {}, {"score": 3, "comment": "x" * 1001}],
)
async def test_a_rating_is_one_to_five(bot: Bot, given: dict[str, Any]) -> None:
    assert await rate(await customer(bot), **given) == 400


# ── other people's pages ─────────────────────────────────────────────────────────────────────────────────


async def test_only_the_widgets_frame_may_be_framed_and_only_by_the_named_sites(bot: Bot) -> None:
    for path in ("/", "/console"):
        page = await bot.client.get(path, headers={"Accept": "text/html"})
        assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]
        assert page.headers["X-Frame-Options"] == "DENY"
    frame = await bot.client.get("/widget")
    assert frame.headers["Content-Security-Policy"].endswith("frame-ancestors 'self' https://shop.example")
    assert "X-Frame-Options" not in frame.headers
    assert "unsafe" not in frame.headers["Content-Security-Policy"]
    assert 'name="kefu-origins" content="https://shop.example"' in await frame.text()


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "https://shop.example.evil.example", "file://"]
)
async def test_a_socket_is_for_our_own_pages(bot: Bot, origin: str) -> None:
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await bot.client.ws_connect("/api/chat/live", headers={"Origin": origin})
    assert refused.value.status == 403


@pytest.mark.parametrize(
    "origin",
    ["*", "https://*.shop.example", "https://shop.example/", "shop.example", "https://a; script-src *"],
)
def test_an_origin_in_the_settings_is_exact(origin: str) -> None:
    with pytest.raises(ValueError, match="must be an origin"):
        WidgetSettings(origins=(origin,))


async def test_the_script_may_be_used_anywhere_and_text_travels_packed(bot: Bot) -> None:
    script = await bot.client.get("/widget.js", headers={"Accept-Encoding": "gzip"})
    assert script.headers["Content-Encoding"] == "gzip"
    assert script.content_type == "text/javascript"
    assert script.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert "attachShadow" in await script.text()
    known = {"Accept-Encoding": "gzip", "If-None-Match": script.headers["ETag"]}
    again = await bot.client.get("/widget.js", headers=known)
    assert (again.status, await again.read()) == (304, b"")
