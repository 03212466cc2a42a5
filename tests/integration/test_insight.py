"""The figures against conversations counted by hand, on both databases."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from bot.insight.figures import Selection, by, choices, over_time, ratings, top_intents, totals, unanswered
from bot.insight.follow import Follower
from bot.store.records import ConversationUpdate, Turn
from bot.store.reviews import NewItem
from bot.store.store import Store

from .store_values import START

pytestmark = pytest.mark.integration
NOON = START.timestamp()
HOUR = 3600.0


def said(at: float, text: str = "Where is it?", **facts: Any) -> dict[str, Any]:
    parsed = {"language": facts.pop("language", "en"), "release": facts.pop("release", "r1")}
    parsed["intent"] = {"name": facts.pop("intent", "anything")}
    shape = {"event": "user", "timestamp": NOON + at, "text": text, "parse_data": parsed}
    return {**shape, "input_channel": facts.pop("channel", "web"), **facts}


def decided(at: float, kind: str, intent: str | None = None) -> dict[str, Any]:
    return {"event": "decision", "timestamp": NOON + at, "kind": kind, "intent": intent}


def did(at: float, event: str, **facts: Any) -> dict[str, Any]:
    return {"event": event, "timestamp": NOON + at, **facts}


R2 = {"channel": "whatsapp", "release": "r2"}
CONVERSATIONS: dict[str, list[dict[str, Any]]] = {
    # Answered; closed; the next day one more chat, by a button.
    "answered": [
        did(-0.1, "session_started"),
        said(0.0), decided(0.0, "answer", "returns"), did(0.2, "bot"),
        did(30.0, "owner", owner="closed"),
        did(26 * HOUR, "owner", owner="bot"), said(26 * HOUR, "/greet", intent="greet"), did(26 * HOUR + 0.1, "bot"),
    ],
    # Handed over, answered by a person after 30 s, closed, rated 5.
    "handed over": [
        said(10.0, language="zh"), decided(10.0, "hand_over", "out_of_scope"),
        did(10.1, "owner", owner="waiting", reason="unsure"), did(10.1, "bot"),
        did(30.0, "owner", owner="person", agent="Ann"), did(40.1, "agent"),
        said(50.0, language="zh"), did(60.0, "owner", owner="closed"), did(70.0, "rating", score=5),
    ],
    # Asked back, then cited; rated 2.
    "cited": [
        said(100.0, **R2), decided(100.0, "clarify"), did(100.4, "bot"),
        said(110.0, **R2), decided(110.0, "cite"), did(110.2, "bot"), did(120.0, "rating", score=2),
    ],
    # The bot had no answer and nobody took over.
    "lost": [said(200.0, **R2), decided(200.0, "hand_over", "nlu_fallback"), did(200.3, "bot")],
    # Taken by a person without having been handed over, and still with them.
    "taken": [
        said(300.0), decided(300.0, "answer", "returns"), did(300.3, "bot"), did(310.0, "owner", owner="person"),
        did(320.0, "agent"), said(330.0),
    ],
    # A turn broke.
    "broken": [said(400.0), did(400.5, "bot"), did(400.5, "owner", owner="waiting", reason="failed")],
    # A reminder is nobody's message.
    "reminded": [said(500.0, metadata={"is_external": True}), did(500.1, "bot")],
}  # fmt: skip
DAY = Selection(since=int((NOON - 12 * HOUR) * 1000), until=int((NOON + 12 * HOUR) * 1000))
BOTH = replace(DAY, until=DAY.until + 24 * 3_600_000)


async def write(store: Store, conversation: str, events: list[dict[str, Any]], after: int = 0) -> None:
    update = ConversationUpdate(channel="web", account="shop", sender=conversation)
    for seq, event in enumerate(events, start=after):
        await store.commit_turn(
            Turn(conversation_id=conversation, expected_seq=seq, conversation=update, events=(event,))
        )


@pytest.fixture
async def filled(store: Store) -> Store:
    for name, events in CONVERSATIONS.items():
        await write(store, name, events)
    assert await Follower(store).catch_up()
    return store


async def test_the_day_is_counted(filled: Store) -> None:
    found = await totals(filled.figures, DAY)
    assert found["chats"] == 6
    assert found["messages"] == 9
    # cited, lost and answered had no person; the last two ended with an answer, handed over was closed by one.
    assert (found["contained"], found["containment"]) == (3, 3 / 6)
    assert (found["resolved"], found["resolution"]) == (3, 3 / 6)
    assert (found["handed_over"], found["handover_rate"]) == (2, 2 / 6)
    # Of 9 messages 2 came while people had the conversation; handed over, lost and broken got no answer.
    assert (found["fallbacks"], found["fallback_rate"]) == (3, 3 / 7)
    assert found["clarify_rate"] == 1 / 7
    assert (found["rated"], found["csat"], found["rating"]) == (2, 0.5, 3.5)
    # 0.1, 0.2, 0.3, 0.3, 0.4, 0.5: the third of six, and the sixth.
    assert (found["first_answer_p50_s"], found["first_answer_p90_s"]) == (0.3, 0.5)
    assert found["person_answer_p50_s"] == 30.0
    assert await ratings(filled.figures, DAY) == [
        {"score": score, "chats": int(score in (2, 5))} for score in range(1, 6)
    ]


async def test_nothing_is_no_share(filled: Store) -> None:
    found = await totals(filled.figures, DAY.before)
    assert (found["chats"], found["messages"], found["fallbacks"]) == (0, 0, 0)
    assert {found[name] for name in ("containment", "csat", "fallback_rate", "first_answer_p50_s")} == {None}


async def test_what_follows_a_close_is_another_chat(filled: Store) -> None:
    found = await totals(filled.figures, BOTH)
    assert (found["chats"], found["contained"], found["resolved"]) == (7, 4, 4)


async def test_what_a_person_takes_up_again_is_the_same_chat(store: Store) -> None:
    """And what the bot says after a close, speaking first, answers nothing."""
    events = [
        said(0.0), did(10.0, "owner", owner="closed"), did(20.0, "bot"), did(30.0, "owner", owner="person"),
        did(30.0, "agent"), said(40.0), did(50.0, "owner", owner="closed"), did(60.0, "bot"), said(70.0),
    ]  # fmt: skip
    await write(store, "taken up", events)
    assert await Follower(store).catch_up()
    found = await totals(store.figures, DAY)
    assert (found["chats"], found["messages"], found["contained"]) == (2, 3, 1)
    assert found["first_answer_p90_s"] == 30.0


async def test_by_day_in_the_readers_time(filled: Store) -> None:
    days = await over_time(filled.figures, BOTH, "day")
    assert [(day["at"] - DAY.since, day["chats"]) for day in days] == [(0, 6), (86_400_000, 1)]
    # 11 hours ahead, noon is 23:00; 26 hours later it is the day after the next.
    ahead = await over_time(filled.figures, replace(BOTH, offset_min=660), "day")
    assert [day["chats"] for day in ahead] == [6, 0, 1]
    assert ahead[0]["containment"] == 0.5
    assert ahead[1]["containment"] is None


async def test_by_hour_and_week(filled: Store) -> None:
    hours = await over_time(filled.figures, DAY, "hour")
    assert [hour["chats"] for hour in hours] == [0] * 12 + [6] + [0] * 11
    # 1 March 2026 is a Sunday, so the next day's chat is in the next week.
    weeks = await over_time(filled.figures, BOTH, "week")
    assert [week["chats"] for week in weeks] == [6, 1]


async def test_by_channel_language_and_release(filled: Store) -> None:
    channels = {row["key"]: row for row in await by(filled.figures, DAY, "channel")}
    assert {key: row["chats"] for key, row in channels.items()} == {"web": 4, "whatsapp": 2}
    assert channels["whatsapp"]["containment"] == 1.0
    assert channels["whatsapp"]["first_answer_p90_s"] == 0.4
    languages = await by(filled.figures, DAY, "language")
    assert [(row["key"], row["chats"], row["messages"]) for row in languages] == [("en", 5, 7), ("zh", 1, 2)]
    releases = {row["key"]: row["fallback_rate"] for row in await by(filled.figures, DAY, "release")}
    assert releases == {"r1": 2 / 4, "r2": 1 / 3}


async def test_only_what_is_selected(filled: Store) -> None:
    only = replace(DAY, channel="whatsapp", release="r2")
    assert (await totals(filled.figures, only))["chats"] == 2
    assert (await totals(filled.figures, replace(only, language="zh")))["chats"] == 0
    assert await choices(filled.figures, only) == {
        "channel": ["web", "whatsapp"], "language": ["en", "zh"], "release": ["r1", "r2"],
    }  # fmt: skip


async def test_the_intents_that_were_answered(filled: Store) -> None:
    rows = await top_intents(filled.figures, BOTH)
    assert [(row["intent"], row["messages"], row["customers"]) for row in rows] == [
        ("returns", 2, 2),
        ("greet", 1, 1),
    ]
    assert rows[0]["share"] == pytest.approx(2 / 3)


async def test_what_was_not_answered_by_cluster(filled: Store) -> None:
    assert await unanswered(filled.figures, DAY) == []
    queued = [
        NewItem(source="unanswered", conversation_id=one, place="1", text=f"words of {one}", language="en")
        for one in ("handed over", "lost", "broken", "cited")
    ]
    await filled.reviews.add(queued)
    ids = {item.conversation_id: item.id for item in await filled.reviews.open_items(live=True, limit=9)}
    await filled.reviews.arrange({ids["handed over"]: ("live#refund", 1), ids["lost"]: ("live#refund", 0)})
    about, alone = await unanswered(filled.figures, DAY)
    assert about == {
        "cluster": "refund", "messages": 2, "customers": 2, "example": "words of lost", "open": 2
    }  # fmt: skip
    assert (alone["cluster"], alone["example"]) == ("", "words of broken")  # the cited one was answered
    assert len(await unanswered(filled.figures, replace(DAY, release="r2"))) == 1


async def test_reading_event_by_event_comes_to_the_same(filled: Store, store: Store) -> None:
    whole = await totals(filled.figures, BOTH)
    for name, events in CONVERSATIONS.items():
        for place, event in enumerate(events):
            await write(store, f"again {name}", [event], place)
            await Follower(store).catch_up()
    twice = await totals(store.figures, BOTH)
    shares = (
        "containment",
        "resolution",
        "fallback_rate",
        "csat",
        "first_answer_p50_s",
        "person_answer_p90_s",
    )
    assert {name: twice[name] for name in shares} == {name: whole[name] for name in shares}
    assert twice["chats"] == 2 * whole["chats"]


async def test_several_readers_count_once(url: str, store: Store) -> None:
    for number in range(40):
        await write(store, f"c{number}", CONVERSATIONS["cited"])
    beside = await Store.open(url, exclusive=False)
    followers = [Follower(one) for one in (store, beside, store)]
    await asyncio.gather(*(one.catch_up() for one in followers))
    await asyncio.gather(*(one.catch_up() for one in followers))
    found = await totals(store.figures, DAY)
    assert (found["chats"], found["messages"], found["rated"]) == (40, 80, 40)
    await beside.close()


async def test_who_is_forgotten_is_not_counted(filled: Store) -> None:
    await filled.erase_conversation("lost")
    found = await totals(filled.figures, DAY)
    assert (found["chats"], found["fallbacks"]) == (5, 2)
