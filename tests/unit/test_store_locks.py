"""One turn at a time per conversation."""

from __future__ import annotations

import asyncio

import pytest

from bot.store.locks import ConversationLocks


async def test_turns_of_a_conversation_follow_each_other_in_order() -> None:
    locks = ConversationLocks()
    seen: list[tuple[int, str]] = []

    async def turn(number: int) -> None:
        async with locks.hold("c"):
            seen.append((number, "begins"))
            await asyncio.sleep(0)
            seen.append((number, "ends"))

    await asyncio.gather(*(turn(number) for number in range(20)))
    assert seen == [(number, what) for number in range(20) for what in ("begins", "ends")]


async def test_conversations_do_not_wait_for_each_other() -> None:
    locks = ConversationLocks()
    async with locks.hold("a"), asyncio.timeout(1), locks.hold("b"):
        assert len(locks) == 2


async def test_nothing_is_left_of_locks_that_nobody_uses() -> None:
    locks = ConversationLocks()
    for number in range(100):
        async with locks.hold(str(number)):
            pass
    assert len(locks) == 0


async def test_waiting_ends_after_the_timeout_and_leaves_the_lock_usable() -> None:
    locks = ConversationLocks()
    async with locks.hold("c"):
        with pytest.raises(TimeoutError):
            async with locks.hold("c", timeout_s=0.01):
                pytest.fail("two held it")
    async with locks.hold("c", timeout_s=0.01):
        pass


async def test_a_failure_or_a_cancellation_inside_frees_the_lock() -> None:
    locks = ConversationLocks()

    async def hold_forever() -> None:
        async with locks.hold("c"):
            await asyncio.sleep(60)

    with pytest.raises(ZeroDivisionError):
        async with locks.hold("c"):
            raise ZeroDivisionError
    holder = asyncio.create_task(hold_forever())
    waiter = asyncio.create_task(hold_forever())
    await asyncio.sleep(0)
    waiter.cancel()
    holder.cancel()
    await asyncio.gather(holder, waiter, return_exceptions=True)
    async with locks.hold("c", timeout_s=0.01):
        pass
