"""What no server can be faster than: a bare aiohttp echo, the model alone, a bare commit to SQLite.

    python -m bench.serving.floors echo PORT
    python -m bench.serving.floors model RELEASE TEXTS.json SECONDS
    python -m bench.serving.floors commit FOLDER SECONDS

`model` and `commit` print how many there were in a second.
"""

from __future__ import annotations

import json
import sqlite3
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

THREADS = 2
"""As many as a server has model workers."""


def echo(port: int) -> None:
    """Serve a webhook that answers what it is told."""
    import uvloop
    from aiohttp import web

    async def handle(request: web.Request) -> web.Response:
        data = await request.json()
        return web.json_response([{"recipient_id": data["sender"], "text": data["message"]}])

    app = web.Application()
    app.router.add_post("/webhooks/rest/webhook", handle)
    web.run_app(app, host="127.0.0.1", port=port, access_log=None, print=None, loop=uvloop.new_event_loop())


def model(release: Path, texts: list[str], seconds: float) -> float:
    """Texts understood in a second, on as many single-thread sessions as the server has."""
    from intents.classifier import IntentClassifier

    classifier = IntentClassifier.load(release / "intents")
    classifier.understand(texts[:20])

    def run(offset: int) -> int:
        done = 0
        while time.perf_counter() < until:
            classifier.understand([texts[(offset + done) % len(texts)]])
            done += 1
        return done

    until = time.perf_counter() + seconds
    with ThreadPoolExecutor(THREADS) as threads:
        return sum(threads.map(run, range(0, 1000 * THREADS, 1000))) / seconds


def commit(folder: Path, seconds: float) -> float:
    """Durable commits of one small row in a second."""
    with tempfile.TemporaryDirectory(dir=folder) as place:
        connection = sqlite3.connect(f"{place}/floor.sqlite", isolation_level=None)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("CREATE TABLE events (id INTEGER PRIMARY KEY, data TEXT)")
        until, done = time.perf_counter() + seconds, 0
        while time.perf_counter() < until:
            connection.execute("INSERT INTO events (data) VALUES (?)", ("x" * 500,))
            done += 1
        connection.close()
    return done / seconds


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["echo", port]:
            echo(int(port))
        case ["model", release, texts, seconds]:
            words = json.loads(Path(texts).read_text(encoding="utf-8"))
            print(model(Path(release), words, float(seconds)))
        case ["commit", folder, seconds]:
            print(commit(Path(folder), float(seconds)))
        case _:
            sys.exit(__doc__)
