"""The bot speaks first: once for a key, never over a person, never where the platform takes nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from yarl import URL

from bot.channels.accounts import Template
from bot.channels.base import Pace
from bot.channels.whatsapp import PACE
from bot.messages import Message
from bot.store.store import Store
from tests.channel_cases import FACEBOOK, WHATSAPP, Case
from tests.fake_platform import FakePlatform, fake_platform
from tests.served_bot import TOKEN, Bot, answering, served

pytestmark = pytest.mark.integration
PROGRAM = {"Authorization": f"Bearer {TOKEN}"}
LONG_AGO = datetime.now(UTC) - timedelta(days=3)


async def call(bot: Bot, conversation_id: str, **body: Any) -> tuple[int, Any]:
    path = URL.build(path=f"/api/conversations/{conversation_id}/messages")
    async with bot.client.post(path, json=body, headers=PROGRAM) as answer:
        return answer.status, await answer.json()


@asynccontextmanager
async def on_platform(
    folder: Path, case: Case, heard: datetime, **fields: Any
) -> AsyncIterator[tuple[Bot, FakePlatform, str]]:
    """A bot with one conversation on a platform, whose customer wrote at that time."""
    async with (
        fake_platform(case.answer) as platform,
        served(
            folder,
            lambda session: {case.name: replace(case.open(session, platform.url), **fields)},  # type: ignore[type-var]
        ) as bot,
    ):
        message = Message(
            id="1", account="A", conversation_id=f"{case.name}:7", channel=case.name, sender="7", text="hello",
            received_at=heard,
        )  # fmt: skip
        await bot.turns.handle(message)
        await bot.settled()
        platform.taken.clear()
        yield bot, platform, message.conversation_id


async def test_a_text_is_said_once_for_its_key_and_is_in_the_transcript(tmp_path: Path) -> None:
    async with on_platform(tmp_path, WHATSAPP, datetime.now(UTC)) as (bot, platform, ann):
        answers = await asyncio.gather(
            *(call(bot, ann, key="o-1", text="It is on its way.") for _ in range(3))
        )
        again = await call(bot, ann, key="o-1", text="It is on its way.")
        await bot.settled()
        assert {status for status, _ in (*answers, again)} == {200}
        assert again[1]["messages"] == [{"recipient_id": ann, "text": "It is on its way."}]
        assert [one.json["text"]["body"] for one in platform.taken] == ["It is on its way."]
        assert (await bot.lines(ann))[-1] == ("bot", "It is on its way.")


async def test_an_intent_is_answered_as_the_project_says(tmp_path: Path) -> None:
    async with on_platform(tmp_path, WHATSAPP, datetime.now(UTC)) as (bot, platform, ann):
        status, body = await call(bot, ann, key="r-1", intent="returns")
        await bot.settled()
        assert (status, body["messages"][0]["text"]) == (200, "Thirty days.")
        assert platform.taken[0].json["text"]["body"] == "Thirty days."
        assert (await call(bot, ann, key="r-2", intent="unheard_of"))[0] == 400


async def test_where_the_window_is_closed_only_a_template_is_sent(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    no_hurry = Pace(window=PACE.window)
    async with on_platform(tmp_path_factory.mktemp("a"), WHATSAPP, LONG_AGO, pace=no_hurry) as (
        bot,
        platform,
        ann,
    ):
        status, body = await call(bot, ann, key="o-1", text="It is on its way.")
        assert status == 409
        assert "24 hours" in body["error"]["message"]
        assert await bot.lines(ann) == [("user", "hello"), ("bot", "Hello from Willowbay.")]
        assert platform.taken == []
    template = {"en": Template(name="update", language="en_GB")}
    async with on_platform(
        tmp_path_factory.mktemp("b"), WHATSAPP, LONG_AGO, pace=no_hurry, templates=template
    ) as found:
        bot, platform, ann = found
        assert (await call(bot, ann, key="o-1", text="It is on its way."))[0] == 200
        assert (await call(bot, ann, key="o-2", text="Long. " * 300))[0] == 409, (
            "it does not fit the template"
        )
        await bot.settled()
        assert [one.json["type"] for one in platform.taken] == ["template"]


async def test_speaking_first_does_not_open_the_window_again(tmp_path: Path) -> None:
    heard = datetime.now(UTC) - timedelta(hours=1)
    async with on_platform(tmp_path, WHATSAPP, heard) as (bot, _, ann):
        await call(bot, ann, key="o-1", text="It is on its way.")
        assert await bot.store.last_heard(ann) == heard


async def test_a_platform_without_another_form_refuses_late_words(tmp_path: Path) -> None:
    async with on_platform(tmp_path, FACEBOOK, LONG_AGO) as (bot, _, ann):
        status, body = await call(bot, ann, key="o-1", intent="greet")
        assert status == 409
        assert "24 hours" in body["error"]["message"]


async def test_nobody_talks_over_a_person(tmp_path: Path) -> None:
    async with on_platform(tmp_path, WHATSAPP, datetime.now(UTC)) as (bot, platform, ann):
        assert (await call(bot, ann, key="o-0", text="Early."))[0] == 200
        await bot.desk.claim(ann, "bea")
        assert (await call(bot, ann, key="o-1", text="It is on its way."))[0] == 409
        assert (await call(bot, ann, key="o-0", text="Early."))[0] == 200, "it was said before"
        await bot.settled()
        assert len(platform.taken) == 1


@pytest.mark.parametrize(
    "body",
    [
        {"text": "hi"},
        {"key": "", "text": "hi"},
        {"key": "1"},
        {"key": "1", "text": "hi", "intent": "greet"},
        {"key": "1", "text": "   "},
        {"key": "1", "intent": "greet", "entities": [1]},
    ],
)
async def test_what_is_no_initiative_is_refused(tmp_path: Path, body: dict[str, Any]) -> None:
    async with served(tmp_path, lambda _: {}) as bot:
        await bot.say("hello")
        assert (await call(bot, "ann", **body))[0] == 400
        assert (await call(bot, "nobody", key="1", text="hi"))[0] == 404


async def test_what_was_accepted_and_not_said_is_said_after_a_crash_and_not_answered(tmp_path: Path) -> None:
    async with served(tmp_path, lambda _: {}) as bot:
        await bot.say("hello")
        message = Message(
            id="program:ann:k", account="default", conversation_id="ann", channel="rest", sender="ann",
            text="hello", received_at=datetime.now(UTC), by="program",
        )  # fmt: skip
        await bot.store.accept(message)
    store = await Store.open(f"sqlite+aiosqlite:///{tmp_path / 'bot.sqlite'}")
    try:
        turns = answering(store)
        assert await turns.resume() == 1
        await turns.drain(timeout_s=60)
        lines = [data for _, data in await store.load_events("ann") if data["event"] in ("user", "bot")]
    finally:
        await store.close()
    assert [(one["event"], one["text"]) for one in lines][-2:] == [
        ("bot", "Hello from Willowbay."),
        ("bot", "hello"),
    ]
