"""Telling those who watch, within one process, that something happened."""

from __future__ import annotations

import asyncio
from collections import defaultdict, deque
from collections.abc import Mapping
from typing import Any, Final, Self

Json = Mapping[str, Any]

# Stands for the events that a slow subscriber missed: it should read afresh what it shows.
RESYNC: Final[Json] = {"type": "resync"}

CONSOLE: Final = "console"
WRITING: Final = "typing"
"""The type of the news that somebody writes just now."""
DECIDED: Final = "decided"
"""Decisions of the bot after their turns, for who measures them; not JSON, and never sent to a page."""


def conversation_topic(conversation_id: str) -> str:
    """Where the events of one conversation are published."""
    return f"conversation:{conversation_id}"


class Hub:
    """Topics and their subscribers. Publishing never waits: who is slow misses events and is told so."""

    def __init__(self) -> None:
        self._subscriptions: defaultdict[str, set[Subscription]] = defaultdict(set)

    def publish(self, topic: str, event: Json) -> None:
        """Hand the event to all who subscribe to the topic now. Call it from the event loop's thread."""
        for subscription in self._subscriptions.get(topic, ()):
            subscription.offer(event)

    def subscribe(self, topic: str, *, most_waiting: int = 256) -> Subscription:
        """Events published from this call on, to be iterated over; use it in a `with` block."""
        subscription = Subscription(self, topic, most_waiting)
        self._subscriptions[topic].add(subscription)
        return subscription

    def leave(self, subscription: Subscription) -> None:
        """Publish no more to it; nothing happens when it has left already."""
        subscriptions = self._subscriptions.get(subscription.topic)
        if subscriptions is not None:
            subscriptions.discard(subscription)
            if not subscriptions:
                del self._subscriptions[subscription.topic]

    def watched(self, topic: str) -> bool:
        """Whether anybody subscribes to the topic now."""
        return topic in self._subscriptions

    def resync(self) -> None:
        """Tell all who subscribe that they may have missed something."""
        for subscriptions in self._subscriptions.values():
            for subscription in subscriptions:
                subscription.offer(RESYNC)

    def __len__(self) -> int:
        """How many subscriptions there are."""
        return sum(map(len, self._subscriptions.values()))


class Subscription:
    """An asynchronous iterator over a topic's events; ends when it is closed."""

    def __init__(self, hub: Hub, topic: str, most_waiting: int) -> None:
        self.topic = topic
        self._hub = hub
        self._waiting: deque[Json] = deque()
        self._most_waiting = most_waiting
        self._changed = asyncio.Event()
        self._closed = False

    def offer(self, event: Json) -> None:
        """Add an event; where too many wait, all are dropped for one RESYNC."""
        if len(self._waiting) >= self._most_waiting:
            self._waiting.clear()
            self._waiting.append(RESYNC)
        self._waiting.append(event)
        self._changed.set()

    def close(self) -> None:
        """Stop listening; who iterates comes to the end."""
        self._closed = True
        self._hub.leave(self)
        self._changed.set()

    def drain(self) -> None:
        """Forget what waits: for who is about to read afresh anyway."""
        self._waiting.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Json:
        while not self._closed:
            if self._waiting:
                return self._waiting.popleft()
            self._changed.clear()
            await self._changed.wait()
        raise StopAsyncIteration
