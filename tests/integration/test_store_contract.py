"""What every database must do for us: on SQLite and, where its driver is installed, on PostgreSQL."""

from __future__ import annotations

import asyncio
import random
from collections import defaultdict
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.messages import Attachment
from bot.store.records import ConflictError, UnansweredMessage
from bot.store.store import Store

from .store_values import START, Clock, event, message, row, turn

pytestmark = pytest.mark.integration


# ── inbox ────────────────────────────────────────────────────────────────────────────────────────────────


async def test_of_equal_messages_exactly_one_is_new(store: Store) -> None:
    accepted = await asyncio.gather(*(store.accept(message("m1")) for _ in range(40)))
    assert sum(one.is_new for one in accepted) == 1
    assert len({one.key for one in accepted}) == 1
    assert {one.state for one in accepted} == {"new"}


async def test_the_account_is_part_of_the_key(store: Store) -> None:
    first = await store.accept(message("m1"))
    other = await store.accept(replace(message("m1"), account="another shop"))
    assert other.is_new
    assert other.key != first.key


async def test_a_repetition_is_told_the_outcome(store: Store) -> None:
    accepted = await store.accept(message("m1"))
    await store.commit_turn(turn(key=accepted.key, outcome={"parts": [{"text": "明天到"}]}))
    again = await store.accept(message("m1"))
    assert not again.is_new
    assert (again.state, again.outcome) == ("done", {"parts": [{"text": "明天到"}]})
    assert await store.accepted(accepted.key) == again
    assert await store.accepted(accepted.key + 1) is None


async def test_unfinished_messages_come_back_whole_and_are_counted(store: Store) -> None:
    picture = Attachment(kind="image", reference="wa:1", mime_type="image/png", caption="看")
    odd = replace(message("m2", text="half \ud800 and \0"), attachments=(picture,), metadata={"a": [1, None]})
    done = await store.accept(message("m1"))
    await store.accept(odd)
    await store.commit_turn(turn(key=done.key))
    assert [(one.message, one.attempts) for one in await store.unfinished()] == [(odd, 2)]
    assert [one.attempts for one in await store.unfinished()] == [3]


async def test_a_failed_turn_is_not_tried_again(store: Store) -> None:
    accepted = await store.accept(message("m1"))
    await store.commit_turn(turn(key=accepted.key, failed=True, outcome={}))
    assert await store.unfinished() == ()
    assert (await store.accept(message("m1"))).state == "failed"
    assert (await store.counts()).inbox == {"failed": 1}


# ── turns ────────────────────────────────────────────────────────────────────────────────────────────────


async def test_events_come_back_in_order_and_by_window(store: Store) -> None:
    assert await store.commit_turn(turn(count=3)) == 3
    assert await store.commit_turn(turn(after=3, count=2)) == 5
    every = [(number, event(f"c {number}")) for number in range(1, 6)]
    assert await store.load_events("c") == every
    assert await store.load_events("c", after=2) == every[2:]
    assert await store.load_events("c", after=1, limit=2) == every[1:3]
    assert await store.recent_events("c", 2) == every[3:]
    assert await store.recent_events("nobody", 2) == []


async def test_of_writers_at_the_same_place_one_wins_and_others_are_untouched(store: Store) -> None:
    same = [store.commit_turn(turn("c", count=2, outbox=(row("once"),))) for _ in range(10)]
    others = [store.commit_turn(turn(f"d{number}")) for number in range(10)]
    results = await asyncio.gather(*same, *others, return_exceptions=True)
    assert [result for result in results[:10] if not isinstance(result, ConflictError)] == [2]
    assert results[10:] == [1] * 10
    assert (await store.counts()).outbox == {"pending": 1}


async def test_a_message_is_answered_by_one_turn_only(store: Store) -> None:
    accepted = await store.accept(message("m1"))
    await store.commit_turn(turn(key=accepted.key))
    with pytest.raises(ConflictError):
        await store.commit_turn(turn(after=1, key=accepted.key, outbox=(row("twice"),)))
    assert len(await store.load_events("c")) == 1
    assert (await store.counts()).outbox == {}


async def test_one_turn_only_also_within_one_commit(store: Store) -> None:
    accepted = await store.accept(message("m1"))
    results = await asyncio.gather(
        *(store.commit_turn(turn(after=number, key=accepted.key)) for number in range(3)),
        return_exceptions=True,
    )
    assert results[0] == 1
    assert [type(result) for result in results[1:]] == [ConflictError, ConflictError]


async def test_turns_of_one_conversation_may_share_a_commit(store: Store) -> None:
    results = await asyncio.gather(*(store.commit_turn(turn(after=number)) for number in range(20)))
    assert results == list(range(1, 21))
    conversation = await store.conversation("c")
    assert conversation is not None
    assert conversation.last_seq == 20


async def test_a_turn_that_cannot_be_written_fails_alone(store: Store) -> None:
    broken = turn("broken", events=(event("fine"), {**event("no JSON"), "p": float("nan")}))
    results = await asyncio.gather(
        *(store.commit_turn(turn(f"c{number}")) for number in range(5)),
        store.commit_turn(broken),
        *(store.commit_turn(turn(f"d{number}")) for number in range(5)),
        return_exceptions=True,
    )
    assert isinstance(results.pop(5), Exception)
    assert results == [1] * 10
    assert await store.load_events("broken") == []
    assert await store.conversation("broken") is None


async def test_a_caller_that_leaves_does_not_stop_the_others(store: Store) -> None:
    leaving = asyncio.create_task(store.commit_turn(turn("leaving")))
    staying = [asyncio.create_task(store.commit_turn(turn(f"c{number}"))) for number in range(5)]
    await asyncio.sleep(0)
    leaving.cancel()
    assert await asyncio.gather(*staying) == [1] * 5
    with pytest.raises(asyncio.CancelledError):
        await leaving


async def test_readers_that_leave_cost_no_connection(store: Store) -> None:
    await store.commit_turn(turn(count=50))
    for pause in (0, 0, 0.0005, 0.001, 0.002) * 10:
        reading = asyncio.create_task(store.load_events("c"))
        await asyncio.sleep(pause)
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)
    async with asyncio.timeout(5):
        assert len(await store.load_events("c")) == 50


async def test_two_stores_on_one_database_keep_the_same_promises(url: str, store: Store) -> None:
    beside = await Store.open(url, exclusive=False)
    both = (store, beside) * 5
    accepted = await asyncio.gather(*(one.accept(message("m1")) for one in both))
    assert sum(one.is_new for one in accepted) == 1
    same = turn(key=accepted[0].key, outbox=tuple(row(str(number)) for number in range(3)))
    results = await asyncio.gather(*(one.commit_turn(same) for one in both), return_exceptions=True)
    assert [result for result in results if not isinstance(result, ConflictError)] == [1]
    await asyncio.gather(*(store.commit_turn(turn(f"c{n}", outbox=(row("1"),))) for n in range(20)))
    claims = await asyncio.gather(*(one.outbox.claim(limit=4) for one in both))
    claimed = [one.conversation_id for claim in claims for one in claim]
    assert len(claimed) == len(set(claimed)) > 4
    await beside.close()


async def test_closing_finishes_what_was_asked_for(url: str) -> None:
    store = await Store.open(url)
    writes = [asyncio.create_task(store.commit_turn(turn(f"c{number}"))) for number in range(50)]
    await asyncio.sleep(0)
    await store.close()
    assert await asyncio.gather(*writes) == [1] * 50
    store = await Store.open(url)
    assert (await store.counts()).conversations == {"bot": 50}
    await store.close()


# ── lists, pointers, erasure ─────────────────────────────────────────────────────────────────────────────


async def test_conversations_are_listed_by_owner_and_page(store: Store, clock: Clock) -> None:
    for number in range(5):
        clock.move(1)
        owner = "waiting" if number % 2 else "bot"
        await store.commit_turn(turn(f"c{number}", update={"owner": owner, "preview": f"words {number}"}))
    assert [one.id for one in await store.conversations()] == ["c4", "c3", "c2", "c1", "c0"]
    assert [one.id for one in await store.conversations(owner="waiting")] == ["c3", "c1"]
    page = await store.conversations(limit=2)
    rest = await store.conversations(before=(page[-1].updated_at, page[-1].id))
    assert [one.id for one in rest] == ["c2", "c1", "c0"]
    assert (await store.counts()).conversations == {"bot": 3, "waiting": 2}


async def test_a_conversation_shows_its_last_turn_and_keeps_its_preview(store: Store, clock: Clock) -> None:
    await store.commit_turn(turn(update={"preview": "Wo ist es? \0\ud800", "language": "de"}))
    clock.move(60)
    await store.commit_turn(turn(after=1, update={"owner": "person", "agent": "Li"}))
    conversation = await store.conversation("c")
    assert conversation is not None
    assert (conversation.owner, conversation.agent, conversation.language) == ("person", "Li", "")
    assert conversation.preview == "Wo ist es? ?"
    assert conversation.created_at == START
    assert conversation.updated_at == START + timedelta(seconds=60)


async def test_unanswered_messages_are_listed_until_resolved(store: Store) -> None:
    missed = UnansweredMessage(seq=1, text="坏了?", language="zh", reason="unsure", candidates=({"p": 0.2},))
    await store.commit_turn(turn(unanswered=(missed,)))
    await store.commit_turn(turn(after=1, unanswered=(missed,)))
    newest, oldest = await store.unanswered()
    assert (newest.text, newest.candidates, newest.state) == ("坏了?", ({"p": 0.2},), "open")
    assert await store.unanswered(before=newest.id) == (oldest,)
    assert await store.resolve_unanswered(oldest.id)
    assert not await store.resolve_unanswered(oldest.id)
    assert await store.unanswered() == (newest,)
    assert [one.id for one in await store.unanswered(state="done")] == [oldest.id]
    assert (await store.counts()).unanswered == 1


async def test_the_active_release_is_remembered(url: str, store: Store) -> None:
    assert await store.active_release() is None
    await store.set_active_release("r1")
    await asyncio.gather(store.set_active_release("r2"), store.set_pointer("shadow", "r3"))
    beside = await Store.open(url, exclusive=False)
    assert (await beside.active_release(), await beside.pointer("shadow")) == ("r2", "r3")
    await beside.close()


async def test_erasing_takes_everything_of_one_conversation_and_nothing_else(store: Store) -> None:
    missed = UnansweredMessage(seq=1, text="?", language="en", reason="unsure")
    for name in ("gone", "stays"):
        accepted = await store.accept(message(f"1 {name}", conversation=name))
        await store.commit_turn(turn(name, key=accepted.key, outbox=(row("hi"),), unanswered=(missed,)))
        await store.accept(message(f"2 {name}", conversation=name))
    erased = await store.erase_sender(channel="rest", account="shop", sender="sender of gone")
    assert erased == ("gone",)
    assert await store.conversation("gone") is None
    assert await store.load_events("gone") == []
    assert [one.conversation_id for one in await store.unanswered()] == ["stays"]
    assert [one.conversation_id for one in await store.outbox.claim()] == ["stays"]
    assert [one.message.conversation_id for one in await store.unfinished()] == ["stays"]
    assert len(await store.load_events("stays")) == 1
    assert not await store.erase_conversation("gone")


# ── outbox ───────────────────────────────────────────────────────────────────────────────────────────────


async def test_replies_are_claimed_one_at_a_time_in_order(store: Store) -> None:
    await store.commit_turn(turn("a", outbox=(row("a1"), row("a2"))))
    await store.commit_turn(turn("b", outbox=(row("b1"),)))
    first, other = await store.outbox.claim()
    assert [one.payload["text"] for one in (first, other)] == ["a1", "b1"]
    assert (first.state, first.attempts) == ("sending", 1)
    assert await store.outbox.claim() == ()
    await store.outbox.mark_sent(first.id, "wamid.1")
    assert [one.payload["text"] for one in await store.outbox.claim()] == ["a2"]


async def test_a_claim_is_given_to_one_sender_only(store: Store) -> None:
    for number in range(20):
        await store.commit_turn(turn(f"c{number}", outbox=(row("hello"),)))
    claims = await asyncio.gather(*(store.outbox.claim(limit=3) for _ in range(10)))
    claimed = [one.id for claim in claims for one in claim]
    assert len(claimed) == len(set(claimed)) == 20


async def test_a_retry_waits_for_its_time_and_holds_back_what_follows(store: Store, clock: Clock) -> None:
    await store.commit_turn(turn(outbox=(row("1"), row("2"))))
    (first,) = await store.outbox.claim()
    await store.outbox.mark_retry(first.id, clock.now + timedelta(seconds=30), "503")
    assert await store.outbox.claim() == ()
    clock.move(30)
    (again,) = await store.outbox.claim()
    assert (again.id, again.attempts, again.last_error) == (first.id, 2, "503")


async def test_the_dead_are_listed_let_others_pass_and_can_be_replayed(store: Store) -> None:
    await store.commit_turn(turn(outbox=(row("1"), row("2"))))
    (first,) = await store.outbox.claim()
    await store.outbox.mark_dead(first.id, "blocked")
    (second,) = await store.outbox.claim()
    assert second.payload["text"] == "2"
    (dead,) = await store.outbox.dead()
    assert (dead.id, dead.state, dead.last_error) == (first.id, "dead", "blocked")
    assert await store.outbox.replay(first.id)
    assert not await store.outbox.replay(first.id)
    assert await store.outbox.dead() == ()
    (replayed,) = await store.outbox.claim()
    assert (replayed.id, replayed.attempts) == (first.id, 1)


async def test_an_unknown_outcome_is_resent_or_held_and_always_counted(store: Store, clock: Clock) -> None:
    await store.commit_turn(turn("a", outbox=(row("a"),)))
    await store.commit_turn(turn("b", outbox=(row("b"),)))
    resend, hold = await store.outbox.claim()
    await store.outbox.mark_unknown(resend.id, "reset", due_at=clock.now)
    await store.outbox.mark_unknown(hold.id, "reset")
    (again,) = await store.outbox.claim()
    assert (again.id, again.unknown_at) == (resend.id, START)
    await store.outbox.mark_sent(again.id)
    assert [one.id for one in await store.outbox.dead()] == [hold.id]
    counts = await store.counts()
    assert (counts.outbox, counts.unknown_sends) == ({"held": 1}, 2)


async def test_what_was_sent_stays_sent(store: Store, clock: Clock) -> None:
    await store.commit_turn(turn(outbox=(row("1"),)))
    (first,) = await store.outbox.claim()
    await store.outbox.mark_sent(first.id)
    await store.outbox.mark_retry(first.id, clock.now, "late")
    assert await store.outbox.claim() == ()
    assert not await store.outbox.replay(first.id)


async def test_claims_of_a_sender_that_died_are_recovered_and_flagged(store: Store, clock: Clock) -> None:
    await store.commit_turn(turn(outbox=(row("1"), row("2"))))
    (first,) = await store.outbox.claim(lease_s=60)
    assert await store.outbox.recover() == 0
    clock.move(61)
    assert await store.outbox.recover() == 1
    (again,) = await store.outbox.claim(lease_s=60)
    assert (again.id, again.attempts) == (first.id, 2)
    assert again.unknown_at is not None
    assert await store.outbox.recover(hold=True, everything=True) == 1
    assert [one.payload["text"] for one in await store.outbox.claim()] == ["2"]
    assert [one.state for one in await store.outbox.dead()] == ["held"]


async def test_waiting_ends_with_a_new_row_and_with_the_next_due_time(url: str) -> None:
    store = await Store.open(url, exclusive=False)
    waiting = asyncio.create_task(store.outbox.wait(longest_s=30))
    await asyncio.sleep(0.05)
    assert not waiting.done()
    await store.commit_turn(turn(outbox=(row("1"), row("2"))))
    await asyncio.wait_for(waiting, 5)
    (first,) = await store.outbox.claim()
    await store.outbox.mark_retry(first.id, first.created_at + timedelta(seconds=0.3), "busy")
    await store.outbox.wait()  # the mark itself
    await asyncio.wait_for(store.outbox.wait(longest_s=30), 5)
    assert [one.id for one in await store.outbox.claim()] == [first.id]
    await store.close()


@pytest.mark.parametrize("seed", range(4))
async def test_whatever_happens_to_sends_no_reply_overtakes(store: Store, clock: Clock, seed: int) -> None:
    chance = random.Random(seed)
    for conversation in ("a", "b", "c"):
        rows = tuple(row(str(number)) for number in range(6))
        await store.commit_turn(turn(conversation, outbox=rows))
    finished: defaultdict[str, list[int]] = defaultdict(list)
    for _ in range(500):
        clock.move(chance.choice([0, 1, 5]))
        for one in await store.outbox.claim(limit=chance.randint(1, 3), lease_s=3):
            match chance.choice(["sent", "sent", "retry", "dead", "unknown", "died"]):
                case "sent":
                    await store.outbox.mark_sent(one.id)
                    finished[one.conversation_id].append(one.id)
                case "retry":
                    await store.outbox.mark_retry(one.id, clock.now + timedelta(seconds=4), "503")
                case "dead":
                    await store.outbox.mark_dead(one.id, "400")
                case "unknown":
                    await store.outbox.mark_unknown(one.id, "reset", due_at=clock.now)
        await store.outbox.recover()
        if set((await store.counts()).outbox) <= {"dead"}:
            break
    assert set((await store.counts()).outbox) <= {"dead"}
    assert all(ids == sorted(set(ids)) for ids in finished.values())
