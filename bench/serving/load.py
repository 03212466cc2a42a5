"""The load: clients that talk over REST, each one message after the other, in a process of its own.

    python -m bench.serving.load URL TEXTS.json CLIENTS SECONDS OFFSET [RATE]

Each says the next as soon as it has its answer, or with RATE no more often than makes so many turns a second of all
of them. Prints one line of JSON: turns, errors, and every turn's milliseconds.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import aiohttp

TURNS_PER_CONVERSATION = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What all clients share: distinct texts by number, until the clock says stop, `every` so many seconds each."""

    url: str
    texts: list[str]
    numbers: count[int]
    until: float
    every: float


async def talk(session: aiohttp.ClientSession, load: Load) -> tuple[list[float], int]:
    """One client: conversations of ten turns."""
    texts = load.texts
    times: list[float] = []
    errors = said = 0
    sender = ""
    due = time.perf_counter()
    while time.perf_counter() < load.until:
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        due += load.every
        number = next(load.numbers)
        if said % TURNS_PER_CONVERSATION == 0:
            sender = f"bench-{number}"
        said += 1
        again = number // len(texts)
        text = texts[number % len(texts)] + (f" ({again})" if again else "")
        began = time.perf_counter()
        try:
            async with session.post(load.url, json={"sender": sender, "message": text}) as answer:
                good = answer.status == 200 and bool(await answer.json())
        except (aiohttp.ClientError, TimeoutError, ValueError):
            good = False
        if good:
            times.append(1000 * (time.perf_counter() - began))
        else:
            errors += 1
    return times, errors


async def main(url: str, texts: list[str], clients: int, seconds: float, offset: int, rate: float) -> None:
    connector = aiohttp.TCPConnector(limit=clients)
    timeout = aiohttp.ClientTimeout(total=30)
    numbers = count(offset)
    async with aiohttp.ClientSession(connector=connector, timeout=timeout) as session:
        began = time.perf_counter()
        every = clients / rate if rate else 0.0
        load = Load(url=url, texts=texts, numbers=numbers, until=began + seconds, every=every)
        talks = await asyncio.gather(*(talk(session, load) for _ in range(clients)))
        took = time.perf_counter() - began
    times = [one for talked, _ in talks for one in talked]
    result = {"seconds": took, "ms": times, "errors": sum(errors for _, errors in talks)}
    print(json.dumps({**result, "next": next(numbers)}))


if __name__ == "__main__":
    place, file, clients, seconds, offset, *rate = sys.argv[1:]
    import uvloop

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        words = json.loads(Path(file).read_text(encoding="utf-8"))
        runner.run(main(place, words, int(clients), float(seconds), int(offset), float(*rate)))
