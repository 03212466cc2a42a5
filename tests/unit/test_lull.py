"""What can wait waits for customers, and not for ever."""

from __future__ import annotations

import asyncio

from bot.lull import lull_of


async def test_it_waits_until_nothing_is_in_hand() -> None:
    in_hand = 1
    waiting = asyncio.create_task(lull_of(lambda: in_hand, longest_s=600.0)())
    for _ in range(4):
        await asyncio.sleep(0.11)
        assert not waiting.done()
    in_hand = 0
    async with asyncio.timeout(60):
        await waiting


async def test_on_a_server_that_is_never_idle_it_goes_on() -> None:
    async with asyncio.timeout(60):
        await lull_of(lambda: 1, longest_s=0.05)()
