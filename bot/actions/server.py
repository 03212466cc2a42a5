"""A project's actions on an action server of its own (rasa-sdk's, unmodified), over HTTP."""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
import ssl
import time
import zlib
from collections.abc import Callable
from typing import Any, Final

import aiohttp

from bot.actions.breaker import Breaker, wait_before
from bot.actions.loop import ActionFailed
from bot.actions.protocol import action_call, action_result
from bot.dialog.calls import ActionResult
from bot.dialog.domain import Domain
from bot.dialog.tracker import Tracker
from bot.endpoints import Endpoint

log = logging.getLogger(__name__)
HEADER: Final = "Idempotency-Key"
MOST_BYTES: Final = 4 * 1024 * 1024
_AGAIN: Final = frozenset({429, 502, 503, 504})


class _Lost(Exception):
    """No answer, or one that says to try again; whether the action ran is not known."""


class ActionServer:
    """Calls an action server, as `bot.actions.loop.Execute`.

    Every attempt at a step carries the same key, as a header and in the message's metadata, so that an action
    can tell a repetition: a lost answer is asked for again, and the action may have run before.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        session: aiohttp.ClientSession,
        *,
        clock: Callable[[], float] = time.time,
        timeout_s: float,
    ) -> None:
        """`clock`: seconds since the epoch; `timeout_s`: for one action, all attempts together."""
        self._endpoint = endpoint
        self._session = session
        self._clock = clock
        self._timeout_s = timeout_s
        self._breaker = Breaker()
        self._ssl = ssl.create_default_context(cafile=endpoint.cafile) if endpoint.cafile else True
        self._digests: dict[str, str] = {}

    async def __call__(self, name: str, tracker: Tracker, *, key: str) -> ActionResult:
        """What the action did; see `bot.actions.loop.Execute`.

        Raises:
            ActionFailed: no server, no such action, an exception in it, nonsense, or no answer in time.
        """
        if not self._breaker.allows(time.monotonic()):
            raise ActionFailed(name, f"the action server {self._place} is resting after several failures")
        try:
            async with asyncio.timeout(self._timeout_s):
                status, answer = await self._asked(name, tracker, key)
        except (_Lost, TimeoutError) as error:
            self._breaker.failed(time.monotonic())
            problem = str(error) or f"no answer within {self._timeout_s:g} s"
            raise ActionFailed(name, f"the action server {self._place}: {problem}") from error
        self._breaker.succeeded()
        return self._result(name, status, answer)

    @property
    def _place(self) -> str:
        return self._endpoint.url.partition("?")[0]

    async def _asked(self, name: str, tracker: Tracker, key: str) -> tuple[int, Any]:
        """Status and answer, with the domain where it is wanted; a lost one is asked for again."""
        call = action_call(name, tracker, key)
        domain = tracker.domain
        call["domain_digest"] = self._digest(domain)
        if not self._endpoint.enable_selective_domain or name in domain.send_domain:
            call["domain"] = domain.as_dict()
        status, answer = await self._with_retries(call, key)
        if status == 449 and "domain" not in call:
            call["domain"] = domain.as_dict()
            status, answer = await self._with_retries(call, key)
        return status, answer

    async def _with_retries(self, call: dict[str, Any], key: str) -> tuple[int, Any]:
        attempt = 1
        while True:
            try:
                return await self._sent(call, key)
            except _Lost as error:
                attempt += 1
                wait = wait_before(attempt)
                if wait is None:
                    raise
                log.warning("an action is called again: %s", error, extra={"action": "action_retry"})
                await asyncio.sleep(wait)

    async def _sent(self, call: dict[str, Any], key: str) -> tuple[int, Any]:
        body = json.dumps(call, ensure_ascii=False).encode()
        headers = {**self._endpoint.headers, "Content-Type": "application/json", HEADER: key}
        if self._endpoint.compress:
            body, headers["Content-Encoding"] = zlib.compress(body), "deflate"
        auth = self._endpoint.basic_auth
        login = aiohttp.BasicAuth(auth.username, auth.password.get_secret_value()) if auth else None
        try:
            async with self._session.post(
                self._endpoint.url,
                data=body,
                headers=headers,
                params=self._endpoint.query,
                auth=login,
                ssl=self._ssl,
                allow_redirects=False,
            ) as response:
                if response.status in _AGAIN:
                    raise _Lost(f"it answered HTTP {response.status}")
                return response.status, _json(await _read(response))
        except (aiohttp.ClientError, OSError) as error:
            raise _Lost(f"it cannot be reached ({type(error).__name__})") from error

    def _result(self, name: str, status: int, answer: Any) -> ActionResult:
        shape = answer if isinstance(answer, dict) else {}
        if status == 400 and "action_name" in shape:
            return ActionResult(rejected=True)
        if status == 404:
            raise ActionFailed(name, f"the action server {self._place} has no action of that name")
        if status != 200:
            raise ActionFailed(name, f"the action server {self._place} answered HTTP {status}")
        if answer is not None and not isinstance(answer, dict):
            raise ActionFailed(name, f"the action server {self._place} answered something that is no result")
        return action_result(name, answer, now=self._clock())

    def _digest(self, domain: Domain) -> str:
        """The same for the same domain, so that a server can keep it."""
        if domain.source not in self._digests:
            self._digests = {domain.source: hashlib.sha256(domain.source.encode()).hexdigest()}
        return self._digests[domain.source]


async def _read(response: aiohttp.ClientResponse) -> bytes:
    body = b""
    async for piece in response.content.iter_chunked(64 * 1024):
        body += piece
        if len(body) > MOST_BYTES:
            raise _Lost(f"its answer is larger than {MOST_BYTES} bytes")
    return body


def _json(body: bytes) -> Any:
    """The value, or the text that is none: what it means depends on the status."""
    try:
        return json.loads(body)
    except ValueError:
        return body.decode(errors="replace")
