"""How fast each platform, and each customer on it, may be spoken to."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from bot.channels.base import Channel
from bot.web.limits import RateLimiter


class Paces:
    """The buckets of all channels, from what each says in its `pace`."""

    def __init__(self, channels: Mapping[str, Channel], clock: Callable[[], float] = time.monotonic) -> None:
        self._limiters = {name: _limiters(channel, clock) for name, channel in channels.items()}

    def take(self, channel: str, recipient: str) -> float:
        """0.0 when one may be sent now, which then counts; else the seconds until one may."""
        # A thread is part of its channel (Slack).
        keys = ("", recipient.partition(":")[0])
        limiters = [
            (limiter, key)
            for limiter, key in zip(self._limiters.get(channel, ()), keys, strict=False)
            if limiter is not None
        ]
        if pause := max((limiter.wait(key) for limiter, key in limiters), default=0.0):
            return pause
        for limiter, key in limiters:
            limiter.take(key)
        return 0.0


def _limiters(channel: Channel, clock: Callable[[], float]) -> tuple[RateLimiter | None, RateLimiter | None]:
    """Of the account, and of its recipients."""
    pace = channel.pace
    return (
        _limiter(pace.account_every_s, pace.account_burst, clock),
        _limiter(pace.recipient_every_s, pace.recipient_burst, clock),
    )


def _limiter(every_s: float, burst: int, clock: Callable[[], float]) -> RateLimiter | None:
    return RateLimiter(60.0 / every_s, burst=burst, clock=clock) if every_s else None
