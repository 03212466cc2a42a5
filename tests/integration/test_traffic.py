"""What serves, who changed it, and what a shadow decided, on both databases."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from bot.store.shadows import Compared, Verdict
from bot.store.store import Store
from bot.store.traffic import Split, Traffic

from .store_values import START, Clock, turn

pytestmark = pytest.mark.integration


async def test_changes_are_kept_with_who_and_when(store: Store, clock: Clock) -> None:
    await store.traffic.change("promote", "r1", by="Ann")
    clock.move(60)
    await store.traffic.change("shadow", "r2", by="Bo")
    await store.traffic.change("split", "r2", percent=12.5, by="Bo")
    assert await store.traffic.read() == Traffic(
        active="r1", split=Split(release="r2", percent=12.5), shadow="r2"
    )
    newest, _, oldest = await store.traffic.changes()
    assert (newest.deed, newest.release, newest.percent, newest.by) == ("split", "r2", 12.5, "Bo")
    assert (oldest.deed, oldest.release, oldest.previous, oldest.by) == ("promote", "r1", "", "Ann")
    assert newest.at - oldest.at == timedelta(seconds=60)


async def test_a_promoted_release_is_tried_no_longer(store: Store) -> None:
    await store.traffic.change("promote", "r1")
    await store.traffic.change("shadow", "r2")
    await store.traffic.change("split", "r2", percent=10)
    await store.traffic.change("promote", "r2")
    assert await store.traffic.read() == Traffic(active="r2")


async def test_another_promotion_leaves_what_is_tried(store: Store) -> None:
    await store.traffic.change("split", "r2", percent=10)
    await store.traffic.change("promote", "r3")
    assert (await store.traffic.read()).split == Split(release="r2", percent=10)
    await store.traffic.change("split", "")
    assert (await store.traffic.read()).split is None


async def test_rolling_back_goes_down_the_ladder(store: Store) -> None:
    for release in ("r1", "r2", "r3"):
        await store.traffic.change("promote", release)
    assert await store.traffic.before("r3") == "r2"
    await store.traffic.change("rollback", "r2")
    assert await store.traffic.before("r2") == "r1"
    await store.traffic.change("rollback", "r1")
    assert await store.traffic.before("r1") == ""


async def test_an_unload_is_looked_through(store: Store) -> None:
    for release in ("r1", "", "r2"):
        await store.traffic.change("promote", release)
    assert await store.traffic.before("r2") == "r1"


async def test_promoting_what_serves_changes_nothing(store: Store) -> None:
    await store.traffic.change("promote", "r1")
    await asyncio.gather(*(store.traffic.change("promote", "r1") for _ in range(5)))
    assert len(await store.traffic.changes()) == 1


# ── the shadow ───────────────────────────────────────────────────────────────────────────────────────────

SURE = Verdict(kind="answer", choice="returns", p=0.9, cost=1.0)
LOST = Verdict(kind="hand_over", choice="", p=0.4, cost=3.0)


def compared(seq: int, shadow: Verdict, said: Verdict, *, at: int = 0) -> Compared:
    return Compared(
        conversation_id="c", seq=seq, at=int(START.timestamp()) + at, release="r2", beside="r1",
        shadow=shadow, said=said, took_s=0.02,
    )  # fmt: skip


async def test_agreement_is_counted(store: Store) -> None:
    await store.commit_turn(turn(count=4))
    pairs = ((SURE, SURE), (SURE, LOST), (LOST, SURE), (SURE, SURE))
    for seq, (shadow, said) in enumerate(pairs, start=1):
        assert await store.shadows.add(compared(seq, shadow, said, at=seq))
    found = await store.shadows.agreement("r2")
    assert (found.messages, found.agree) == (4, 2)
    assert (found.cost, found.said_cost) == (1.5, 1.5)
    assert found.kinds == (("answer", "answer", 2), ("answer", "hand_over", 1), ("hand_over", "answer", 1))
    assert (await store.shadows.agreement("r2", since=int(START.timestamp()) + 3)).messages == 2
    assert (await store.shadows.agreement("r9")).messages == 0
    newest, oldest = await store.shadows.disagreements("r2")
    assert (newest.text, newest.shadow, newest.said) == ("c 3", LOST, SURE)
    assert (oldest.seq, oldest.beside) == (2, "r1")


async def test_a_message_is_compared_once(store: Store) -> None:
    await store.commit_turn(turn(count=1))
    await store.shadows.add(compared(1, SURE, SURE))
    await store.shadows.add(compared(1, LOST, SURE))
    assert (await store.shadows.agreement("r2")).agree == 1


async def test_what_is_erased_is_not_kept_by_the_shadow(store: Store) -> None:
    await store.commit_turn(turn(count=1))
    await store.shadows.add(compared(1, LOST, SURE))
    assert await store.erase_conversation("c")
    assert await store.shadows.disagreements("r2") == ()
    assert not await store.shadows.add(compared(1, LOST, SURE))
