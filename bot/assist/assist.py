"""Suggestions beside the conversations that people answer: made when a customer writes, off the turn's path.

They are pushed over the consoles' socket, for the conversations that somebody has on the screen: with hundreds that
wait the models would have nothing else to do, and who opens one asks for them. What agents do with them is in the
event log, and every process learns from it by reading it, so that a restart forgets nothing.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from typing import Any

from bot.assist.canned import Canned
from bot.assist.learning import Learning
from bot.assist.past import asked_before
from bot.assist.pool import Asked, gather
from bot.assist.templates import wording
from bot.dialog.events import Event, event_from_dict
from bot.dialog.payloads import parse_payload
from bot.dialog.tracker import Tracker
from bot.errors import StoreError
from bot.runtime import Runtime, Runtimes
from bot.store.store import Store
from bot.web.live import CONSOLE, Hub
from encoders.text import detect_language
from encoders.workers import WorkersBusy

log = logging.getLogger("kefu.assist")

MOST = 8
_SPEAKERS = {"user": "customer", "agent": "agent", "bot": "bot"}
_MOST_CONTEXT = 6
_LAST_EVENTS = 300


class Assist:
    """Suggests, pushes and learns."""

    def __init__(
        self, *, store: Store, runtime: Runtimes, hub: Hub, learning: Learning, canned: Canned
    ) -> None:
        self._store = store
        self._runtime = runtime
        self._hub = hub
        self._learning = learning
        self._canned = canned
        self._viewed: frozenset[str] = frozenset()
        self._tasks: dict[str, asyncio.Task[None]] = {}

    async def run(self) -> None:
        """Suggest whenever a customer writes to people who look at it, until cancelled."""
        with self._hub.subscribe(CONSOLE) as news:
            try:
                async for message in news:
                    if message.get("type") == "presence":
                        self._learning.wanted.set()
                        self._viewed = frozenset(one for who in message["people"] for one in who["viewing"])
                    if _asks_for(message) and message["conversation_id"] in self._viewed:
                        self._begin(str(message["conversation_id"]))
            finally:
                for task in self._tasks.values():
                    task.cancel()

    async def suggestions(self, conversation_id: str) -> dict[str, Any] | None:
        """What may be answered to the customer's last words, as the console gets it; None where nothing was said.

        Raises:
            WorkersBusy: when the models are.
        """
        rows = await self._store.recent_events(conversation_id, _LAST_EVENTS)
        lines = lines_of([data for _, data in rows])
        asked = asked_before([line for line in lines if parse_payload(line[1]) is None])
        if not asked:
            return None
        events = [event_from_dict(data) for _, data in rows]
        seq = max(seq for seq, data in rows if data["event"] == "user")
        intent, found = await self._gathered(conversation_id, asked, events, lines)
        items = [one.as_dict() for one in found[:MOST]]
        return {
            "type": "suggestions", "conversation_id": conversation_id, "seq": seq, "intent": intent, "items": items,
        }  # fmt: skip

    async def canned(self, conversation_id: str, *, agent: str) -> list[dict[str, str]]:
        """Canned replies, then the assistant's responses, in the conversation's language and filled."""
        rows = await self._store.load_events(conversation_id)
        runtime: Runtime = self._runtime(conversation_id)
        events = (event_from_dict(data) for _, data in rows)
        tracker = Tracker.fold(conversation_id, runtime.assistant.domain, events)
        language = tracker.language or runtime.settings.language
        kept = self._canned.for_conversation(tracker.slots, language=language, agent=agent)
        said = ((name, wording(name, tracker)) for name in runtime.assistant.domain.responses)
        return [
            *({**one, "source": "canned"} for one in kept),
            *(
                {"name": name.removeprefix("utter_"), "text": text, "source": "template"}
                for name, text in said
                if text
            ),
        ]

    async def _gathered(
        self, conversation_id: str, asked: str, events: list[Event], lines: list[tuple[str, str]]
    ) -> tuple[str, list[Any]]:
        runtime: Runtime = self._runtime(conversation_id)
        tracker = Tracker.fold(conversation_id, runtime.assistant.domain, events)
        known = tracker.language or runtime.settings.language
        spoken = detect_language(asked, default=known)
        question = Asked(
            text=asked,
            context=tuple(text for _, text in lines[:-1] if text)[-_MOST_CONTEXT:],
            language=spoken if spoken in runtime.settings.languages else known,
            first=all(who != "agent" for who, _ in lines),
        )
        past = self._learning.past(runtime.reader.classifier.encoder)
        return await runtime.reader.run(
            gather,
            question,
            tracker,
            runtime.assistant,
            reader=runtime.reader,
            past=past,
            ranking=self._learning.ranking,
        )

    def _begin(self, conversation_id: str) -> None:
        """What was begun for an older message of the conversation is of no use any more."""
        if (older := self._tasks.get(conversation_id)) is not None:
            older.cancel()
        task = asyncio.create_task(self._push(conversation_id), name=f"suggest-{conversation_id}")
        self._tasks[conversation_id] = task
        task.add_done_callback(lambda done: self._ended(conversation_id, done))

    def _ended(self, conversation_id: str, task: asyncio.Task[None]) -> None:
        if self._tasks.get(conversation_id) is task:
            del self._tasks[conversation_id]

    async def _push(self, conversation_id: str) -> None:
        try:
            message = await self.suggestions(conversation_id)
        except (WorkersBusy, StoreError) as error:
            log.warning("no suggestions: %s", error, extra={"action": "suggestions_failed"})
            return
        if message is not None:
            self._hub.publish(CONSOLE, message)


def lines_of(events: Sequence[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """Who said what, up to what a person has to answer.

    The customer's asking for a person is left out, and what the bot said when it passed the conversation on.
    """
    lines: list[tuple[str, str]] = []
    owner = ""
    for event in events:
        owner = event["owner"] if event["event"] == "owner" else owner
        if event["event"] in _SPEAKERS and event.get("text"):
            lines.append((_SPEAKERS[event["event"]], event["text"]))
        elif event["event"] == "owner" and event.get("reason") == "asked":
            asked = [place for place, (who, _) in enumerate(lines) if who == "customer"]
            if len(asked) > 1:
                del lines[asked[-1]]
    while owner in ("waiting", "person") and lines and lines[-1][0] == "bot":
        lines.pop()
    return lines


def _asks_for(message: Mapping[str, Any]) -> bool:
    """Whether a customer wrote to people."""
    if message.get("type") != "events" or message["conversation"]["owner"] not in ("waiting", "person"):
        return False
    return any(event["event"] == "user" for event in message["events"])
