"""Reminders become messages when they are due: after a turn, after a restart, once, and not when cancelled."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.dialog.events import Event, ReminderCancelled, ReminderScheduled, event_to_dict
from bot.leaving import publish
from bot.messages import Message
from bot.reminders import Reminders
from bot.store.records import ConversationUpdate, Turn
from bot.store.store import Store
from bot.web.live import Hub

pytestmark = pytest.mark.integration
ROW = ConversationUpdate(channel="rest", account="default", sender="ann")


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = await Store.open(f"sqlite:///{tmp_path / 'kefu.sqlite'}")
    yield opened
    await opened.close()


class Sent(list[Message]):
    """Takes messages in as `Turns.accept` does."""

    def __init__(self) -> None:
        super().__init__()
        self._came = asyncio.Semaphore(0)

    async def __call__(self, message: Message) -> bool:
        self.append(message)
        self._came.release()
        return True

    async def wait(self) -> None:
        """Until one more has come."""
        await asyncio.wait_for(self._came.acquire(), 10)


@asynccontextmanager
async def watching(store: Store, hub: Hub, sent: Sent) -> AsyncIterator[None]:
    task = asyncio.create_task(Reminders(store, hub, sent).run())
    await asyncio.sleep(0.05)
    yield
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def happened(store: Store, hub: Hub, *events: Event) -> None:
    """The events are stored and told, as after a turn."""
    row = await store.conversation("ann")
    before = row.last_seq if row else 0
    shapes: tuple[dict[str, Any], ...] = tuple(event_to_dict(event) for event in events)
    await store.commit_turn(Turn(conversation_id="ann", expected_seq=before, events=shapes, conversation=ROW))
    publish(hub, "ann", before + 1, shapes, ROW)


def reminder(seconds: float, name: str = "r", **options: Any) -> ReminderScheduled:
    at = datetime.now(UTC) + timedelta(seconds=seconds)
    return ReminderScheduled(intent="remind", date_time=at.isoformat(), name=name, **options)


async def test_a_reminder_comes_when_it_is_due(store: Store) -> None:
    sent, hub = Sent(), Hub()
    async with watching(store, hub, sent):
        await happened(store, hub, reminder(0.1, entities={"city": "Delft"}))
        await sent.wait()
    (message,) = sent
    assert message.text == '/remind{"city": "Delft"}'
    assert (message.conversation_id, message.channel, message.sender) == ("ann", "rest", "ann")
    assert message.metadata["is_external"] is True


async def test_one_that_waited_over_a_restart_comes_under_the_same_id(store: Store) -> None:
    await happened(store, Hub(), reminder(-60))
    ids = []
    for _ in range(2):
        sent = Sent()
        async with watching(store, Hub(), sent):
            await sent.wait()
        ids.append(sent[0].id)
    assert ids[0] == ids[1]  # so that the inbox takes it in once


async def test_one_that_was_cancelled_does_not_come(store: Store) -> None:
    sent, hub = Sent(), Hub()
    async with watching(store, hub, sent):
        await happened(store, hub, reminder(0.3), reminder(0.4, "s"))
        await happened(store, hub, ReminderCancelled(name="r"))
        await sent.wait()
        await asyncio.sleep(0.3)
    assert [message.metadata["reminder"] for message in sent] == ["s"]


async def test_a_time_that_is_none_stops_nothing(store: Store) -> None:
    sent, hub = Sent(), Hub()
    async with watching(store, hub, sent):
        await happened(store, hub, ReminderScheduled(intent="a", date_time="soon", name="x"), reminder(0.05))
        await sent.wait()
