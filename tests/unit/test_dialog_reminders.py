"""Which reminders wait after what has happened."""

from __future__ import annotations

import pytest

from bot.dialog.events import Event, ReminderCancelled, ReminderScheduled, UserUttered
from bot.dialog.reminders import EXTERNAL, REMINDER, due, pending_after


def reminder(name: str | None = "r", *, kill: bool = False, intent: str = "remind") -> ReminderScheduled:
    return ReminderScheduled(
        name=name, intent=intent, date_time="2030-01-01T10:00:00+00:00", kill_on_user_msg=kill
    )


SAID = UserUttered(text="hi")
CAME = UserUttered(text="/remind", metadata={EXTERNAL: True, REMINDER: "r"})


@pytest.mark.parametrize(
    ("events", "waiting"),
    [
        ([reminder()], {"r"}),
        ([reminder(), SAID], {"r"}),
        ([reminder(kill=True), SAID], set()),
        ([reminder(kill=True), reminder("s", kill=True), CAME], {"s"}),
        ([reminder(), CAME], set()),
        ([reminder(), CAME, reminder()], {"r"}),
        ([reminder(), reminder("s"), ReminderCancelled(name="r")], {"s"}),
        ([reminder(), reminder("s", intent="other"), ReminderCancelled(intent="other")], {"r"}),
        ([reminder(), reminder("s"), ReminderCancelled()], set()),
        ([reminder(), ReminderCancelled(intent="other")], {"r"}),
        ([reminder(None)], {"remind@2030-01-01T10:00:00+00:00"}),
    ],
)
def test_what_waits(events: list[Event], waiting: set[str]) -> None:
    assert set(pending_after({}, events)) == waiting
    first = pending_after({}, events[:1])
    assert pending_after(first, events[1:]) == pending_after({}, events)


def test_a_time_that_is_none() -> None:
    assert due(reminder()) == 1893492000.0
    assert due(ReminderScheduled(intent="a", date_time="soon")) is None
