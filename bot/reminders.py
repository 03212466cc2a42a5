"""Reminders at work: each becomes a message of its conversation when its time has come.

Nothing is kept beside the conversations' own events: what waits is read from them when the server starts. The
message goes the way of all messages, under an id made of the reminder, so that none comes twice, and a server
that was down sends late what it missed.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from bot.dialog.events import ReminderScheduled, event_from_dict
from bot.dialog.payloads import payload_text
from bot.dialog.reminders import EXTERNAL, REMINDER, due, pending_after
from bot.messages import Message
from bot.store.records import Conversation
from bot.store.store import Store
from bot.web.live import CONSOLE, RESYNC, Hub

log = logging.getLogger("kefu.reminders")
LONGEST_SLEEP_S = 86_400.0
MOST_WAITING = 4096


class Reminders:
    """Watches the conversations' events and sends what is due."""

    def __init__(self, store: Store, hub: Hub, send: Callable[[Message], Awaitable[bool]]) -> None:
        """`send` takes a message in, as `Turns.accept` does."""
        self._store = store
        self._hub = hub
        self._send = send
        self._pending: dict[str, dict[str, ReminderScheduled]] = {}
        self._timers: dict[tuple[str, str], asyncio.TimerHandle] = {}
        self._sending: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Read what waits, then follow what happens, until cancelled."""
        try:
            with self._hub.subscribe(CONSOLE, most_waiting=MOST_WAITING) as updates:
                await self._read()
                async for update in updates:
                    if update is RESYNC:
                        await self._read()
                    elif update.get("type") == "events":
                        self._advance(str(update["conversation_id"]), update["events"])
        finally:
            for timer in self._timers.values():
                timer.cancel()

    async def _read(self) -> None:
        for conversation_id in await self._store.conversations_with(ReminderScheduled.name_):
            self._pending.pop(conversation_id, None)
            rows = await self._store.load_events(conversation_id)
            self._advance(conversation_id, [data for _, data in rows])

    def _advance(self, conversation_id: str, shapes: Iterable[Mapping[str, Any]]) -> None:
        before = self._pending.get(conversation_id, {})
        waiting = pending_after(before, map(event_from_dict, shapes))
        for name in before.keys() - waiting.keys():
            self._stop(conversation_id, name)
        for name, reminder in waiting.items():
            if before.get(name) is not reminder:
                self._start(conversation_id, name, reminder)
        if waiting:
            self._pending[conversation_id] = waiting
        else:
            self._pending.pop(conversation_id, None)

    def _stop(self, conversation_id: str, name: str) -> None:
        if timer := self._timers.pop((conversation_id, name), None):
            timer.cancel()

    def _start(self, conversation_id: str, name: str, reminder: ReminderScheduled) -> None:
        self._stop(conversation_id, name)
        at = due(reminder)
        if at is None:
            log.warning(
                "a reminder has no usable time and is left out", extra={"conversation": conversation_id}
            )
            return
        wait = min(max(at - time.time(), 0.0), LONGEST_SLEEP_S)
        loop = asyncio.get_running_loop()
        key = (conversation_id, name)
        self._timers[key] = loop.call_later(wait, self._woken, conversation_id, name, reminder)

    def _woken(self, conversation_id: str, name: str, reminder: ReminderScheduled) -> None:
        at = due(reminder)
        if at is not None and at > time.time() + 0.001:  # it was further off than one sleep
            self._start(conversation_id, name, reminder)
            return
        self._timers.pop((conversation_id, name), None)
        task = asyncio.get_running_loop().create_task(self._remind(conversation_id, name, reminder))
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)

    async def _remind(self, conversation_id: str, name: str, reminder: ReminderScheduled) -> None:
        conversation = await self._store.conversation(conversation_id)
        if conversation is None:
            return
        try:
            await self._send(reminder_message(conversation, name, reminder))
        except Exception:  # the next start reads it again; a failing store must not end the watch
            log.exception("a reminder could not be sent", extra={"conversation": conversation_id})


def reminder_message(conversation: Conversation, name: str, reminder: ReminderScheduled) -> Message:
    """The message that a reminder becomes: its intent with its entities, marked as external."""
    return Message(
        id=f"reminder:{conversation.id}:{name}:{reminder.date_time}",
        account=conversation.account,
        conversation_id=conversation.id,
        channel=conversation.channel,
        sender=conversation.sender,
        text=payload_text(reminder.intent, _entities(reminder.entities)),
        # When the customer last wrote is told by the messages' times, and they have not written now.
        received_at=datetime.fromtimestamp(reminder.timestamp, UTC),
        metadata={EXTERNAL: True, REMINDER: name},
    )


def _entities(given: Any) -> dict[str, Any]:
    """Entities as rasa-sdk gives them: a mapping, or a list of entity objects."""
    if isinstance(given, Mapping):
        return dict(given)
    found: dict[str, Any] = {}
    for item in given if isinstance(given, list) else ():
        with suppress(KeyError, TypeError):
            found[str(item["entity"])] = item["value"]
    return found
