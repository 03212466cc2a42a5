"""Every channel through the whole server: acknowledged, answered once, delivered; strangers are told nothing."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.channels.base import Incoming
from bot.turns import Turns
from tests.channel_cases import (
    CASES,
    CHATWOOT,
    NEW,
    OTHER,
    TELEGRAM,
    Case,
    chatwoot_event,
    telegram_message,
    telegram_update,
)
from tests.fake_platform import FakePlatform, fake_platform
from tests.served_bot import Bot, served

pytestmark = pytest.mark.integration
each = pytest.mark.parametrize("name", CASES)


@asynccontextmanager
async def running(case: Case, folder: Path) -> AsyncIterator[tuple[Bot, FakePlatform]]:
    async with (
        fake_platform(case.answer) as platform,
        served(folder, lambda session: {case.name: case.open(session, platform.url)}) as bot,
    ):
        yield bot, platform


async def deliver(bot: Bot, case: Case, body: bytes, secret: str = NEW) -> tuple[int, str]:
    return await put(bot, case, case.wrap(body, secret, datetime.now(UTC)))


async def put(bot: Bot, case: Case, call: Incoming) -> tuple[int, str]:
    path = f"/webhooks/{case.name}/webhook"
    async with bot.client.post(
        path, params=dict(call.query), headers=dict(call.headers), data=io.BytesIO(call.body)
    ) as answer:
        return answer.status, await answer.text()


def said(platform: FakePlatform, words: str) -> int:
    return sum(words in json.dumps(one.json) for one in platform.taken if one.body)


@each
async def test_a_message_is_answered_once_however_often_it_comes(name: str, tmp_path: Path) -> None:
    case = CASES[name]
    async with running(case, tmp_path) as (bot, platform):
        body = case.said("hello", "1")
        answers = await asyncio.gather(*(deliver(bot, case, body) for _ in range(4)))
        await bot.settled()
        answers.append(await deliver(bot, case, body))
        await bot.settled()
        assert {status for status, _ in answers} == {200}
        (conversation,) = await bot.conversations()
        assert await bot.lines(conversation.id) == [("user", "hello"), ("bot", "Hello from Willowbay.")]
        assert said(platform, "Hello from Willowbay.") == 1


@each
async def test_it_is_acknowledged_before_the_work_is_done(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case, works_on = CASES[name], asyncio.Event()
    respond = Turns._response

    async def slow(*args: Any) -> Any:
        await works_on.wait()
        return await respond(*args)

    monkeypatch.setattr(Turns, "_response", slow)
    async with running(case, tmp_path) as (bot, platform):
        answer = asyncio.create_task(deliver(bot, case, case.said("hello", "1")))
        if name == "callback":  # Rasa's contract: `success` when the turn is done
            await asyncio.sleep(0.1)
            assert not answer.done()
            works_on.set()
        assert (await answer)[0] == 200
        assert name == "callback" or platform.taken == []
        works_on.set()
        await bot.settled()
        assert said(platform, "Hello from Willowbay.") == 1


@each
async def test_strangers_and_broken_bodies_are_refused_without_a_word_of_them(
    name: str, tmp_path: Path
) -> None:
    case = CASES[name]
    words = "a private matter 42"
    async with running(case, tmp_path) as (bot, platform):
        good = case.wrap(case.said(words, "1"), NEW, datetime.now(UTC))
        bare = Incoming(headers={}, query={}, body=good.body, received_at=good.received_at)
        refusals = [await deliver(bot, case, case.said(words, "1"), OTHER), await put(bot, case, bare)]
        assert [status for status, _ in refusals] == [401, 401]
        broken = (b"", b"\xff\xfe\x00", b"[1, 2", b'{"a": ' + b"[" * 5000, words.encode())
        refusals += [await deliver(bot, case, body) for body in broken]
        assert [status for status, _ in refusals[2:]] == [400] * len(broken)
        refusals.append(await put(bot, case, replace(good, body=b"x" * 4_000_000)))
        assert refusals[-1][0] == 413
        for _, text in refusals:
            assert words not in text
            assert NEW not in text
            assert "Traceback" not in text
        await bot.settled()
        assert await bot.conversations() == ()
        assert platform.taken == []


@each
async def test_the_address_says_that_it_is_there(name: str, tmp_path: Path) -> None:
    case = CASES[name]
    async with running(case, tmp_path) as (bot, _):
        async with bot.client.get(f"/webhooks/{case.name}/") as answer:
            assert (answer.status, await answer.json()) == (200, {"status": "ok"})
        async with bot.client.get("/webhooks/myspace/") as answer:
            assert answer.status == 404
        if case.handshake:
            good, expected, bad = case.handshake
            for query, wanted in ((good, (200, expected)), (bad, (403, None))):
                async with bot.client.get(f"/webhooks/{case.name}/webhook", params=dict(query)) as answer:
                    text = await answer.text()
                    assert (answer.status, text if wanted[1] else None) == wanted


async def test_a_pressed_telegram_button_is_answered_at_once(tmp_path: Path) -> None:
    press = {"id": "q1", "from": {"id": 77}, "data": "/greet", "message": telegram_message(text="Sure?")}
    async with running(TELEGRAM, tmp_path) as (bot, platform):
        status, answer = await deliver(bot, TELEGRAM, telegram_update(1, callback_query=press))
        assert (status, json.loads(answer)["method"]) == (200, "answerCallbackQuery")
        await bot.settled()
        assert said(platform, "Hello from Willowbay.") == 1


async def test_chatwoots_people_are_called_and_give_the_conversation_back(tmp_path: Path) -> None:
    async with running(CHATWOOT, tmp_path) as (bot, platform):
        await deliver(bot, CHATWOOT, CHATWOOT.said("I want to talk to a human, not to you", "1"))
        await bot.settled()
        assert [one.path.rsplit("/", 1)[1] for one in platform.taken] == ["messages", "toggle_status"]
        assert platform.taken[1].json == {"status": "open"}
        (conversation,) = await bot.conversations()
        assert conversation.owner == "waiting"
        people_have_it = {"id": 42, "status": "open"}
        await deliver(bot, CHATWOOT, chatwoot_event(id=2, content="hello", conversation=people_have_it))
        await bot.settled()
        assert len(platform.taken) == 2
        await deliver(bot, CHATWOOT, CHATWOOT.said("hello", "3"))
        await bot.settled()
        assert said(platform, "Hello from Willowbay.") == 1
        (conversation,) = await bot.conversations()
        assert conversation.owner == "bot"


async def test_a_choice_may_be_typed_by_its_number(tmp_path: Path) -> None:
    async with running(TELEGRAM, tmp_path) as (bot, platform):
        for number, words in ((1, "where is my parcel?"), (2, "2")):
            await deliver(bot, TELEGRAM, TELEGRAM.said(words, str(number)))
            await bot.settled()
        assert said(platform, "Hello from Willowbay.") == 1  # what the second button says
