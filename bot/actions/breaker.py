"""When to try again, and when to stop trying: plain decisions, no sleeping and no clock of their own."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

WAITS_S: Final = (0.2, 0.8)
"""Before the second and the third attempt; there is no fourth."""


def wait_before(attempt: int) -> float | None:
    """Seconds before attempt number `attempt` (the first is 1); None when there is no such attempt."""
    if attempt <= 1:
        return 0.0
    return WAITS_S[attempt - 2] if attempt - 2 < len(WAITS_S) else None


@dataclass(slots=True, kw_only=True)
class Breaker:
    """Stops calls to a server that has failed several times in a row (Nygard, "Release It!", 2007).

    While it is open, nothing is sent for `rest_s` seconds; then one call tries the server out, and its
    outcome opens or closes it again.

    Attributes:
        failures: in a row, that open it.
    """

    failures: int = 5
    rest_s: float = 10.0
    _failed: int = 0
    _until: float = field(default=0.0)
    _trying: bool = False

    def allows(self, now: float) -> bool:
        """Whether a call may be sent at `now` (seconds, of any steady clock)."""
        if self._failed < self.failures:
            return True
        if now < self._until or self._trying:
            return False
        self._trying = True
        return True

    def succeeded(self) -> None:
        self._failed, self._trying = 0, False

    def failed(self, now: float) -> None:
        self._failed += 1
        self._trying = False
        self._until = now + self.rest_s
