"""One serving process of several: turns at a database that they share, until its input ends.

    python -m tests.integration.worker_process URL CONVERSATIONS MESSAGES SHIFT

Each handles all messages, beginning at another one: the other process has every one of them too.
"""

from __future__ import annotations

import asyncio
import sys

from bot.store.store import Store
from tests.served_bot import answering

from .store_values import message


async def main(url: str, conversations: int, messages: int, shift: int) -> None:
    store = await Store.open(url)
    turns = answering(store)
    told = [(number, one) for number in range(messages) for one in range(conversations)]
    told = told[shift:] + told[:shift]
    room = asyncio.Semaphore(8)

    async def handle(number: int, one: int) -> None:
        async with room:
            await turns.handle(message(f"c{one}-{number}", conversation=f"c{one}", text=f"hello {number}"))

    await asyncio.gather(*(handle(*place) for place in told))
    await turns.drain(timeout_s=30)
    await store.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], *map(int, sys.argv[2:])))
