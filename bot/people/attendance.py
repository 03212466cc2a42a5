"""Who is at work: whose console is open, and for whom new conversations are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.store.presence import Seat

STALE = timedelta(seconds=75)
"""A seat that was not heard of for so long belongs to a process that died."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Present:
    """Somebody whose console is open; `away` where they want no new conversations in any of their windows."""

    name: str
    away: bool
    viewing: tuple[str, ...]


def present(seats: Iterable[Seat], now: datetime) -> tuple[Present, ...]:
    """Who is there, by name."""
    open_seats: dict[str, list[Seat]] = {}
    for seat in seats:
        if seat.open and now - seat.beat_at <= STALE:
            open_seats.setdefault(seat.name, []).append(seat)
    return tuple(
        Present(
            name=name,
            away=all(seat.away for seat in mine),
            viewing=tuple(sorted({seat.viewing for seat in mine if seat.viewing})),
        )
        for name, mine in sorted(open_seats.items())
    )


def last_seen(seats: Iterable[Seat]) -> dict[str, datetime]:
    """When each name was last heard of, on the last day."""
    latest: dict[str, datetime] = {}
    for seat in seats:
        latest[seat.name] = max(seat.beat_at, latest.get(seat.name, seat.beat_at))
    return latest
