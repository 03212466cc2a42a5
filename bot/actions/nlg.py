"""Wording by a server of the project's own (Rasa's NLG contract), so that a new wording needs no release."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

import aiohttp

from bot.dialog.events import BotUttered
from bot.dialog.responses import DATA_KEYS
from bot.dialog.tracker import Tracker
from bot.endpoints import Endpoint

log = logging.getLogger(__name__)
TIMEOUT_S: Final = 3.0
MOST_BYTES: Final = 256 * 1024


class NlgServer:
    """Asks for the wording of a response; where no answer comes, the domain's own wording stands."""

    def __init__(
        self, endpoint: Endpoint, session: aiohttp.ClientSession, *, timeout_s: float = TIMEOUT_S
    ) -> None:
        self._endpoint = endpoint
        self._session = session
        self._timeout_s = timeout_s

    async def __call__(self, said: BotUttered, tracker: Tracker) -> BotUttered:
        """The message as the server words it; as it was where it is no response or the server fails."""
        name = said.metadata.get("utter_action")
        if not isinstance(name, str):
            return said
        try:
            async with asyncio.timeout(self._timeout_s):
                answer = await self._asked(name, said, tracker)
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
            log.warning(
                "the NLG server gave no wording of %s: %s",
                name,
                type(error).__name__,
                extra={"action": "nlg"},
            )
            return said
        return _worded(said, answer)

    async def _asked(self, name: str, said: BotUttered, tracker: Tracker) -> Mapping[str, Any]:
        """Raises ValueError for an answer that is no object, or too large."""
        call = {
            "response": name,
            "id": said.metadata.get("id"),
            "arguments": {},
            "tracker": tracker.current_state(),
            "channel": {"name": tracker.state.latest_input_channel},
        }
        auth = self._endpoint.basic_auth
        async with self._session.post(
            self._endpoint.url,
            data=json.dumps(call, ensure_ascii=False, default=str).encode(),
            headers={**self._endpoint.headers, "Content-Type": "application/json"},
            params=self._endpoint.query,
            auth=aiohttp.BasicAuth(auth.username, auth.password.get_secret_value()) if auth else None,
            raise_for_status=True,
            allow_redirects=False,
        ) as response:
            body = await response.content.read(MOST_BYTES + 1)
        if len(body) > MOST_BYTES:
            raise ValueError("the answer is too large")
        answer = json.loads(body)
        if not isinstance(answer, dict):
            raise ValueError("the answer is no object")
        return answer


def _worded(said: BotUttered, answer: Mapping[str, Any]) -> BotUttered:
    """All of the wording is the server's; what the message is and who sent it stays."""
    text = answer.get("text")
    identity = answer.get("id")
    return replace(
        said,
        text=None if text is None else str(text),
        data={key: answer.get(key) or None for key in DATA_KEYS},
        metadata={**said.metadata, **({"id": identity} if isinstance(identity, str) else {})},
    )
