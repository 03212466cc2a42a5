"""What customers hear when they are given to a person: their place, the hours; and the words that do it."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.meaning import has_keyword
from bot.opening_hours import OpeningHours
from bot.reader import Reading
from bot.settings import HandoverSettings
from encoders.workers import WorkersBusy
from tests.served_bot import WordReader, served

pytestmark = pytest.mark.integration
NEVER = HandoverSettings(hours=OpeningHours(open={}))


async def test_who_is_not_next_is_told_their_place(tmp_path: Path) -> None:
    async with served(tmp_path, lambda _: {}) as bot:
        first = await bot.say("my cat is purple", "ann")
        second = await bot.say("my cat is purple", "bea")
        third = await bot.say("my cat is purple", "cem")
        assert len(first) == 1
        assert second == [*first, "You are number 2 in the queue."]
        assert third[-1] == "You are number 3 in the queue."
        await bot.desk.claim("ann", "kim")
        assert (await bot.say("my cat is purple", "dan"))[-1] == "You are number 3 in the queue."
        assert await bot.say("hello?", "dan") == [], "who waits is not talked to again"


async def test_nobody_is_told_where_the_operator_does_not_want_it(tmp_path: Path) -> None:
    async with served(tmp_path, lambda _: {}, handover=HandoverSettings(position=False)) as bot:
        assert len(await bot.say("my cat is purple", "ann")) == 1
        assert len(await bot.say("my cat is purple", "bea")) == 1


async def test_out_of_hours_the_customer_is_told_and_kept(tmp_path: Path) -> None:
    async with served(tmp_path, lambda _: {}, handover=NEVER) as bot:
        said = await bot.say("my cat is purple", "ann")
        assert said[-1].startswith("Nobody is here at the moment.")
        (row,) = await bot.conversations()
        assert row.owner == "waiting"


async def test_a_keyword_gives_the_message_to_a_person(tmp_path: Path) -> None:
    async with served(tmp_path, lambda _: {}, handover=HandoverSettings(keywords=("Lawyer", "律师"))) as bot:
        await bot.say("where is my order, or I call my lawyer", "ann")
        assert (await bot.conversations())[0].owner == "waiting"
        assert await bot.say("hello", "bea") == ["Hello from Willowbay."]


async def test_what_fails_is_not_the_customers_business_where_people_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def busy(*_: object, **__: object) -> Reading:
        raise WorkersBusy

    async with served(tmp_path, lambda _: {}) as bot:
        await bot.say("my cat is purple", "ann")
        await bot.desk.claim("ann", "kim")
        await bot.say("my cat is purple", "bea")
        await bot.say("hello", "cem")
        monkeypatch.setattr(WordReader, "read", busy)
        for sender, answers in (("ann", 0), ("bea", 0), ("cem", 1)):
            assert len(await bot.say("and my dog is green", sender)) == answers
            assert ("user", "and my dog is green") in await bot.lines(sender)
        owners = {row.sender: (row.owner, row.agent) for row in await bot.conversations()}
        assert owners == {"ann": ("person", "kim"), "bea": ("waiting", ""), "cem": ("waiting", "")}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("I'll call my LAWYER!", True),
        ("lawyers", False),
        ("I have a last will", False),
        ("我要找律师", True),
        ("", False),
    ],
)
def test_keywords_are_whole_words_where_words_have_spaces(text: str, found: bool) -> None:
    assert has_keyword(text, ["lawyer", "律师", " "]) is found
