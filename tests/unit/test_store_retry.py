"""When a delivery is tried again, if at all."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.store.retry import Failure, RetryPolicy, Verdict, after_failure

NOW = datetime(2026, 3, 1, tzinfo=UTC)
POLICY = RetryPolicy(attempts=5, first=timedelta(seconds=2), longest=timedelta(seconds=10))
HOLDING = RetryPolicy(attempts=5, unknown="hold")


@pytest.mark.parametrize(
    ("policy", "failure", "attempt", "retry_after", "state", "pause"),
    [
        (POLICY, "temporary", 1, None, "pending", 2),
        (POLICY, "temporary", 2, None, "pending", 4),
        (POLICY, "temporary", 3, None, "pending", 8),
        (POLICY, "temporary", 4, None, "pending", 10),
        (POLICY, "temporary", 5, None, "dead", None),
        (POLICY, "rate_limited", 1, None, "pending", 2),
        (POLICY, "rate_limited", 1, 90, "pending", 90),
        (POLICY, "rate_limited", 1, -5, "pending", 0),
        (POLICY, "rate_limited", 5, 90, "dead", None),
        (POLICY, "permanent", 1, 90, "dead", None),
        (POLICY, "unknown", 1, None, "pending", 2),
        (POLICY, "unknown", 5, None, "held", None),
        (HOLDING, "unknown", 1, None, "held", None),
        (HOLDING, "temporary", 1, None, "pending", 1),
    ],
)
def test_table(
    policy: RetryPolicy,
    failure: Failure,
    attempt: int,
    retry_after: int | None,
    state: str,
    pause: int | None,
) -> None:
    wait = None if retry_after is None else timedelta(seconds=retry_after)
    verdict = after_failure(policy, failure, attempt=attempt, now=NOW, retry_after=wait)
    due = None if pause is None else NOW + timedelta(seconds=pause)
    assert verdict == Verdict(state=state, due_at=due)  # type: ignore[arg-type]


@given(attempt=st.integers(1, 10_000), spread=st.floats(0.01, 1))
def test_pauses_stay_within_the_longest_at_any_attempt(attempt: int, spread: float) -> None:
    policy = RetryPolicy(attempts=100_000)
    verdict = after_failure(policy, "temporary", attempt=attempt, now=NOW, spread=spread)
    assert verdict.due_at is not None
    assert NOW < verdict.due_at <= NOW + policy.longest
