"""What other processes of the same database write, to those who watch here."""

from __future__ import annotations

from bot.errors import StoreError
from bot.leaving import publish
from bot.store.shared import Written
from bot.store.store import Store
from bot.web.live import CONSOLE, Hub, conversation_topic


async def relay(store: Store, hub: Hub) -> None:
    """Publish the events of other processes, until cancelled; returns at once where there can be none."""
    if store.shared is None:
        return
    async for written in store.shared.news():
        try:
            await _publish(store, hub, written)
        except StoreError:
            hub.resync()


async def _publish(store: Store, hub: Hub, written: Written) -> None:
    conversation_id = written.conversation_id
    if conversation_id is None:
        hub.resync()
        return
    if not (hub.watched(CONSOLE) or hub.watched(conversation_topic(conversation_id))):
        return
    row = await store.conversation(conversation_id)
    rows = await store.load_events(
        conversation_id, after=written.first - 1, limit=written.last - written.first + 1
    )
    if row is not None and rows:
        publish(hub, conversation_id, rows[0][0], tuple(data for _, data in rows), row)
