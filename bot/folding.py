"""The fold of a stored conversation, read at the same cost however long the conversation is."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from bot.dialog.domain import Domain
from bot.dialog.events import Event, event_from_dict
from bot.dialog.snapshot import restored, snapshot
from bot.dialog.tracker import WINDOW, Tracker
from bot.store.store import Store

log = logging.getLogger("kefu.turns")

EVERY: Final = 256
"""So many events apart a snapshot is kept; a shorter conversation has none."""

Rows = list[tuple[int, dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Live:
    """The fold of a conversation and the number of its last event."""

    tracker: Tracker
    seq: int


async def folded(store: Store, conversation_id: str, domain: Domain) -> Live:
    """The conversation under a domain: a short one from its events, a long one from its snapshot and what followed."""
    rows = await store.load_events(conversation_id, limit=2 * EVERY)
    if len(rows) == 2 * EVERY:
        kept = await store.snapshot(conversation_id)
        live = await _from_snapshot(store, conversation_id, domain, kept) if kept else None
        if live is not None:
            return live
        rows += await store.load_events(conversation_id, after=rows[-1][0])
    return Live(Tracker.fold(conversation_id, domain, _events(rows)), rows[-1][0] if rows else 0)


def due_snapshot(tracker: Tracker, before: int, added: int) -> Mapping[str, Any] | None:
    """A snapshot where these events are the ones that complete a stretch."""
    return snapshot(tracker) if before // EVERY != (before + added) // EVERY else None


async def _from_snapshot(
    store: Store, conversation_id: str, domain: Domain, kept: tuple[int, Mapping[str, Any]]
) -> Live | None:
    seq, data = kept
    rows = await store.load_events(conversation_id, after=max(0, seq - WINDOW))
    known = [row for row in rows if row[0] <= seq]
    try:
        tracker = restored(
            conversation_id, domain, data, before=_events(known), after=_events(rows[len(known) :])
        )
    except (KeyError, TypeError, ValueError, AttributeError):  # of a newer version, which was rolled back
        log.warning("a snapshot cannot be read", extra={"conversation": conversation_id})
        return None
    return Live(tracker, rows[-1][0] if rows else seq)


def _events(rows: Rows) -> Iterable[Event]:
    return (event_from_dict(data) for _, data in rows)
