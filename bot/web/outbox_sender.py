"""Delivering what turns left in the outbox: in order per conversation, again when that makes sense."""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Literal

from bot.channels.base import Channel, Outgoing, SendResult
from bot.errors import StoreError
from bot.store.outbox import Outbox
from bot.store.records import Delivery
from bot.store.retry import RetryPolicy, after_failure
from bot.web.metrics import Metrics
from bot.web.paces import Paces

_log = logging.getLogger("kefu.outbox")

LastHeard = Callable[[str], Awaitable[datetime | None]]

MOST_AT_ONCE = 96
"""Fewer than the client session has connections."""
MOST_PER_CHANNEL = 32
"""A platform that hangs must not hold the others up."""
RECOVER_EVERY_S = 60.0
LONGEST_PAUSE_S = 1.0
"""What has to wait longer for its platform's pace goes back into the queue and makes room."""
PAUSE_AFTER_ERROR_S = 1.0
MARK_WITHIN_S = 60.0
"""Shorter than a claim's lease, or another process would send it again meanwhile."""
_NOT_MARKED = {"action": "mark_failed"}


class OutboxSender:
    """One task that claims what is due and sends it; conversations do not wait for each other."""

    def __init__(
        self,
        outbox: Outbox,
        channels: Mapping[str, Channel],
        *,
        metrics: Metrics,
        unknown_sends: Literal["resend", "hold"],
        policy: RetryPolicy | None = None,
        last_heard: LastHeard | None = None,
    ) -> None:
        """Nothing is begun yet.

        Args:
            unknown_sends: what becomes of a delivery that may have arrived.
            policy: the pauses.
            last_heard: when the customer of a conversation last wrote, for platforms that want to know.
        """
        self._outbox = outbox
        self._channels = channels
        self._metrics = metrics
        self._policy = replace(policy or RetryPolicy(), unknown=unknown_sends)
        self._paces = Paces(channels)
        self._last_heard = last_heard
        self._sending: set[asyncio.Task[None]] = set()
        self._in_hand: Counter[str] = Counter()
        self._stopping = False
        self._recovered_at: float | None = None
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to send, first what the last process had in hand."""
        self._task = asyncio.create_task(self._run(), name="outbox")

    async def close(self, *, within_s: float = 10.0) -> None:
        """Send what is due and stop; what is in hand after `within_s` counts as unknown on the next start."""
        if self._task is None:
            return
        self._stopping = True
        self._outbox.notify()
        await asyncio.wait({self._task}, timeout=within_s)
        tasks = {self._task, *self._sending}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(self) -> None:
        while True:
            try:
                await self._recover()
                if await self._begin_what_is_due():
                    continue
                if not self._stopping:
                    await self._outbox.wait(longest_s=RECOVER_EVERY_S, without=self._full())
                elif self._sending:  # when one has left, the next of its conversation may be due
                    await asyncio.wait(self._sending, return_when=asyncio.FIRST_COMPLETED)
                else:
                    return
            except Exception:
                # The database may be back in a moment; without this task nothing would ever be sent again.
                _log.exception("the outbox failed", extra={"action": "outbox_failed"})
                await asyncio.sleep(PAUSE_AFTER_ERROR_S)

    async def _recover(self) -> None:
        """Take up what a sender that died had in hand: at first all that there is, then what ran out."""
        if self._recovered_at is None or time.monotonic() - self._recovered_at > RECOVER_EVERY_S:
            hold = self._policy.unknown == "hold"
            everything = self._outbox.alone and self._recovered_at is None
            await self._outbox.recover(hold=hold, everything=everything)
            self._recovered_at = time.monotonic()

    async def _begin_what_is_due(self) -> bool:
        """Claim as much as there is room for; False when nothing was due."""
        if len(self._sending) >= MOST_AT_ONCE:
            await asyncio.wait(self._sending, return_when=asyncio.FIRST_COMPLETED)
        full = self._full()
        claimed = await self._outbox.claim(limit=self._room(full), without=full)
        for delivery in claimed:
            task = asyncio.create_task(self._deliver(delivery), name=f"delivery-{delivery.id}")
            self._sending.add(task)
            self._in_hand[delivery.channel] += 1
            task.add_done_callback(partial(self._done, delivery.channel))
        return bool(claimed)

    def _full(self) -> tuple[str, ...]:
        """The channels that have as many sends in hand as they may."""
        return tuple(name for name, count in self._in_hand.items() if count >= MOST_PER_CHANNEL)

    def _room(self, full: Collection[str]) -> int:
        """How many may be claimed so that no channel gets too many, whosever they are."""
        most = max((count for name, count in self._in_hand.items() if name not in full), default=0)
        return min(MOST_PER_CHANNEL - most, MOST_AT_ONCE - len(self._sending))

    def _done(self, channel: str, task: asyncio.Task[None]) -> None:
        self._sending.discard(task)
        self._in_hand[channel] -= 1

    async def _deliver(self, delivery: Delivery) -> None:
        pause = self._paces.take(delivery.channel, delivery.recipient)
        while 0.0 < pause <= LONGEST_PAUSE_S:
            await asyncio.sleep(pause)
            pause = self._paces.take(delivery.channel, delivery.recipient)
        if pause:
            due_at = datetime.now(UTC) + timedelta(seconds=pause)
            await self._marked(delivery, partial(self._outbox.postpone, delivery.id, due_at))
            self._metrics.send(delivery.channel, "postponed")
            return
        result = await self._sent(delivery)
        self._metrics.send(delivery.channel, result.failure or "sent")
        await self._marked(delivery, partial(self._mark, delivery, result))

    async def _marked(self, delivery: Delivery, mark: Callable[[], Awaitable[None]]) -> None:
        """Say what became of it, also when the database comes back only in a while: it is known, so it is not lost."""
        until = time.monotonic() + MARK_WITHIN_S
        while True:
            try:
                await mark()
                return
            except StoreError as error:
                if self._stopping or time.monotonic() > until:
                    # It stays claimed until its lease runs out and counts as unknown then, which is what it is.
                    _log.error("delivery %d cannot be marked: %s", delivery.id, error, extra=_NOT_MARKED)
                    return
                await asyncio.sleep(PAUSE_AFTER_ERROR_S)
            except Exception:
                _log.exception("delivery %d cannot be marked", delivery.id, extra=_NOT_MARKED)
                return

    async def _sent(self, delivery: Delivery) -> SendResult:
        channel = self._channels.get(delivery.channel)
        if channel is None:
            reason = f"There is no channel {delivery.channel}: is it still in credentials.yml?"
            return SendResult(failure="permanent", reason=reason)
        late = await self._is_late(channel, delivery)
        outgoing = Outgoing(recipient=delivery.recipient, payload=delivery.payload, late=late)
        try:
            return await channel.send(outgoing)
        except Exception:
            # A bug in one channel must not stop the others; the delivery may have arrived.
            _log.exception("delivery %d failed", delivery.id, extra={"action": "send_failed"})
            return SendResult(failure="unknown", reason="An error of ours while sending.")

    async def _is_late(self, channel: Channel, delivery: Delivery) -> bool:
        """Whether the customer has been silent for longer than the platform allows."""
        if channel.pace.window is None or self._last_heard is None:
            return False
        try:
            heard = await self._last_heard(delivery.conversation_id)
        except StoreError:
            return False  # then the platform says so
        return heard is not None and datetime.now(UTC) - heard > channel.pace.window

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
        _log.warning(
            "delivery %d to %s: %s, now %s",
            delivery.id,
            delivery.channel,
            result.reason,
            verdict.state,
            extra={"action": "delivery_failed"},
        )
        if result.failure == "unknown":
            await self._outbox.mark_unknown(delivery.id, result.reason, due_at=verdict.due_at)
        elif verdict.due_at is not None:
            await self._outbox.mark_retry(delivery.id, verdict.due_at, result.reason)
        else:
            await self._outbox.mark_dead(delivery.id, result.reason)
