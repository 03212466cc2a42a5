"""Access tokens that run out: fetched once, shared, renewed early."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from bot.channels.base import SendResult
from bot.channels.call import Read

_EARLY_S = 300.0
Fetch = Callable[[Read], Awaitable[SendResult]]


class AccessToken:
    """One account's token. A new token may make the old one void, so that all sends share this one."""

    def __init__(self, fetch: Fetch, explain: Read) -> None:
        """`fetch` asks the platform and has its answer read; `explain` reads an answer without a token."""
        self._fetch = fetch
        self._explain = explain
        self._token = ""
        self._until = 0.0
        self._lock = asyncio.Lock()

    async def get(self) -> str | SendResult:
        """The token, or why there is none: then nothing was sent."""
        async with self._lock:
            if time.monotonic() < self._until:
                return self._token
            result = await self._fetch(self._keep)
            if result.failure is None:
                return self._token
            # To ask twice for a token does no harm, whatever became of the first time.
            return replace(result, failure="temporary") if result.failure == "unknown" else result

    def forget(self, token: str) -> None:
        """The platform refuses this token: fetch another one next time."""
        if token == self._token:
            self._until = 0.0

    def _keep(self, status: int, answer: Any, wait: str | None) -> SendResult:
        token = answer.get("access_token") if isinstance(answer, dict) else None
        if not isinstance(token, str) or not token:
            told = self._explain(status, answer, wait)
            return told if told.failure else SendResult(failure="temporary", reason="There came no token.")
        lasts = answer.get("expires_in")
        lasts = float(lasts) if isinstance(lasts, int) else 0.0
        self._token, self._until = token, time.monotonic() + max(lasts - _EARLY_S, lasts / 2)
        return SendResult()
