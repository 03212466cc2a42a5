"""The review queue and the archive in every database: on SQLite and on PostgreSQL."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from bot.store.archive import Search
from bot.store.records import ConflictError
from bot.store.reviews import CLAIM_S, Decided, NewItem
from bot.store.store import Store

from .store_values import START, Clock, event, turn

pytestmark = pytest.mark.integration


def item(place: str, *, conversation: str = "c", draft: str = "", cluster: str = "") -> NewItem:
    return NewItem(
        source="mined" if draft else "unanswered", conversation_id=conversation, place=place, draft=draft,
        text="包装吗", language="zh", candidates=({"kind": "intent", "name": "greet", "p": 0.4},), cluster=cluster,
    )  # fmt: skip


async def test_an_item_is_queued_once_and_decided_once(store: Store) -> None:
    assert await store.reviews.add([item("1"), item("2"), item("1", draft="drafts", cluster="drafts#a")]) == 3
    assert await store.reviews.add([item("1"), item("3")]) == 1
    assert await store.reviews.add([item("1", draft="drafts", cluster="drafts#b")]) == 1, "mined again"
    items = await store.reviews.open_items()
    assert [one.cluster for one in items] == ["", "", "", "drafts#b"]
    assert await store.reviews.counts() == {"unanswered": 3, "mined": 1}
    wanted = Decided(
        kind="assign", target="wrap", person="Mei", edits=({"file": "nlu.yml"},), seen=((1, 1), (2, 1))
    )
    results = await asyncio.gather(*(store.reviews.decide(wanted) for _ in range(6)), return_exceptions=True)
    assert sum(isinstance(one, ConflictError) for one in results) == 5
    (change,) = await store.reviews.changes()
    assert [one.id for one in await store.reviews.of_change(change.id)] == [1, 2]
    await store.reviews.undo(change.id, "Lin")
    assert {one.version for one in await store.reviews.items([1, 2])} == {3}


async def test_a_claim_is_one_persons(store: Store, clock: Clock) -> None:
    await store.reviews.add([item("1"), item("2")])
    claims = await asyncio.gather(*(store.reviews.claim([1, 2], f"person {number}") for number in range(5)))
    assert sum(claim == {} for claim in claims) == 1
    await store.reviews.arrange({1: ("live#x", 1), 2: ("live#x", 0)})
    assert [one.id for one in await store.reviews.open_items()] == [2, 1]
    clock.move(CLAIM_S + 1)
    assert await store.reviews.claim([1], "somebody else") == {}


async def test_conversations_are_found_by_what_was_said_and_decided(store: Store, clock: Clock) -> None:
    decision = {"event": "decision", "timestamp": START.timestamp(), "kind": "hand_over"}
    said = {**event("Do you GIFT wrap 100%?"), "parse_data": {"intent": {"name": "wrap"}}}
    await store.commit_turn(turn("a", events=(said, decision)))
    clock.move(60)
    await store.commit_turn(turn("b", events=(event("我要退货"),), update={"language": "zh"}))
    searches = {
        "gift": Search(text="gift"), "sign": Search(text="0%"), "chinese": Search(text="退货"),
        "decided": Search(decided="hand_over"), "intent": Search(intent="wrap"), "language": Search(language="zh"),
        "since": Search(since=START + timedelta(seconds=30)), "nothing": Search(text="x_y"),
    }  # fmt: skip
    found = {name: await store.archive.find(search) for name, search in searches.items()}
    assert {name: [one.conversation.id for one in rows] for name, rows in found.items()} == {
        "gift": ["a"], "sign": ["a"], "chinese": ["b"], "decided": ["a"], "intent": ["a"], "language": ["b"],
        "since": ["b"], "nothing": [],
    }  # fmt: skip
    assert found["gift"][0].line == "Do you GIFT wrap 100%?"
    (newest,) = await store.archive.find(Search(), limit=1)
    (next_one,) = await store.archive.find(Search(), before=(newest.conversation.updated_at, "b"))
    assert (newest.conversation.id, next_one.conversation.id) == ("b", "a")
    assert await store.archive.of_person("a") == ("a",)
    assert await store.archive.values() == {"channels": ["rest"], "languages": ["zh"]}
