"""Reminders that wait: what of a conversation's events is still to come."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

from .events import Event, ReminderCancelled, ReminderScheduled, UserUttered

REMINDER: Final = "reminder"
"""Key in the metadata of the message that a reminder becomes: the reminder's name."""
EXTERNAL: Final = "is_external"
Pending = Mapping[str, ReminderScheduled]


def pending_after(pending: Pending, events: Iterable[Event]) -> dict[str, ReminderScheduled]:
    """What waits after these events: one scheduled under a name replaces the one before.

    A message of the customer ends those that were to be dropped by one; a reminder that has come is done.
    """
    waiting = dict(pending)
    for event in events:
        if isinstance(event, ReminderScheduled):
            waiting[name_of(event)] = event
        elif isinstance(event, ReminderCancelled):
            waiting = {name: one for name, one in waiting.items() if not _is_meant(event, name, one)}
        elif isinstance(event, UserUttered):
            waiting.pop(str(event.metadata.get(REMINDER)), None)
            if not event.metadata.get(EXTERNAL):
                waiting = {name: one for name, one in waiting.items() if not one.kill_on_user_msg}
    return waiting


def name_of(reminder: ReminderScheduled) -> str:
    """Its name, or one made of what it is for and when."""
    return reminder.name or f"{reminder.intent}@{reminder.date_time}"


def due(reminder: ReminderScheduled) -> float | None:
    """Seconds since the epoch; a time without offset is the machine's own. None where it is no time."""
    try:
        return datetime.fromisoformat(reminder.date_time).timestamp()
    except (ValueError, OverflowError, OSError):
        return None


def _is_meant(cancelled: ReminderCancelled, name: str, reminder: ReminderScheduled) -> bool:
    """All that is given must fit; nothing given means every one."""
    return (
        cancelled.name in {None, name}
        and cancelled.intent in {None, reminder.intent}
        and cancelled.entities in (None, reminder.entities)
    )
