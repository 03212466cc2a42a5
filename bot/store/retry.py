"""Whether and when to try a delivery again: a decision, without sleeping and without a clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

# temporary: the platform was not reached, or answered 5xx; rate_limited: 429; permanent: it will never take
# this; unknown: the connection died when it may have had it.
Failure = Literal["temporary", "rate_limited", "permanent", "unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """Exponential back-off.

    Attributes:
        attempts: how often a delivery is tried before it is dead; being told to slow down counts as well.
        first: the pause after the first failure; doubles with each further one.
        longest: no pause of our own is longer; a platform's `Retry-After` is kept to as it is.
        unknown: what becomes of a delivery that may have arrived.
    """

    attempts: int = 8
    first: timedelta = timedelta(seconds=1)
    longest: timedelta = timedelta(minutes=5)
    unknown: Literal["resend", "hold"] = "resend"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What becomes of a delivery: pending again (and when), held for a person, or dead."""

    state: Literal["pending", "held", "dead"]
    due_at: datetime | None = None


def after_failure(
    policy: RetryPolicy,
    failure: Failure,
    *,
    attempt: int,
    now: datetime,
    retry_after: timedelta | None = None,
    spread: float = 1.0,
) -> Verdict:
    """Decide after the `attempt`-th try (the first is 1) failed.

    `spread` in (0, 1] shortens our own pause, so that many failures at one moment do not all return at one
    moment; callers draw it at random (Brooker, Exponential Backoff And Jitter, 2015).
    """
    if failure == "permanent":
        return Verdict(state="dead")
    if failure == "unknown" and policy.unknown == "hold":
        return Verdict(state="held")
    if attempt >= policy.attempts:
        # It may have arrived: that is for a person to find out, and no dead letter.
        return Verdict(state="held" if failure == "unknown" else "dead")
    if retry_after is not None:
        return Verdict(state="pending", due_at=now + max(retry_after, timedelta(0)))
    # Beyond 2**30 the product could overflow; `longest` is far below.
    pause = min(policy.first * 2.0 ** min(attempt - 1, 30), policy.longest)
    return Verdict(state="pending", due_at=now + pause * spread)
