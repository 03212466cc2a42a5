"""The pace of sends: bursts, then evenly; per account and per customer; threads count with their channel."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, cast

from bot.channels.base import Channel, Pace
from bot.web.paces import Paces


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@dataclass
class _Paced:
    pace: Pace = field(default_factory=Pace)


def paces(pace: Pace, clock: Clock) -> Paces:
    return Paces({"x": cast(Channel, _Paced(pace))}, clock)


def drain(found: Paces, recipient: str, most: int = 100) -> int:
    """How many may be sent at once."""
    return next((number for number in range(most) if found.take("x", recipient)), most)


def test_a_burst_then_one_each_interval() -> None:
    clock = Clock()
    found = paces(Pace(recipient_every_s=6.0, recipient_burst=3), clock)
    assert drain(found, "ann") == 3
    pause = found.take("x", "ann")
    assert 0.0 < pause <= 6.0
    clock.now += pause
    assert drain(found, "ann") == 1
    assert drain(found, "bob") == 3


def test_the_account_is_shared_and_a_refusal_takes_nothing() -> None:
    clock = Clock()
    pace = Pace(account_every_s=0.1, account_burst=2, recipient_every_s=5.0, recipient_burst=1)
    found = paces(pace, clock)
    assert found.take("x", "ann") == 0.0
    for _ in range(10):
        assert found.take("x", "ann") > 1.0  # it is her turn to wait, and costs the account nothing
    assert found.take("x", "bob") == 0.0
    assert 0.0 < found.take("x", "cid") <= 0.1


def test_a_thread_is_part_of_its_channel() -> None:
    found = paces(Pace(recipient_every_s=1.0, recipient_burst=2), Clock())
    assert found.take("x", "C1:1.5") == found.take("x", "C1:1.9") == 0.0
    assert found.take("x", "C1") > 0.0


def test_without_a_pace_nothing_waits() -> None:
    found: Any = paces(Pace(), Clock())
    assert drain(found, "ann") == 100
    assert found.take("a channel that is gone", "ann") == 0.0
