"""Whatever arrives, on every endpoint: no 500, nothing leaks, nothing hangs; who dawdles or floods is cut off."""

from __future__ import annotations

import asyncio
import json
import logging
import socket
from collections.abc import Coroutine, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.channels.accounts import SocketioAccount
from bot.channels.base import Channel
from bot.channels.socket_io import SocketIo
from bot.web.rasa_access import Access
from bot.web.runner import runner_of
from tests.channel_cases import CASES
from tests.served_bot import TOKEN, Bot, served

pytestmark = pytest.mark.integration
API_TOKEN = "an-api-token-for-tests"
SECRETS = (TOKEN, API_TOKEN, "Traceback", "sqlite", ".py")
WITHIN_S = 60.0
some = settings(
    max_examples=150, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck)
)


def channels(session: aiohttp.ClientSession) -> Mapping[str, Channel]:
    found: dict[str, Channel] = {
        name: case.open(session, "http://127.0.0.1:9") for name, case in CASES.items()
    }
    return {**found, "socketio": SocketIo(entry=SocketioAccount.model_validate({}), session=session)}


# ── requests ─────────────────────────────────────────────────────────────────────────────────────────────


def _records(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    names = st.sampled_from(["text", "message", "message_id", "sender", "agent", "event", "name", "entry"])
    return st.dictionaries(names | st.text(max_size=4), inner, max_size=5)


_word = st.binary(min_size=1, max_size=12) | st.sampled_from([b"0", b"-1", b"%00", b"%FF", b"..", b"web:x"])
_safe = _word.map(lambda raw: raw.translate(None, b" \r\n?#"))
_bodies = (
    st.binary(max_size=200)
    | st.sampled_from([b"{}", b"[]", b"null", b'"x"', b"[" * 5000, b'{"a":1e999}', b'{"text":"\\ud800"}'])
    | st.recursive(
        st.none() | st.integers() | st.text(max_size=8), lambda inner: st.lists(inner) | _records(inner)
    ).map(lambda value: json.dumps(value).encode())
)
_headers = st.lists(
    st.tuples(
        st.sampled_from(
            b"Accept Authorization Content-Type Content-Encoding Cookie Origin Range Upgrade Connection "
            b"Sec-WebSocket-Key Transfer-Encoding X-CSRF-Token X-Hub-Signature-256 X-Request-ID "
            b"X-Slack-Signature X-Slack-Request-Timestamp X-Telegram-Bot-Api-Secret-Token webhook-id".split()
        ),
        st.binary(max_size=30).map(lambda raw: raw.translate(None, b"\r\n\0"))
        | st.sampled_from([b"application/json", b"gzip", b"chunked", b"websocket", b"bytes=0-", b"Bearer x"])
        | st.just(f"Bearer {TOKEN}".encode()),
    ),
    max_size=5,
)


async def test_no_request_makes_it_stumble(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    caplog.set_level(logging.CRITICAL, "aiohttp.server")  # as `kefu serve` has it
    async with served(tmp_path, channels, access=Access(token=API_TOKEN)) as bot:
        document = await (await bot.client.get("/api/openapi.json")).json()
        endpoints = [(method, path) for path, methods in document["paths"].items() for method in methods]
        address = ("127.0.0.1", int(bot.client.port or 0))
        await asyncio.to_thread(knock, address, endpoints)
        assert (await bot.client.get("/health/ready")).status == 200
    assert TOKEN not in caplog.text
    assert API_TOKEN not in caplog.text


def knock(address: tuple[str, int], endpoints: list[tuple[str, str]]) -> None:
    """Requests of all kinds, one connection each."""

    @some
    @given(
        endpoint=st.sampled_from(endpoints),
        words=st.lists(_safe, min_size=3, max_size=3),
        query=_safe,
        headers=_headers,
        body=_bodies,
        announced=st.sampled_from([0, 0, 0, -1, 5]),
    )
    def run(endpoint: Any, words: Any, query: Any, headers: Any, body: bytes, announced: int) -> None:
        method, path = endpoint
        target = b"/".join(
            words[place % 3] if one.startswith("{") else one.encode()
            for place, one in enumerate(path.split("/"))
        )
        given_length = max(len(body) + announced, 0)
        lines = [method.upper().encode() + b" " + target + b"?token=" + query + b" HTTP/1.1", b"Host: x"]
        lines += [name + b": " + value for name, value in headers]
        lines += [b"Content-Length: %d" % given_length]
        answer = talk(address, b"\r\n".join(lines) + b"\r\n\r\n" + body)
        status = answer.partition(b"\r\n")[0]
        assert b" 500 " not in status + b" ", answer
        assert not [secret for secret in SECRETS if secret.encode() in answer and status[9:10] != b"2"]

    run()


def talk(address: tuple[str, int], request: bytes) -> bytes:
    """What is answered until the end; who keeps the connection open for too long hangs."""
    answer = b""
    with socket.create_connection(address, timeout=WITHIN_S) as connection, suppress(ConnectionError):
        connection.sendall(request)
        connection.shutdown(socket.SHUT_WR)
        while piece := connection.recv(65536):
            answer += piece
    return answer


# ── frames ───────────────────────────────────────────────────────────────────────────────────────────────

_frames = st.lists(
    st.binary(max_size=40)
    | st.text(max_size=40)
    | _bodies.map(lambda raw: raw.decode("utf-8", "replace"))
    | st.sampled_from(
        ["40", "42[]", '42["user_uttered"]', '42["user_uttered",{"message":7}]', "451-[]", "3", "9"]
    )
    | st.sampled_from(['{"token":null}', '{"conversation_id":{}}', '{"conversation_id":"x","after":-1}']),
    min_size=1,
    max_size=6,
)
SOCKETS = ("/api/chat/live", "/api/console/live", "/socket.io/?EIO=4&transport=websocket")


@pytest.mark.parametrize("path", SOCKETS)
async def test_no_frame_makes_it_stumble(path: str, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async with served(tmp_path, channels) as bot:
        loop = asyncio.get_running_loop()

        def here(work: Coroutine[Any, Any, None]) -> None:
            asyncio.run_coroutine_threadsafe(work, loop).result(WITHIN_S)

        @settings(some, max_examples=25)
        @given(frames=_frames)
        def run(frames: list[str | bytes]) -> None:
            here(send(bot, path, frames))

        await asyncio.to_thread(run)
        assert (await bot.client.get("/health/live")).status == 200
    ours = [one for one in caplog.records if one.name.startswith("kefu")]
    assert [one for one in ours if one.levelno >= logging.ERROR] == []


async def send(bot: Bot, path: str, frames: list[str | bytes]) -> None:
    """Send the frames, read what comes, and go."""
    async with bot.client.ws_connect(path) as connection:
        for frame in frames:
            with suppress(ConnectionError, RuntimeError):  # closed on us, which is an answer
                await (connection.send_bytes if isinstance(frame, bytes) else connection.send_str)(frame)
        with suppress(TimeoutError):
            await connection.receive(timeout=0.01)


# ── dawdlers and floods ──────────────────────────────────────────────────────────────────────────────────


async def test_who_sends_a_header_byte_by_byte_is_cut_off(tmp_path: Path) -> None:
    async with served(tmp_path, lambda _: {}) as bot, running(bot, idle_s=0.3) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET /health/live HTTP/1.1\r\nX-Slow: ")
        async with asyncio.timeout(WITHIN_S):
            with suppress(ConnectionError):
                while not reader.at_eof():
                    writer.write(b"x")
                    await writer.drain()
                    with suppress(TimeoutError):
                        async with asyncio.timeout(0.05):
                            await reader.read(1)
        writer.close()


async def test_who_sends_a_body_byte_by_byte_is_told_and_cut_off(tmp_path: Path) -> None:
    async with served(tmp_path, lambda _: {}, body_timeout_s=0.3) as bot:
        reader, writer = await asyncio.open_connection("127.0.0.1", bot.client.port)
        head = "POST /webhooks/rest/webhook HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{"
        writer.write(head.encode())
        async with asyncio.timeout(WITHIN_S):
            assert (await reader.readline()).split()[1] == b"408"
            while await reader.read(1024):  # then it waits no longer than the server lingers
                pass
        writer.close()


@pytest.mark.parametrize(
    "path", ["/webhooks/rest/webhook", "/webhooks/whatsapp/webhook", "/api/chat/messages"]
)
@pytest.mark.parametrize("announced", [True, False])
async def test_a_hundred_megabytes_are_not_read(path: str, announced: bool, tmp_path: Path) -> None:
    async with served(tmp_path, channels) as bot:
        reader, writer = await asyncio.open_connection("127.0.0.1", bot.client.port)
        size = 100_000_000
        length = f"Content-Length: {size}" if announced else "Transfer-Encoding: chunked"
        head = f"POST {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {bot.token}\r\n{length}\r\n"
        head += "Content-Type: application/json\r\n\r\n"
        writer.write(head.encode())
        sent, piece = 0, b"x" * 65536
        framed = piece if announced else b"10000\r\n" + piece + b"\r\n"
        answer = asyncio.create_task(reader.readline())
        async with asyncio.timeout(WITHIN_S):
            with suppress(ConnectionError):
                while sent < size and not answer.done():
                    writer.write(framed)
                    await writer.drain()
                    sent += len(piece)
            assert (await answer).split()[1] == b"413"
        assert sent < size / 4, "it is refused long before it is there"
        writer.close()


class running:
    """The bot's application on another port, with less patience."""

    def __init__(self, bot: Bot, *, idle_s: float) -> None:
        self._application, self._idle_s = bot.client.app, idle_s

    async def __aenter__(self) -> int:
        assert isinstance(self._application, web.Application)
        self._runner = runner_of(self._application, idle_s=self._idle_s)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        return int(self._runner.addresses[0][1])

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()
