"""A process that commits turns until it is killed.

    python -m tests.integration.store_writer_process URL RUN

Each line on its output names something that the store has promised to keep.
"""

from __future__ import annotations

import asyncio
import sys
from dataclasses import replace

from bot.store.store import Store

from .store_values import message, row, turn

CALLERS = 8
EVENTS = 3


async def talk(store: Store, conversation: str) -> None:
    seq = 0
    while True:
        name = f"{conversation}-{seq}"
        accepted = await store.accept(message(name, conversation=conversation))
        sys.stdout.write(f"accepted {name}\n")
        whole = turn(conversation, after=seq, count=EVENTS, key=accepted.key, outcome={"seq": seq})
        seq = await store.commit_turn(replace(whole, outbox=(row("1"), row("2"))))
        sys.stdout.write(f"turn {conversation} {seq}\n")
        sys.stdout.flush()


async def main(url: str, run: str) -> None:
    store = await Store.open(url)
    await asyncio.gather(*(talk(store, f"{run}-{caller}") for caller in range(CALLERS)))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2]))
