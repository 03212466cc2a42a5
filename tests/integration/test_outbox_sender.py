"""Platforms do not wait for each other, and none gets more calls at once than it should."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.web import outbox_sender
from tests.channel_cases import (
    FACEBOOK,
    NEW,
    TELEGRAM,
    Case,
    page,
    telegram_message,
    telegram_update,
    to_page,
)
from tests.fake_platform import FakePlatform, fake_platform
from tests.served_bot import Bot, served

pytestmark = pytest.mark.integration


async def deliver(bot: Bot, case: Case, body: bytes) -> None:
    call = case.wrap(body, NEW, datetime.now(UTC))
    path = f"/webhooks/{case.name}/webhook"
    async with bot.client.post(path, headers=dict(call.headers), data=call.body) as answer:
        assert answer.status == 200


def from_customer(number: int) -> bytes:
    return telegram_update(
        number, message=telegram_message(text="hello", chat={"id": number, "type": "private"})
    )


def hangs(platform: FakePlatform, until: asyncio.Event, seen: list[int]) -> None:
    async def behaviour(_request: Any, recorded: Any) -> Any:
        seen.append(1)
        await until.wait()
        return platform.takes(recorded)

    platform.script.append(behaviour)


async def test_a_platform_that_hangs_does_not_hold_the_others_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox_sender, "MOST_PER_CHANNEL", 3)
    goes_on, seen = asyncio.Event(), list[int]()
    async with (
        fake_platform(TELEGRAM.answer) as slow,
        fake_platform(FACEBOOK.answer) as quick,
        served(
            tmp_path,
            lambda session: {
                "telegram": TELEGRAM.open(session, slow.url),
                "facebook": FACEBOOK.open(session, quick.url),
            },
        ) as bot,
    ):
        for number in range(1, 9):
            hangs(slow, goes_on, seen)
            await deliver(bot, TELEGRAM, from_customer(number))
        async with asyncio.timeout(60):
            while len(seen) < 3:  # noqa: ASYNC110 - the platform is another program
                await asyncio.sleep(0.01)
        await deliver(bot, FACEBOOK, page(to_page(message={"mid": "m1", "text": "hello"})))
        async with asyncio.timeout(60):
            while not quick.taken:  # noqa: ASYNC110 - the platform is another program
                await asyncio.sleep(0.01)
        assert (len(seen), slow.taken) == (3, [])
        goes_on.set()
        await bot.settled()
        assert len(slow.taken) == 8
