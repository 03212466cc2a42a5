"""Delivering what turns left in the outbox: in order per conversation, again when that makes sense."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Literal

from bot.channels.base import Channel, Outgoing, SendResult
from bot.store.outbox import Outbox
from bot.store.records import Delivery
from bot.store.retry import RetryPolicy, after_failure
from bot.web.metrics import Metrics

log = logging.getLogger("kefu.outbox")


class OutboxSender:
    """One task that claims what is due and sends it; conversations do not wait for each other."""

    def __init__(
        self,
        outbox: Outbox,
        channels: Mapping[str, Channel],
        *,
        metrics: Metrics,
        unknown_sends: Literal["resend", "hold"],
    ) -> None:
        self._outbox = outbox
        self._channels = channels
        self._metrics = metrics
        self._policy = RetryPolicy(unknown=unknown_sends)
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to send, first what the last process had in hand."""
        self._task = asyncio.create_task(self._run(), name="outbox")

    async def close(self) -> None:
        """Stop; a send in hand counts as unknown on the next start."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        await self._outbox.recover(hold=self._policy.unknown == "hold", everything=True)
        while True:
            claimed = await self._outbox.claim()
            if claimed:
                await asyncio.gather(*(self._deliver(one) for one in claimed))
            else:
                await self._outbox.wait()

    async def _deliver(self, delivery: Delivery) -> None:
        channel = self._channels.get(delivery.channel)
        if channel is None:
            await self._outbox.mark_dead(delivery.id, f"there is no channel {delivery.channel}")
            return
        outgoing = Outgoing(recipient=delivery.recipient, payload=delivery.payload)
        try:
            result = await channel.send(outgoing)
        except Exception:
            # A bug in one channel must not stop the others; the delivery may have arrived.
            log.exception("sending failed", extra={"delivery": delivery.id, "channel": delivery.channel})
            result = SendResult(failure="unknown", reason="an error of ours while sending")
        self._metrics.send(delivery.channel, result.failure or "sent")
        await self._mark(delivery, result)

    async def _mark(self, delivery: Delivery, result: SendResult) -> None:
        if result.failure is None:
            await self._outbox.mark_sent(delivery.id, result.platform_id)
            return
        verdict = after_failure(
            self._policy,
            result.failure,
            attempt=delivery.attempts,
            now=datetime.now(UTC),
            retry_after=result.retry_after,
            spread=random.uniform(0.5, 1.0),  # noqa: S311 - spreads load, keeps no secret
        )
        if result.failure == "unknown" and verdict.state != "dead":
            await self._outbox.mark_unknown(delivery.id, result.reason, due_at=verdict.due_at)
        elif verdict.state == "pending" and verdict.due_at is not None:
            await self._outbox.mark_retry(delivery.id, verdict.due_at, result.reason)
        else:
            await self._outbox.mark_dead(delivery.id, result.reason)
