"""Figures for Prometheus, in a registry of their own so that two apps in one process do not mix."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from bot.store.records import Counts

_STAGE_BUCKETS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Metrics:
    """Counters and histograms that the parts of a turn report to."""

    def __init__(self) -> None:
        registry = CollectorRegistry()
        self._registry = registry
        self._turns = Counter("kefu_turns", "Turns.", ["channel", "outcome"], registry=registry)
        self._decisions = Counter("kefu_decisions", "Decisions.", ["kind"], registry=registry)
        self._generated = Counter(
            "kefu_generated_answers", "Answers worded by a language model.", ["result"], registry=registry
        )
        self._stages = Histogram(
            "kefu_stage_seconds", "Time of a stage.", ["stage"], buckets=_STAGE_BUCKETS, registry=registry
        )
        self._sends = Counter("kefu_sends", "Tries to deliver.", ["channel", "result"], registry=registry)
        self._requests = Counter(
            "kefu_http_requests", "HTTP requests.", ["method", "route", "status"], registry=registry
        )
        self._queues = Gauge(
            "kefu_queue_size", "Rows by queue and state.", ["queue", "state"], registry=registry
        )

    def turn(self, channel: str, outcome: str) -> None:
        """A turn ended: `done`, `failed`, `repeated`, …"""
        self._turns.labels(channel, outcome).inc()

    def decision(self, kind: str) -> None:
        """A decision of this kind was taken."""
        self._decisions.labels(kind).inc()

    def generated(self, result: str) -> None:
        """A language model was asked for an answer: `used`, why its words were not, `failed` or `resting`."""
        self._generated.labels(result).inc()

    def stage_took(self, stage: str, seconds: float) -> None:
        """A stage of a turn took so long."""
        self._stages.labels(stage).observe(seconds)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time the block as a stage, also when it fails."""
        began = time.perf_counter()
        try:
            yield
        finally:
            self.stage_took(name, time.perf_counter() - began)

    def send(self, channel: str, result: str) -> None:
        """A try to deliver ended: `sent` or the kind of failure."""
        self._sends.labels(channel, result).inc()

    def request(self, method: str, route: str, status: int) -> None:
        """An HTTP request was answered; `route` is its pattern, so that there are few."""
        self._requests.labels(method, route, str(status)).inc()

    def queues(self, counts: Counts) -> None:
        """The queues have these sizes now."""
        self._queues.clear()  # states that nothing is in any more
        for queue, sizes in (
            ("inbox", counts.inbox),
            ("outbox", counts.outbox),
            ("conversations", counts.conversations),
        ):
            for state, size in sizes.items():
                self._queues.labels(queue, state).set(size)
        self._queues.labels("unanswered", "open").set(counts.unanswered)
        self._queues.labels("outbox", "unknown").set(counts.unknown_sends)

    def exposition(self) -> bytes:
        """All figures in Prometheus' text format."""
        return generate_latest(self._registry)
