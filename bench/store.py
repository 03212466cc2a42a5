"""Turns per second through the store: group commit against a transaction for each write.

A turn is what a REST message costs: accept, then three events with an outcome, each flushed to disk.

    python -m bench.store [--seconds 3] [--folder DIR]

Give `--folder` on the disk that will carry the database: temporary folders are often in memory.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from bot.messages import Message
from bot.store.records import ConversationUpdate, Turn
from bot.store.store import Store

_UPDATE = ConversationUpdate(
    channel="rest", account="", sender="bench", language="en", preview="Where is it?"
)


async def one_caller(store: Store, name: str, until: float) -> list[float]:
    """Talk in one conversation until the clock says stop; seconds per turn."""
    durations: list[float] = []
    seq = 0
    while (start := time.perf_counter()) < until:
        message = Message(
            id=f"{name}-{seq}",
            account="",
            conversation_id=name,
            channel="rest",
            sender="bench",
            text="Where is my parcel? It should have been here on Tuesday.",
            received_at=datetime.now(UTC),
        )
        accepted = await store.accept(message)
        events = tuple(
            {"event": kind, "timestamp": time.time(), "text": "x" * 120} for kind in ("user", "action", "bot")
        )
        seq = await store.commit_turn(
            Turn(
                key=accepted.key,
                conversation_id=name,
                expected_seq=seq,
                conversation=_UPDATE,
                events=events,
                outcome={"parts": [{"text": "x" * 120}]},
            )
        )
        durations.append(time.perf_counter() - start)
    return durations


async def measure(folder: Path, *, callers: int, grouped: bool, seconds: float) -> tuple[float, float]:
    """Turns per second and the median turn in milliseconds."""
    with tempfile.TemporaryDirectory(dir=folder) as place:
        store = await Store.open(f"sqlite:///{place}/bench.db", largest_batch=128 if grouped else 1)
        until = time.perf_counter() + seconds
        talks = await asyncio.gather(*(one_caller(store, f"c{n}", until) for n in range(callers)))
        await store.close()
    durations = sorted(duration for talk in talks for duration in talk)
    return len(durations) / seconds, durations[len(durations) // 2] * 1000


async def main(folder: Path, seconds: float) -> None:
    print("callers   grouped: turns/s   median ms   one by one: turns/s   median ms   ratio")
    for callers in (1, 8, 32):
        single, single_ms = await measure(folder, callers=callers, grouped=False, seconds=seconds)
        group, group_ms = await measure(folder, callers=callers, grouped=True, seconds=seconds)
        ratio = group / single
        print(f"{callers:7d} {group:18.0f} {group_ms:11.2f} {single:21.0f} {single_ms:11.2f} {ratio:7.1f}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()))
    arguments = parser.parse_args()
    if sys.platform != "win32":
        import uvloop

        asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())
    asyncio.run(main(arguments.folder, arguments.seconds))
