"""How often somebody may do something."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable

_MOST_BUCKETS = 20_000


class RateLimiter:
    """A token bucket per key: `per_minute` on average, `burst` at once."""

    def __init__(
        self, per_minute: float, *, burst: float | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._per_second = per_minute / 60.0
        self._burst = max(burst if burst is not None else per_minute, 1.0)
        self._clock = clock
        # key → (tokens, when they were counted); the one asked about longest ago first.
        self._buckets: OrderedDict[Hashable, tuple[float, float]] = OrderedDict()

    def take(self, key: Hashable) -> float:
        """Take one token. 0.0 when there was one, else the seconds until there will be."""
        tokens = self._tokens(key)
        taken = tokens >= 1.0
        self._buckets[key] = (tokens - 1.0 if taken else tokens, self._clock())
        self._buckets.move_to_end(key)
        if len(self._buckets) > _MOST_BUCKETS:
            self._buckets.popitem(last=False)
        return 0.0 if taken else (1.0 - tokens) / self._per_second

    def wait(self, key: Hashable) -> float:
        """The seconds until there will be a token; takes none."""
        return max(1.0 - self._tokens(key), 0.0) / self._per_second

    def _tokens(self, key: Hashable) -> float:
        tokens, counted = self._buckets.get(key, (self._burst, self._clock()))
        return min(tokens + (self._clock() - counted) * self._per_second, self._burst)
