"""Three short messages in a row through the whole server: one turn, three rows in the inbox, nothing twice."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.messages import Message
from bot.store.records import Turn
from bot.store.store import Store
from tests.channel_cases import CASES, NEW
from tests.fake_platform import fake_platform
from tests.served_bot import Bot, served

pytestmark = pytest.mark.integration

CASE = CASES["whatsapp"]
ANN = "whatsapp:PN1:4915112345"
PIECES = ("I bought something", "a lamp", "and want to return it")
ANSWER = [("user", "\n".join(PIECES)), ("bot", "Thirty days.")]


async def deliver(bot: Bot, text: str, number: int) -> None:
    call = CASE.wrap(CASE.said(text, f"wamid.{number}"), NEW, datetime.now(UTC))
    async with bot.client.post(
        "/webhooks/whatsapp/webhook", data=call.body, headers=dict(call.headers)
    ) as answer:
        assert answer.status == 200


async def pause_ends(bot: Bot) -> None:
    """The pause is far longer than any test: it ends when we say so, however busy the machine is."""
    await bot.turns.drain(timeout_s=60.0)
    await bot.settled()


async def outcomes(bot: Bot) -> list[Any]:
    accepted = [await bot.store.accept(_message(text, number)) for number, text in enumerate(PIECES)]
    assert not any(one.is_new for one in accepted)
    return [one.outcome for one in accepted]


async def test_they_are_one_turn_and_repetitions_change_nothing(tmp_path: Path) -> None:
    async with (
        fake_platform(CASE.answer) as graph,
        served(tmp_path, lambda session: {"whatsapp": CASE.open(session, graph.url)}, pause_s=30.0) as bot,
    ):
        for number, text in enumerate(PIECES):
            await deliver(bot, text, number)
            await deliver(bot, text, number)
        assert graph.taken == []
        await pause_ends(bot)
        assert await bot.lines(ANN) == ANSWER
        first, second, third = await outcomes(bot)
        assert first == second == third
        assert first is not None
        for number, text in enumerate(PIECES):
            await deliver(bot, text, number)
        await bot.settled()
        assert await bot.lines(ANN) == ANSWER
        assert len(graph.taken) == 2  # a text and a picture


async def test_a_stopping_server_does_not_wait_and_loses_nothing(tmp_path: Path) -> None:
    async with fake_platform(CASE.answer) as graph:
        channels = {"pause_s": 30.0}
        async with served(
            tmp_path, lambda session: {"whatsapp": CASE.open(session, graph.url)}, **channels
        ) as bot:
            for number, text in enumerate(PIECES):
                await deliver(bot, text, number)
        assert len(graph.taken) == 2


async def test_after_a_crash_they_are_one_turn_still(tmp_path: Path) -> None:
    store = await Store.open(f"sqlite+aiosqlite:///{tmp_path / 'bot.sqlite'}")
    for number, text in enumerate(PIECES):
        await store.accept(_message(text, number))
    await store.close()  # acknowledged, waited for, and gone
    async with (
        fake_platform(CASE.answer) as graph,
        served(tmp_path, lambda session: {"whatsapp": CASE.open(session, graph.url)}, pause_s=30.0) as bot,
    ):
        await bot.settled()
        assert await bot.lines(ANN) == ANSWER


async def test_while_a_person_has_the_conversation_nothing_is_held_back(tmp_path: Path) -> None:
    async with (
        fake_platform(CASE.answer) as graph,
        served(tmp_path, lambda session: {"whatsapp": CASE.open(session, graph.url)}, pause_s=30.0) as bot,
    ):
        await bot.turns.handle(_message("I want to talk to a human", 9))
        for number, text in enumerate(PIECES):
            await deliver(bot, text, number)
        await bot.settled()
        assert [text for who, text in await bot.lines(ANN) if who == "user"][1:] == list(PIECES)


async def test_what_another_process_has_answered_is_left_out(tmp_path: Path) -> None:
    """The store refuses a turn for messages of which one is answered; the others are answered all the same."""
    async with (
        fake_platform(CASE.answer) as graph,
        served(tmp_path, lambda session: {"whatsapp": CASE.open(session, graph.url)}, pause_s=30.0) as bot,
    ):
        for number, text in enumerate(PIECES):
            await deliver(bot, text, number)
        await bot.desk.conversations()  # the pieces are stored, and still waited for
        elsewhere = Turn(
            key=1, conversation_id=ANN, expected_seq=0, outcome={"from": 1, "to": 0}, conversation=_row()
        )
        await bot.store.commit_turn(elsewhere)
        await pause_ends(bot)
        assert await bot.lines(ANN) == [("user", "\n".join(PIECES[1:])), ("bot", "Thirty days.")]


def _row() -> Any:
    from bot.store.records import ConversationUpdate

    return ConversationUpdate(channel="whatsapp", account="PN1", sender="4915112345")


def _message(text: str, number: int) -> Message:
    return Message(
        id=f"wamid.{number}",
        account="PN1",
        conversation_id=ANN,
        channel="whatsapp",
        sender="4915112345",
        text=text,
        received_at=datetime.now(UTC),
    )


async def test_many_customers_writing_at_once(tmp_path: Path) -> None:
    async with (
        fake_platform(CASE.answer) as graph,
        served(tmp_path, lambda session: {"whatsapp": CASE.open(session, graph.url)}, pause_s=30.0) as bot,
    ):

        async def customer(name: str) -> None:
            for number, text in enumerate(PIECES):
                message = _message(text, number)
                place = f"whatsapp:PN1:{name}"
                renamed = {"id": f"{name}.{number}", "conversation_id": place, "sender": name}
                await bot.turns.accept(_with(message, **renamed))

        await asyncio.gather(*(customer(f"49{n}") for n in range(30)))
        await pause_ends(bot)
        for n in range(30):
            assert await bot.lines(f"whatsapp:PN1:49{n}") == ANSWER
        assert len(graph.taken) == 60


def _with(message: Message, **changes: Any) -> Message:
    from dataclasses import replace

    return replace(message, **changes)
