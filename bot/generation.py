"""Asking a language model to word an answer, at any endpoint that speaks OpenAI's chat completions.

Whatever goes wrong there is no answer, and the article's own sentences are said as if nobody had asked.
"""

from __future__ import annotations

import asyncio
import json
import logging
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from bot.actions.breaker import Breaker
from bot.settings import GenerationSettings, Secrets
from knowledge.answer import Answer
from knowledge.generate import Asked, Draft, Ungrounded, prompt

log = logging.getLogger("kefu.generation")

MOST_BYTES = 256 * 1024
"""Of a whole stream, with all that stands around the words."""
FAILURES, REST_S = 3, 30.0
"""So many failures in a row, and nobody waits for the endpoint for so long."""
Generate = Callable[[Asked], Awaitable[Answer | None]]
Count = Callable[[str], None]


class Generator:
    """Words answers; one for all conversations, so that all learn when the endpoint is down."""

    def __init__(
        self, settings: GenerationSettings, session: aiohttp.ClientSession, *, key: str = "", count: Count
    ) -> None:
        """`count` is told how each try ended: `used`, why its words were not, `failed` or `resting`."""
        self._settings = settings
        self._session = session
        self._headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._count = count
        self._breaker = Breaker(failures=FAILURES, rest_s=REST_S)

    async def __call__(self, asked: Asked) -> Answer | None:
        """The answer, every sentence of it borne out by the passages it cites; None where there is none."""
        if not self._breaker.allows(time.monotonic()):
            self._count("resting")
            return None
        outcome, answer = "failed", None
        try:
            async with asyncio.timeout(self._settings.timeout_s):
                answer = await self._worded(asked)
            outcome = "used"
        except Ungrounded as refused:
            outcome = str(refused)
        except (aiohttp.ClientError, OSError, ValueError) as error:
            log.warning(
                "the language model gave no answer: %s", _named(error), extra={"action": "generation"}
            )
        finally:
            # Also when the turn is cancelled meanwhile: the one call that tries the endpoint out has to end.
            if outcome == "failed":
                self._breaker.failed(time.monotonic())
            else:
                self._breaker.succeeded()
            self._count(outcome)
        return answer

    async def _worded(self, asked: Asked) -> Answer:
        """Raises Ungrounded as soon as a sentence is not borne out; ValueError for what is no completion."""
        mark = secrets.token_hex(8)
        draft = Draft(asked, mark=mark)
        call = {
            "model": self._settings.model,
            "messages": prompt(asked, mark=mark),
            "stream": True,
            "temperature": 0,
            "max_tokens": self._settings.most_tokens,
        }
        async with self._session.post(
            f"{self._settings.url}/chat/completions",
            data=json.dumps(call, ensure_ascii=False).encode("utf-8", "replace"),
            headers={**self._headers, "Content-Type": "application/json"},
            raise_for_status=True,
            allow_redirects=False,
        ) as response:
            if response.status != 200:
                raise ValueError(f"status {response.status}")
            async for piece in _pieces(response):
                draft.add(piece)
        return draft.answer(by=self._settings.model)


async def _pieces(response: aiohttp.ClientResponse) -> AsyncIterator[str]:
    """The words of a stream of server-sent events, to its proper end.

    Raises:
        ValueError: for what is no such stream, is cut off, calls a tool or is too large.
    """
    size, ended = 0, False
    async for line in response.content:
        size += len(line)
        if size > MOST_BYTES:
            raise ValueError("the stream is too large")
        name, _, data = line.decode("utf-8").strip().partition(":")
        if name != "data" or not data.strip():
            continue
        if data.strip() == "[DONE]":
            break
        piece, reason = _piece(json.loads(data))
        ended = ended or reason == "stop"
        if reason not in (None, "stop"):
            raise ValueError(f"it ended with {reason[:40]!r}")
        yield piece
    if not ended:
        raise ValueError("the stream is cut off")


def _piece(event: Any) -> tuple[str, str | None]:
    """A chunk's words, and why the model stopped where it did."""
    if not isinstance(event, dict) or "error" in event:
        raise ValueError("the stream reports an error")
    choices = event.get("choices")
    if choices == []:  # what was used, at the end
        return "", None
    choice = choices[0] if isinstance(choices, list) else None
    delta = choice.get("delta") if isinstance(choice, dict) else None
    if not isinstance(choice, dict) or not isinstance(delta, dict):
        raise ValueError("the stream has no words")
    if delta.get("tool_calls") or delta.get("function_call"):
        raise ValueError("it calls a tool")
    words, reason = delta.get("content"), choice.get("finish_reason")
    return words if isinstance(words, str) else "", None if reason is None else str(reason)


@asynccontextmanager
async def opened_generation(
    settings: GenerationSettings | None, count: Count
) -> AsyncIterator[Generate | None]:
    """What words answers, where the settings name an endpoint; None where they do not."""
    if settings is None:
        yield None
        return
    key = Secrets().generation_key
    async with aiohttp.ClientSession() as session:
        yield Generator(settings, session, key=key.get_secret_value() if key else "", count=count)


def _named(error: Exception) -> str:
    """What happened, without anything the endpoint or a customer said."""
    if isinstance(error, aiohttp.ClientResponseError):
        return f"status {error.status}"
    return type(error).__name__
