"""What customers sent besides text, fetched for agents: by the platform's own steps, and from nowhere else."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.channels import media
from bot.channels.media import HasMedia, MediaUnavailable, download, mime_type, named
from tests.channel_cases import CASES, NEW, Case, slack_event, telegram_message, telegram_update, xml
from tests.served_bot import TOKEN, Bot, served
from tests.unit.whatsapp_cloud import from_ann, message

pytestmark = pytest.mark.integration

PICTURE = b"\x89PNG\r\n" + bytes(range(256))
AGENT = {"Authorization": f"Bearer {TOKEN}"}
BODIES = {
    "whatsapp": from_ann(message("image", {"id": "M1", "mime_type": "image/png"})),
    "telegram": telegram_update(1, message=telegram_message(photo=[{"file_id": "M1"}])),
    "slack": slack_event(
        {"subtype": "file_share", "ts": "1.1", "files": [{"id": "M1", "mimetype": "image/png"}]}
    ),
    "wechat": xml(FromUserName="u", CreateTime="1", MsgType="image", MediaId="M1", MsgId="1"),
    "wecom": xml(FromUserName="u", CreateTime="1", MsgType="image", MediaId="M1", MsgId="1", AgentID="7"),
}


class Platform:
    """Keeps one picture, as each platform keeps it; `asked` are the paths that were asked for."""

    def __init__(self, answer: Any) -> None:
        self._answer = answer
        self.url = ""
        self.asked: list[str] = []
        self.elsewhere = ""

    async def handle(self, request: web.Request) -> web.StreamResponse:
        await request.read()
        self.asked.append(request.path)
        path, url = request.path, self.elsewhere or f"{self.url}/kept"
        secret = request.headers.get("Authorization", "") in ("Bearer token", "Bearer xoxb-1")
        if path in ("/v23.0/M1", "/api/files.info"):
            found: Any = (
                {"url": url} if path.startswith("/v23") else {"ok": True, "file": {"url_private": url}}
            )
            return web.json_response(found) if secret else web.Response(status=401)
        if path == "/bot123:abc/getFile":
            return web.json_response(
                {"ok": True, "result": {"file_path": self.elsewhere or "photos/file_1.png"}}
            )
        if path.endswith(("/stable_token", "/gettoken")):
            return web.json_response({"errcode": 0, "access_token": "at", "expires_in": 7200})
        if path in ("/kept", "/file/bot123:abc/photos/file_1.png", "/cgi-bin/media/get"):
            kept = (
                secret
                or path.startswith("/file/")
                or request.query == {"access_token": "at", "media_id": "M1"}
            )
            return web.Response(body=PICTURE, content_type="image/png") if kept else web.Response(status=401)
        return web.json_response(self._answer(request))


@asynccontextmanager
async def running(case: Case, folder: Path) -> AsyncIterator[tuple[Bot, Platform]]:
    platform = Platform(case.answer)
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", platform.handle)
    server = TestServer(app)
    await server.start_server()
    platform.url = str(server.make_url("")).rstrip("/")
    try:
        async with served(folder, lambda session: {case.name: case.open(session, platform.url)}) as bot:
            yield bot, platform
    finally:
        await server.close()


async def received(bot: Bot, case: Case, body: bytes) -> str:
    """The address of the attachment that came."""
    call = case.wrap(body, NEW, datetime.now(UTC))
    path = f"/webhooks/{case.name}/webhook"
    async with bot.client.post(
        path, params=dict(call.query), headers=dict(call.headers), data=call.body
    ) as answer:
        assert answer.status == 200
    await bot.settled()
    (conversation,) = await bot.conversations()
    events = await bot.store.load_events(conversation.id)
    seq = next(seq for seq, data in events if data["event"] == "user")
    return f"/api/console/conversations/{conversation.id}/media/{seq}/0"


@pytest.mark.parametrize("name", BODIES)
async def test_an_agent_sees_what_the_customer_sent(name: str, tmp_path: Path) -> None:
    async with running(CASES[name], tmp_path) as (bot, _):
        address = await received(bot, CASES[name], BODIES[name])
        async with bot.client.get(address, headers=AGENT) as answer:
            assert (answer.status, await answer.read(), answer.content_type) == (200, PICTURE, "image/png")
            assert answer.headers["Content-Disposition"] == "attachment"
            assert "sandbox" in answer.headers["Content-Security-Policy"]
        async with bot.client.get(address) as answer:
            assert answer.status == 401
        for other in (address[:-1] + "1", address.replace("/media/", "/media/9")):
            async with bot.client.get(other, headers=AGENT) as answer:
                assert answer.status == 404


@pytest.mark.parametrize(
    ("name", "elsewhere"),
    [
        ("whatsapp", "https://evil.example/x"),
        ("whatsapp", "http://127.0.0.2:9/x"),
        ("whatsapp", "https://lookaside.fbsbx.com.evil.example/x"),
        ("slack", "https://files.slack.com.evil.example/x"),
        ("slack", "file:///etc/passwd"),
        ("telegram", "../../../etc/passwd"),
        ("telegram", "photos/../../x"),
    ],
)
async def test_our_secrets_go_nowhere_else(name: str, elsewhere: str, tmp_path: Path) -> None:
    async with running(CASES[name], tmp_path) as (bot, platform):
        address = await received(bot, CASES[name], BODIES[name])
        platform.elsewhere = elsewhere
        before = len(platform.asked)
        async with bot.client.get(address, headers=AGENT) as answer:
            told = json.loads(await answer.text())["error"]["message"]
            assert answer.status == 404
        assert len(platform.asked) == before + 1  # the first step, and no second
        assert elsewhere not in told
        assert "abc" not in told


async def test_nothing_endless_and_no_redirect(monkeypatch: pytest.MonkeyPatch) -> None:
    async def large(_request: web.Request) -> web.Response:
        return web.Response(body=b"x" * 3000)

    async def away(_request: web.Request) -> web.Response:
        raise web.HTTPFound("/large")

    app = web.Application()
    app.router.add_get("/large", large)
    app.router.add_get("/away", away)
    server = TestServer(app)
    await server.start_server()
    monkeypatch.setattr(media, "LARGEST", 2999)
    try:
        async with aiohttp.ClientSession() as session:
            for path in ("/large", "/away", "/nothing"):
                with pytest.raises(MediaUnavailable):
                    await download(session, str(server.make_url(path)), hosts=("127.0.0.1",))
    finally:
        await server.close()


def test_references_and_types_are_what_they_should_be() -> None:
    assert named("whatsapp-media:M_1.x=", "whatsapp-media") == "M_1.x="
    for strange in (
        "whatsapp-media:",
        "whatsapp-media:../x",
        "telegram-file:M1",
        "whatsapp-media:a b",
        "geo:1,2",
    ):
        with pytest.raises(MediaUnavailable):
            named(strange, "whatsapp-media")
    assert mime_type("Image/PNG") == "image/png"
    assert mime_type("text/html\r\nX: y") == "application/octet-stream"


async def test_which_channels_keep_things_for_us() -> None:
    async with aiohttp.ClientSession() as session:
        keeping = {
            name
            for name, case in CASES.items()
            if isinstance(case.open(session, "http://127.0.0.1:9"), HasMedia)
        }
    assert keeping == {*BODIES, "wechat-aes"}
