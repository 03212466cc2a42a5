"""A platform's API on loopback: it records what comes and answers as it was told to."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """A request that the platform took."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


Behaviour = Callable[[web.Request, Recorded], Awaitable[web.StreamResponse]]
Answer = Callable[[Recorded], Any]


class FakePlatform:
    """`taken` is what the platform acted on; `script` is how it treats the next calls, then all is well."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self.url = ""
        self.taken: list[Recorded] = []
        self.refused = 0
        self.script: deque[Behaviour] = deque()

    async def handle(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        recorded = Recorded(
            method=request.method,
            path=request.path,
            query=dict(request.query),
            headers=request.headers,
            body=body,
        )
        if self.script:
            return await self.script.popleft()(request, recorded)
        return self.takes(recorded)

    def takes(self, recorded: Recorded) -> web.Response:
        self.taken.append(recorded)
        return web.json_response(self._answer(recorded))

    # ── behaviours for the script ────────────────────────────────────────────────────────────────────────

    def refuses(self, status: int, body: Any = None, **headers: str) -> None:
        """Answer with this status once, and do nothing."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}

        async def behaviour(_request: web.Request, _recorded: Recorded) -> web.Response:
            self.refused += 1
            return web.json_response(body, status=status, headers=named)

        self.script.append(behaviour)

    def hangs_up(self, *, after_taking: bool) -> None:
        """Cut the connection once; with `after_taking` when it already has the message."""

        async def behaviour(request: web.Request, recorded: Recorded) -> web.Response:
            if after_taking:
                self.taken.append(recorded)
            else:
                self.refused += 1
            assert request.transport is not None
            request.transport.close()
            return web.Response()

        self.script.append(behaviour)

    def is_slow(self, seconds: float) -> None:
        """Take the next message, but slowly."""

        async def behaviour(_request: web.Request, recorded: Recorded) -> web.Response:
            await asyncio.sleep(seconds)
            return self.takes(recorded)

        self.script.append(behaviour)


@asynccontextmanager
async def fake_platform(answer: Answer) -> AsyncIterator[FakePlatform]:
    """A platform that takes any request to any path; `answer` makes its JSON."""
    platform = FakePlatform(answer)
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", platform.handle)
    server = TestServer(app)
    await server.start_server()
    platform.url = str(server.make_url("")).rstrip("/")
    try:
        yield platform
    finally:
        await server.close()
