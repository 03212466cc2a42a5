"""The load: clients that talk over REST, each one message after the other, in a process of its own.

    python -m bench.serving.load URL TEXTS.json CLIENTS SECONDS OFFSET

Prints one line of JSON: turns, errors, and every turn's milliseconds.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from itertools import count
from pathlib import Path

import aiohttp

TURNS_PER_CONVERSATION = 10


async def talk(
    session: aiohttp.ClientSession, url: str, texts: list[str], numbers: count[int], until: float
) -> tuple[list[float], int]:
    """One client: conversations of ten turns, distinct texts, until the clock says stop."""
    times: list[float] = []
    errors = said = 0
    sender = ""
    while time.perf_counter() < until:
        number = next(numbers)
        if said % TURNS_PER_CONVERSATION == 0:
            sender = f"bench-{number}"
        said += 1
        again = number // len(texts)
        text = texts[number % len(texts)] + (f" ({again})" if again else "")
        began = time.perf_counter()
        try:
            async with session.post(url, json={"sender": sender, "message": text}) as answer:
                good = answer.status == 200 and bool(await answer.json())
        except (aiohttp.ClientError, TimeoutError, ValueError):
            good = False
        if good:
            times.append(1000 * (time.perf_counter() - began))
        else:
            errors += 1
    return times, errors


async def main(url: str, texts: list[str], clients: int, seconds: float, offset: int) -> None:
    connector = aiohttp.TCPConnector(limit=clients)
    timeout = aiohttp.ClientTimeout(total=30)
    numbers = count(offset)
    async with aiohttp.ClientSession(connector=connector, timeout=timeout) as session:
        began = time.perf_counter()
        until = began + seconds
        talks = await asyncio.gather(*(talk(session, url, texts, numbers, until) for _ in range(clients)))
        took = time.perf_counter() - began
    times = [one for talked, _ in talks for one in talked]
    result = {"seconds": took, "ms": times, "errors": sum(errors for _, errors in talks)}
    print(json.dumps({**result, "next": next(numbers)}))


if __name__ == "__main__":
    place, file, clients, seconds, offset = sys.argv[1:]
    import uvloop

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        words = json.loads(Path(file).read_text(encoding="utf-8"))
        runner.run(main(place, words, int(clients), float(seconds), int(offset)))
