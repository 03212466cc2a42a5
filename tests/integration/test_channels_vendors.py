"""What we send is what the vendors' own clients send, to the same platform on loopback."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient
from standardwebhooks import Webhook as StandardWebhook
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup
from wechatpy import WeChatClient
from wechatpy.enterprise import WeChatClient as WeComClient

from bot.channels.base import Outgoing
from bot.messages import Button, Part
from tests.channel_cases import CALLBACK, CASES, NEW, SLACK, TELEGRAM, WEBHOOK, WECHAT, WECOM, Case, whsec
from tests.channel_conformance import connected
from tests.fake_platform import FakePlatform, Recorded

pytestmark = pytest.mark.integration

YES_NO = (Button(title="Yes", payload="/yes"), Button(title="No", payload="/no"))


@asynccontextmanager
async def sent(
    case: Case, recipient: str, *parts: Part
) -> AsyncIterator[tuple[list[Recorded], FakePlatform]]:
    async with connected(case) as (channel, platform):
        for payload in channel.render(parts, language="en"):
            assert (await channel.send(Outgoing(recipient=recipient, payload=payload))).failure is None
        ours = list(platform.taken)
        platform.taken.clear()
        yield ours, platform


def without_nulls(value: Any) -> Any:
    return {key: item for key, item in value.items() if item is not None}


async def test_slack_sdk_sends_the_same() -> None:
    async with sent(SLACK, "C1:1.5", Part(text="Hello."), Part(text="Sure?", buttons=YES_NO)) as (
        ours,
        platform,
    ):
        client = AsyncWebClient("xoxb-1", base_url=f"{platform.url}/api/")
        await client.chat_postMessage(channel="C1", thread_ts="1.5", text="Hello.")
        await client.chat_postMessage(
            channel="C1", thread_ts="1.5", text="Sure?", blocks=ours[1].json["blocks"]
        )
        for one, other in zip(ours, platform.taken, strict=True):
            assert one.path == other.path
            assert one.headers["Authorization"] == other.headers["Authorization"]
            assert one.json == without_nulls(other.json)


async def test_python_telegram_bot_sends_the_same() -> None:
    parts = (
        Part(text="Hello."),
        Part(text="Sure?", buttons=YES_NO),
        Part(image="https://shop.example/a.png"),
    )
    async with sent(TELEGRAM, "77", *parts) as (ours, platform):
        keys = [[InlineKeyboardButton(one.title, callback_data=one.payload)] for one in YES_NO]
        async with Bot("123:abc", base_url=f"{platform.url}/bot") as theirs:
            platform.taken.clear()  # it asks who it is first
            await theirs.send_message(77, "Hello.")
            await theirs.send_message(77, "Sure?", reply_markup=InlineKeyboardMarkup(keys))
            await theirs.send_photo(77, "https://shop.example/a.png")
        for one, other in zip(ours, platform.taken, strict=True):
            assert one.path == other.path
            assert one.json == _form(other)


def _form(recorded: Recorded) -> dict[str, Any]:
    """Its arguments come as a form, structures in it as JSON."""
    from urllib.parse import parse_qsl

    found: dict[str, Any] = dict(parse_qsl(recorded.body.decode()))
    found["chat_id"] = int(found["chat_id"])
    if "reply_markup" in found:
        found["reply_markup"] = json.loads(found["reply_markup"])
    return found


async def test_wechatpy_sends_the_same() -> None:
    async with sent(WECHAT, "openid", Part(text="你好。"), Part(image="https://shop.example/a.png")) as (
        ours,
        platform,
    ):
        await asyncio.to_thread(_send_by_wechatpy, platform.url)
        for one, other in zip(ours[1:], platform.taken[1:], strict=True):  # the first fetches the token
            assert (one.path, one.query) == (other.path, other.query)
            assert one.json == other.json
        # WeChat shows escapes as they stand.
        assert "你好。".encode() in ours[1].body


def _send_by_wechatpy(url: str) -> None:
    class Loopback(WeChatClient):  # type: ignore[misc]
        API_BASE_URL = f"{url}/cgi-bin/"

        def fetch_access_token(self) -> Any:
            return self._fetch_access_token(url=f"{url}/cgi-bin/token", params={})

    client = Loopback("wx1", "s")
    client.message.send_text("openid", "你好。")
    picture = {"title": "Image", "description": "", "url": "https://shop.example/a.png"}
    client.message.send_articles("openid", [{**picture, "image": "https://shop.example/a.png"}])


async def test_wechatpys_enterprise_client_sends_the_same() -> None:
    async with sent(WECOM, "u1", Part(text="你好。")) as (ours, platform):
        await asyncio.to_thread(_send_by_wechatpy_enterprise, platform.url)
        assert [one.path for one in ours] == [other.path for other in platform.taken]
        assert ours[0].query == platform.taken[0].query  # corpid and corpsecret
        theirs = platform.taken[1].json
        # It also says whom else it is for, which is nobody.
        assert ours[1].json == {key: theirs[key] for key in ours[1].json} | {"touser": "u1", "agentid": 7}


def _send_by_wechatpy_enterprise(url: str) -> None:
    class Loopback(WeComClient):  # type: ignore[misc]
        API_BASE_URL = f"{url}/cgi-bin/"

        def fetch_access_token(self) -> Any:
            params = {"corpid": self.corp_id, "corpsecret": self.secret}
            return self._fetch_access_token(url=f"{url}/cgi-bin/gettoken", params=params)

    Loopback("ww1", "s").message.send_text(7, "u1", "你好。")


@pytest.mark.parametrize("case", [WEBHOOK, CALLBACK], ids=["webhook", "callback"])
async def test_standardwebhooks_believes_what_we_send(case: Case) -> None:
    async with sent(case, "u1", Part(text="你好。"), Part(text="Sure?", buttons=YES_NO)) as (ours, _):
        read = [StandardWebhook(whsec(NEW)).verify(one.body, dict(one.headers)) for one in ours]
        assert [one["text"] for one in read] == ["你好。", "Sure?"]
        assert {one["recipient_id"] for one in read} == {"u1"}


@pytest.mark.parametrize("name", ["wechat", "wecom"])
async def test_a_token_that_ran_out_is_fetched_anew_once(name: str) -> None:
    case = CASES[name]
    async with connected(case) as (channel, platform):
        outgoing = Outgoing(recipient="u1", payload=channel.render([Part(text="One.")])[0])
        assert (await channel.send(outgoing)).failure is None
        assert (await channel.send(outgoing)).failure is None
        assert len(platform.taken) == 3  # one token for both
        platform.refuses(200, {"errcode": 42001, "errmsg": "access_token expired"})
        assert (await channel.send(outgoing)).failure is None
        assert len(platform.taken) == 5
        for _ in range(2):
            platform.refuses(200, {"errcode": 42001, "errmsg": "access_token expired"})
            platform.script.append(_takes(platform))
        assert (await channel.send(outgoing)).failure == "temporary"


def _takes(platform: FakePlatform) -> Any:
    async def behaviour(_request: Any, recorded: Recorded) -> Any:
        return platform.takes(recorded)

    return behaviour


@pytest.mark.parametrize("name", ["wechat", "wecom"])
async def test_without_a_token_nothing_was_sent_and_nothing_is_unknown(name: str) -> None:
    async with connected(CASES[name]) as (channel, platform):
        outgoing = Outgoing(recipient="u1", payload=channel.render([Part(text="One.")])[0])
        for _ in range(2):  # where it is fetched by GET, aiohttp itself asks once more
            platform.hangs_up(after_taking=True)
        assert (await channel.send(outgoing)).failure == "temporary"
        platform.script.clear()
        platform.refuses(200, {"errcode": 40164, "errmsg": "invalid ip 10.0.0.1"})
        refused = await channel.send(outgoing)
        assert (refused.failure, "10.0.0.1" in refused.reason) == ("permanent", False)
        assert (await channel.send(outgoing)).failure is None


async def test_concurrent_sends_fetch_one_token() -> None:
    async with connected(WECHAT) as (channel, platform):
        outgoing = Outgoing(recipient="u1", payload=channel.render([Part(text="One.")])[0])
        await asyncio.gather(*(channel.send(outgoing) for _ in range(10)))
        assert sum(one.path == "/cgi-bin/stable_token" for one in platform.taken) == 1
