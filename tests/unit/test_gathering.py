"""Short messages in a row: together when they follow each other, whole, in order, each exactly once."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from bot.gathering import MOST_TOGETHER, Gathering, joined, regrouped
from bot.messages import Attachment, Message
from bot.store.records import Unfinished

PAUSE = 0.03


def said(text: str, number: int = 1, place: str = "c") -> Message:
    return Message(
        id=f"m{number}",
        account="a",
        conversation_id=place,
        channel="whatsapp",
        sender="s",
        text=text,
        received_at=datetime(2026, 1, 1, tzinfo=UTC),
    )


class Begun:
    """The turns that were begun: the keys of each."""

    def __init__(self) -> None:
        self.turns: list[list[int]] = []
        self.gathering = Gathering(self._begin)

    def _begin(self, messages: Mapping[int, Message]) -> None:
        self.turns.append(list(messages))


async def test_what_follows_within_the_pause_is_one_turn() -> None:
    begun = Begun()
    begun.gathering.add(1, said("hi"), pause_s=0.2)
    begun.gathering.add(2, said("hi"), pause_s=60.0)
    await asyncio.sleep(0.3)
    assert begun.turns == []  # the pause began again with the second message
    begun.gathering.flush("c")
    begun.gathering.add(3, said("hi"), pause_s=PAUSE)
    await asyncio.sleep(2 * PAUSE)
    assert begun.turns == [[1, 2], [3]]


async def test_conversations_do_not_wait_for_each_other() -> None:
    begun = Begun()
    begun.gathering.add(1, said("hi"), pause_s=60.0)
    begun.gathering.add(2, said("hi", place="other"), pause_s=PAUSE)
    await asyncio.sleep(2 * PAUSE)
    assert begun.turns == [[2]]
    begun.gathering.flush_all()


async def test_a_choice_is_answered_at_once_and_after_what_came_before() -> None:
    begun = Begun()
    begun.gathering.add(1, said("hi"), pause_s=60.0)
    begun.gathering.add(2, said("/greet"), pause_s=60.0)
    assert begun.turns == [[1], [2]]


async def test_without_a_pause_nothing_waits() -> None:
    begun = Begun()
    begun.gathering.add(1, said("hi"), pause_s=0.0)
    assert begun.turns == [[1]]


async def test_who_never_stops_is_answered_all_the_same() -> None:
    begun = Begun()
    async with asyncio.timeout(10):
        key = 0
        while not begun.turns:
            key += 1
            begun.gathering.add(key, said("and"), pause_s=PAUSE)
            await asyncio.sleep(PAUSE / 6)
    assert begun.turns[0] == list(range(1, len(begun.turns[0]) + 1))
    begun.gathering.flush_all()
    for number in range(100, 100 + MOST_TOGETHER):
        begun.gathering.add(number, said("and"), pause_s=60.0)
    assert begun.turns[-1] == list(range(100, 100 + MOST_TOGETHER))


async def test_a_retry_of_the_platform_is_no_further_message() -> None:
    begun = Begun()
    for _ in range(3):
        begun.gathering.add(1, said("hi"), pause_s=60.0)
    begun.gathering.flush_all()
    assert begun.turns == [[1]]


def test_joined_says_everything_under_the_first_id() -> None:
    photo = Attachment(kind="image", reference="r")
    pieces = (
        replace(said("my lamp", 1), metadata={"name": "Ann", "timestamp": "1"}),
        replace(said("", 2), attachments=(photo,), metadata={"timestamp": "2"}),
        said("is broken", 3),
    )
    whole = joined(pieces)
    assert (whole.id, whole.text, whole.attachments) == ("m1", "my lamp\nis broken", (photo,))
    assert whole.metadata == {"name": "Ann", "timestamp": "2", "message_ids": ["m1", "m2", "m3"]}
    assert joined(pieces[:1]) is pieces[0]


@given(st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from(["hi", "/greet"])), max_size=12))
def test_after_a_crash_every_message_is_in_one_group_and_in_order(talk: list[tuple[str, str]]) -> None:
    unfinished = [
        Unfinished(key=key, message=said(text, key, place), attempts=key)
        for key, (place, text) in enumerate(talk, start=1)
    ]
    groups = regrouped(unfinished, lambda _: True)
    assert sorted(key for messages, _ in groups for key in messages) == [one.key for one in unfinished]
    for place in "ab":
        here = [messages for messages, _ in groups if next(iter(messages.values())).conversation_id == place]
        keys = [key for messages in here for key in messages]
        assert keys == sorted(keys)
    for messages, attempts in groups:
        assert len({message.conversation_id for message in messages.values()}) == 1
        assert attempts == max(messages)
        assert len(messages) == 1 or all(message.text == "hi" for message in messages.values())
    assert len(regrouped(unfinished, lambda _: False)) == len(unfinished)
