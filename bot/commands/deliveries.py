"""`kefu deliveries`: what did not arrive, to be sent again or dropped."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from pathlib import Path

from bot.errors import StoreError
from bot.project import open_project
from bot.store.outbox import Outbox
from bot.store.records import Delivery
from bot.store.store import Store

MOST = 500


def list_command(folder: Path, *, database: str | None) -> str:
    """One line a failed delivery, the newest first."""
    found = asyncio.run(_failed(_url(folder, database)))
    lines = [_line(delivery) for delivery in found]
    return "\n".join(lines) or "Nothing failed."


def act_command(
    folder: Path, deed: str, *, ids: Collection[int], everything: bool, database: str | None
) -> str:
    """Replay or drop some or all; what was done.

    Raises:
        StoreError: when one of them is not there, or none is named.
    """
    if not ids and not everything:
        raise StoreError("Say which: their numbers as `kefu deliveries list` shows them, or --all.")
    return asyncio.run(_act(_url(folder, database), deed, ids, everything))


def _url(folder: Path, database: str | None) -> str:
    return database or open_project(folder).database_url


async def _failed(url: str) -> tuple[Delivery, ...]:
    # Beside a running server: one statement, no turn.
    store = await Store.open(url, exclusive=False)
    try:
        return await store.outbox.dead(limit=MOST)
    finally:
        await store.close()


async def _act(url: str, deed: str, ids: Collection[int], everything: bool) -> str:
    store = await Store.open(url, exclusive=False)
    try:
        chosen = [one.id for one in await store.outbox.dead(limit=MOST)] if everything else list(ids)
        for delivery_id in chosen:
            if not await _do(store.outbox, deed, delivery_id):
                raise StoreError(
                    f"There is no failed delivery {delivery_id}: kefu deliveries list shows them."
                )
    finally:
        await store.close()
    if deed == "drop":
        return f"{len(chosen)} dropped."
    return f"{len(chosen)} to be sent again; a running server does so within a minute."


async def _do(outbox: Outbox, deed: str, delivery_id: int) -> bool:
    return await (outbox.drop(delivery_id) if deed == "drop" else outbox.replay(delivery_id))


def _line(delivery: Delivery) -> str:
    arrived = "may have arrived" if delivery.unknown_at else "did not arrive"
    place = f"{delivery.id:>7}  {delivery.created_at:%Y-%m-%d %H:%M}  {delivery.conversation_id}"
    return f"{place}  {arrived}: {delivery.last_error}"
