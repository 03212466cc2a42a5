"""Many widgets at one serving process: how long they take to connect, and how soon each has its answer.

    python -m bench.widgets [--widgets 1000] [--per-second 20] [--seconds 20]

A small assistant is made, trained and served in a process of its own. Each widget meets the server, says hello and
opens its socket; then, spread over all of them, so many messages a second are sent, and the time is taken until the
answer is pushed over that widget's socket.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import aiohttp

from encoders.progress import Progress, progress

AT_ONCE = 20
"""Widgets that connect at the same time."""
SETTINGS = "\nserver:\n  newcomers_per_minute: 1000000\n"


@contextmanager
def serving() -> Iterator[tuple[str, int]]:
    """The address and the process id of a server."""
    with tempfile.TemporaryDirectory() as place, socket.socket() as free:
        folder = Path(place) / "shop"
        for arguments in (["new", str(folder)], ["train", str(folder), "--recipe", "fast"]):
            subprocess.run([sys.executable, "-m", "bot.cli", *arguments], check=True, capture_output=True)
        settings = folder / "kefu.yml"
        settings.write_text(settings.read_text(encoding="utf-8") + SETTINGS, encoding="utf-8")
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        command = [sys.executable, "-m", "bot.cli", "serve", str(folder), "--port", str(port)]
        server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            yield f"http://127.0.0.1:{port}", server.pid
        finally:
            server.terminate()
            server.wait()


class Widget:
    """One visitor's widget, connected."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self._session, self._url = session, url
        self._said = 0
        self._asking = asyncio.Lock()
        self._answers: asyncio.Queue[None] = asyncio.Queue()

    async def connect(self) -> None:
        """Meet the server, begin a conversation, open the socket and read what is there."""
        async with self._session.post(f"{self._url}/api/chat/visitor", json={}) as answer:
            tokens = await answer.json()
        self._headers = {"Authorization": f"Bearer {tokens['token']}"}
        self.conversation = f"web:{tokens['visitor']}.benchmark"
        await self._post("hello")
        self._socket = await self._session.ws_connect(f"{self._url}/api/chat/live")
        hello = {"token": tokens["token"], "conversation_id": self.conversation, "after": 0}
        await self._socket.send_json(hello)
        await self._socket.receive_json()
        self._reading = asyncio.create_task(self._read())

    async def ask(self, text: str) -> float:
        """Milliseconds until the answer was pushed."""
        async with self._asking:
            return await self._answered(text)

    async def _answered(self, text: str) -> float:
        began = time.perf_counter()
        posting = asyncio.create_task(self._post(text))
        await self._answers.get()
        taken = time.perf_counter() - began
        await posting
        return 1000 * taken

    async def _read(self) -> None:
        """Read at all times, as browsers do: the server lets go of who answers no ping."""
        async for message in self._socket:
            if any(line["speaker"] == "bot" for line in message.json()["lines"]):
                self._answers.put_nowait(None)

    async def close(self) -> None:
        await self._socket.close()
        await self._reading

    async def _post(self, text: str) -> None:
        self._said += 1
        body = {"conversation_id": self.conversation, "message_id": str(self._said), "message": text}
        async with self._session.post(
            f"{self._url}/api/chat/messages", json=body, headers=self._headers
        ) as answer:
            answer.raise_for_status()
            await answer.read()


async def measure(url: str, pid: int, *, widgets: int, per_second: float, seconds: float) -> dict[str, Any]:
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector) as session:
        await until_ready(session, url)
        before = resident(pid)
        all_of_them = [Widget(session, url) for _ in range(widgets)]
        began = time.perf_counter()
        waiting = iter(all_of_them)
        with progress("Connecting", widgets) as step:
            await asyncio.gather(*(connect_one_by_one(waiting, step) for _ in range(AT_ONCE)))
        connected = time.perf_counter() - began
        after = resident(pid)
        asked = []
        for number in range(int(per_second * seconds)):
            asked.append(asyncio.create_task(all_of_them[number % widgets].ask("hello")))
            await asyncio.sleep(1 / per_second)
        times = sorted(await asyncio.gather(*asked))
        await asyncio.gather(*(one.close() for one in all_of_them))
    return {
        "widgets": widgets,
        "connected_in_s": round(connected, 1),
        "kib_per_widget": round((after - before) / widgets),
        "answers": len(times),
        "p50_ms": round(times[len(times) // 2], 1),
        "p95_ms": round(times[int(len(times) * 0.95)], 1),
        "slowest_ms": round(times[-1], 1),
    }


async def connect_one_by_one(widgets: Iterator[Widget], step: Progress) -> None:
    for widget in widgets:
        await widget.connect()
        step()


async def until_ready(session: aiohttp.ClientSession, url: str) -> None:
    for _ in range(600):
        try:
            async with session.get(f"{url}/health/ready") as answer:
                if answer.status == 200:
                    return
        except aiohttp.ClientError:
            pass
        await asyncio.sleep(0.2)
    sys.exit("the server did not start")


def resident(pid: int) -> int:
    """KiB in memory (Linux)."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--widgets", type=int, default=1000)
    parser.add_argument("--per-second", type=float, default=20.0)
    parser.add_argument("--seconds", type=float, default=20.0)
    given = parser.parse_args()
    with serving() as (url, pid):
        found = asyncio.run(
            measure(url, pid, widgets=given.widgets, per_second=given.per_second, seconds=given.seconds)
        )
    print(json.dumps({**found, "load_average": os.getloadavg()[0]}))


if __name__ == "__main__":
    main()
