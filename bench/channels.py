"""How long each channel takes for a message, without model, store and network.

    python -m bench.channels [--times 2000]

One signed webhook with a customer's text is verified and parsed, and one reply of a text with two buttons rendered.
Times are the thread's own (CPU), so that a busy machine does not count.
"""

from __future__ import annotations

import argparse
import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import aiohttp

from bot.messages import Button, Part
from tests.channel_cases import CASES, NEW, Case

REPLY = [
    Part(
        text="You can send it back within thirty days. Shall I start a return?",
        buttons=(Button(title="Yes", payload="/affirm"), Button(title="No", payload="/deny")),
    )
]


def main() -> None:
    parser = argparse.ArgumentParser(description="Time the channels.")
    parser.add_argument("--times", type=int, default=2000)
    asyncio.run(report(parser.parse_args().times))


async def report(times: int) -> None:
    print(f"{'µs':<12}{'verify':>8}{'parse':>8}{'render':>8}")
    async with aiohttp.ClientSession() as session:
        for name, case in CASES.items():
            taken = measured(case, session, times)
            print(f"{name:<12}" + "".join(f"{one:>8.0f}" for one in taken))


def measured(case: Case, session: aiohttp.ClientSession, times: int) -> list[float]:
    """Microseconds to verify, parse and render."""
    channel = case.open(session, "http://127.0.0.1:9")
    call = case.wrap(case.said("where is my parcel? I ordered it on Monday", "1"), NEW, datetime.now(UTC))
    work: tuple[Callable[[], Any], ...] = (
        lambda: channel.verify(call),
        lambda: channel.parse(call),
        lambda: channel.render(REPLY, language="en"),
    )
    return [_microseconds(one, times) for one in work]


def _microseconds(work: Callable[[], Any], times: int) -> float:
    work()  # imports and caches
    began = time.thread_time()
    for _ in range(times):
        work()
    return (time.thread_time() - began) / times * 1e6


if __name__ == "__main__":
    main()
