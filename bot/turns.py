"""Handling messages: exactly once each, one at a time per conversation, nothing lost when we die in between.

A message is stored first (the inbox), then its turn is worked out with no transaction open, then events,
deliveries and outcome are committed together. What was accepted and not finished is taken up again on the
next start.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

from bot.channels.base import Channel, HandsOver
from bot.choices import as_chosen
from bot.dialog.events import Event, OwnerSet, UserUttered, event_from_dict, event_to_dict
from bot.dialog.payloads import parse_payload
from bot.dialog.tracker import Tracker
from bot.errors import StoreError
from bot.folding import Live, due_snapshot, folded
from bot.gathering import PAUSES_S, Gathering, joined, regrouped
from bot.leaving import deliveries, publish
from bot.messages import Message, Reply
from bot.reception import welcome
from bot.replies import parts_of, unread_agent_lines
from bot.respond import Responder, Response
from bot.runtime import Runtime, Runtimes
from bot.set_phrases import apology, said
from bot.store.locks import ConversationLocks
from bot.store.records import (
    Accepted,
    ConflictError,
    ConversationUpdate,
    OutboxRow,
    Turn,
    UnansweredMessage,
)
from bot.store.store import Store
from bot.web.live import DECIDED, Hub
from bot.web.metrics import Metrics

log = logging.getLogger("kefu.turns")

MOST_ATTEMPTS = 3
"""A message that took the process down this often is answered with an apology and given to a person."""
MOST_CACHED = 500
"""Conversations that are kept in memory, some 90 KB each after ten turns; others are taken up from the store."""
AGAIN_AFTER_S = 2.0
"""A turn that the database failed in is tried again after this time."""
PREVIEW = 120


class Turns:
    """Takes messages in and works their turns out."""

    def __init__(
        self,
        *,
        store: Store,
        runtime: Runtimes,
        responder: Responder,
        channels: Mapping[str, Channel],
        hub: Hub,
        metrics: Metrics,
    ) -> None:
        self._store = store
        self._runtime = runtime
        self._responder = responder
        self._channels = channels
        self._hub = hub
        self._metrics = metrics
        self.locks = ConversationLocks(store.shared)
        self._cache: OrderedDict[str, Live] = OrderedDict()
        self._running: dict[int, asyncio.Future[Reply]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._order = ConversationLocks()
        self._draining = asyncio.Event()
        self._gathering = Gathering(self._task)

    async def handle(self, message: Message) -> Reply:
        """The reply to a message; a repeated message gets the stored reply again, with no second turn."""
        if self._will_be_read(message):
            self._runtime(message.conversation_id).reader.ahead(message.text)
        accepted = await self._store.accept(message)
        if accepted.outcome is not None:
            return await self._stored_reply(message, accepted)
        return await asyncio.shield(self._task({accepted.key: message}))

    async def accept(self, message: Message) -> bool:
        """Store a message and answer it in the background; False when it was there already.

        Where the channel has a pause, what follows within it is answered together with it.
        """
        accepted = await self._store.accept(message)
        if accepted.outcome is None and accepted.key not in self._running:
            self._gathering.add(accepted.key, message, pause_s=self._pause_s(message))
        return accepted.is_new

    async def resume(self) -> int:
        """Take up what was accepted and not finished when the process ended; how many there were."""
        unfinished = await self._store.unfinished()
        for messages, attempts in regrouped(unfinished, self._waits):
            self._task(messages, attempts=attempts)
        return len(unfinished)

    async def drain(self, *, timeout_s: float) -> None:
        """Finish the turns in hand; what is not done in time is taken up on the next start."""
        self._draining.set()
        self._gathering.flush_all()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=timeout_s)

    def in_hand(self) -> int:
        """How many messages are being answered."""
        return len(self._running)

    def forget(self, conversation_id: str) -> None:
        """Drop the cached fold, because somebody else wrote."""
        self._cache.pop(conversation_id, None)

    def _pause_s(self, message: Message) -> float:
        """How long to wait for what may follow; not at all while a person reads along."""
        if self._is_with_people(message.conversation_id):
            return 0.0
        pauses: Mapping[str, float] = self._runtime().settings.server.pauses_s
        return pauses.get(message.channel, PAUSES_S.get(message.channel, 0.0))

    def _will_be_read(self, message: Message) -> bool:
        """Whether the models will have to read a message, by what is in memory of its conversation."""
        words = message.by == "customer" and message.text.strip() and parse_payload(message.text) is None
        return bool(words) and not self._is_with_people(message.conversation_id)

    def _is_with_people(self, conversation_id: str) -> bool:
        live = self._cache.get(conversation_id)
        return live is not None and live.tracker.is_with_people

    def _waits(self, message: Message) -> bool:
        """Whether a message may be answered together with what follows it."""
        return message.by == "customer" and self._pause_s(message) > 0.0

    def _task(self, messages: Mapping[int, Message], *, attempts: int = 1) -> asyncio.Future[Reply]:
        """The reply to these messages of one conversation, by their inbox keys, from a turn in the background."""
        keys = tuple(messages)
        reply = self._running.get(keys[-1])
        if reply is None:
            reply = asyncio.get_running_loop().create_future()
            reply.add_done_callback(_looked_at)
            task = asyncio.create_task(self._worked_off(messages, attempts, reply), name=f"turn-{keys[-1]}")
            self._tasks.add(task)
            self._running.update(dict.fromkeys(keys, reply))
            task.add_done_callback(lambda done: self._ended(keys, done))
        return reply

    def _ended(self, keys: tuple[int, ...], task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        for key in keys:
            self._running.pop(key, None)

    async def _worked_off(
        self, messages: Mapping[int, Message], attempts: int, reply: asyncio.Future[Reply]
    ) -> None:
        """The turn, tried again while the database is away; whoever waits for the reply is told at once.

        What follows in the conversation waits as long, or it would be answered out of order.
        """
        async with self._order.hold(next(iter(messages.values())).conversation_id):
            while True:
                try:
                    found = await self._turn(messages, attempts)
                except Exception as error:
                    log.exception("a turn failed and will be taken up again", extra={"keys": tuple(messages)})
                    if not reply.done():
                        reply.set_exception(error)
                    if self._draining.is_set() or not isinstance(error, StoreError):
                        return
                else:
                    if not reply.done():
                        reply.set_result(found)
                    return
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._draining.wait(), AGAIN_AFTER_S)

    async def _turn(self, messages: Mapping[int, Message], attempts: int) -> Reply:
        conversation_id = next(iter(messages.values())).conversation_id
        async with self.locks.hold(conversation_id):
            # What another process accepted before and has lost, or cannot write, is answered before.
            left = await self._store.earlier(conversation_id, next(iter(messages)))
            for before, times in regrouped(left, self._waits):
                await self._answered(before, times)
            return await self._answered(messages, attempts)

    async def _answered(self, messages: Mapping[int, Message], attempts: int) -> Reply:
        """The turn of messages whose conversation is held."""
        message = joined(tuple(messages.values()))
        for _ in range(MOST_ATTEMPTS):
            # One release for the whole turn, whatever is promoted meanwhile.
            runtime = self._runtime(message.conversation_id)
            live = await self._live(message.conversation_id, runtime)
            response = await self._response(live.tracker, message, attempts, runtime)
            try:
                return await self._commit(tuple(messages), message, live, response, runtime)
            except ConflictError:
                self.forget(message.conversation_id)
                accepted = await self._store.accepted(tuple(messages)[-1])
                messages = await self._open(messages)
                if not messages:
                    return await self._stored_reply(message, accepted)
                message = joined(tuple(messages.values()))
        raise ConflictError(f"messages {tuple(messages)}: others kept writing to their conversation")

    async def _open(self, messages: Mapping[int, Message]) -> dict[int, Message]:
        """Those of the messages that have no outcome yet; erased ones have none any more."""
        found = {key: await self._store.accepted(key) for key in messages}
        return {key: messages[key] for key, one in found.items() if one is not None and one.outcome is None}

    async def _response(
        self, tracker: Tracker, message: Message, attempts: int, runtime: Runtime
    ) -> Response:
        """The turn worked out; an apology and a person where that cannot be done."""
        people = self._with_people(tracker, message)
        if attempts > MOST_ATTEMPTS:
            return apology(tracker, message, runtime.release.id, people=people)
        try:
            async with asyncio.timeout(runtime.settings.server.turn_timeout_s):
                response = await self._responded(tracker, message, runtime)
                return await self._welcomed(tracker, message, response, runtime)
        except Exception:
            # Whatever failed, the customer gets an answer and the operator gets the traceback.
            log.exception("a turn could not be worked out", extra={"conversation": message.conversation_id})
            return apology(tracker, message, runtime.release.id, people=people)

    async def _responded(self, tracker: Tracker, message: Message, runtime: Runtime) -> Response:
        if message.by == "program":
            return said(tracker, message)
        if message.channel in self._channels:
            message = as_chosen(tracker.events, message)
        if not tracker.is_with_people or self._with_people(tracker, message):
            return await self._responder.respond(tracker, message, runtime)
        back = OwnerSet(timestamp=time.time(), owner="bot", reason="given back on the platform")
        response = await self._responder.respond(tracker.update(back), message, runtime)
        return replace(response, events=(back, *response.events))

    def _with_people(self, tracker: Tracker, message: Message) -> bool:
        """Whether people answer; on a platform with people of its own, who writes to us writes to the bot."""
        return tracker.is_with_people and not isinstance(self._channels.get(message.channel), HandsOver)

    async def _welcomed(
        self, before: Tracker, message: Message, response: Response, runtime: Runtime
    ) -> Response:
        """With what somebody is told who begins to wait; a platform with people of its own says it itself."""
        after = response.tracker
        waits = after.owner == "waiting" and not before.is_with_people
        if not waits or isinstance(self._channels.get(message.channel), HandsOver):
            return response
        words = await welcome(after, runtime.settings.handover, self._store.waiting_besides)
        return replace(response, events=(*response.events, *words), tracker=after.extended(words))

    async def _live(self, conversation_id: str, runtime: Runtime) -> Live:
        """The fold of the conversation, from the cache or the store."""
        domain = runtime.assistant.domain
        cached = self._cache.get(conversation_id)
        if cached is not None:
            self._cache.move_to_end(conversation_id)
            return await self._brought_up(conversation_id, Live(cached.tracker.under(domain), cached.seq))
        return await folded(self._store, conversation_id, domain)

    async def _brought_up(self, conversation_id: str, live: Live) -> Live:
        """The fold with what other processes have written since, where there can be others."""
        if self._store.alone:
            return live
        rows = await self._store.load_events(conversation_id, after=live.seq)
        tracker = live.tracker.extended(event_from_dict(data) for _, data in rows)
        return Live(tracker, rows[-1][0] if rows else live.seq)

    async def _commit(
        self, keys: tuple[int, ...], message: Message, live: Live, response: Response, runtime: Runtime
    ) -> Reply:
        waiting = unread_agent_lines(live.tracker.events) if message.channel not in self._channels else ()
        reply = Reply(
            conversation_id=message.conversation_id,
            channel=message.channel,
            parts=parts_of((*waiting, *response.events)),
        )
        first = live.seq + 1
        turn = Turn(
            key=keys[-1],
            also=keys[:-1],
            conversation_id=message.conversation_id,
            expected_seq=live.seq,
            events=tuple(event_to_dict(event) for event in response.events),
            outcome={"from": first - _reach(live.tracker, waiting), "to": live.seq + len(response.events)},
            failed=response.failed,
            conversation=_update(message, response.tracker),
            outbox=self._deliveries(message, reply, live.tracker, response.tracker),
            unanswered=_unanswered(message, response, first),
            snapshot=due_snapshot(response.tracker, live.seq, len(response.events)),
        )
        with self._metrics.stage("commit"):
            last = await self._store.commit_turn(turn)
        self._remember(message.conversation_id, Live(response.tracker, last))
        self._metrics.turn(message.channel, "failed" if response.failed else "done")
        if response.decision is not None:
            self._metrics.decision(response.decision.kind)
        publish(self._hub, message.conversation_id, first, turn.events, turn.conversation)
        self._tell_decision(message, response, first + _place(response), runtime)
        return reply

    def _tell_decision(self, message: Message, response: Response, seq: int, runtime: Runtime) -> None:
        """For who measures decisions: a release in the shadow, say."""
        if response.before is None or response.decision is None or not self._hub.watched(DECIDED):
            return
        told = {"message": message, "response": response, "seq": seq, "release": runtime.release.id}
        self._hub.publish(DECIDED, told)

    def _deliveries(
        self, message: Message, reply: Reply, before: Tracker, after: Tracker
    ) -> tuple[OutboxRow, ...]:
        channel = self._channels.get(message.channel)
        rows = deliveries(channel, message.account, message.sender, reply, after.language)
        if after.owner != "waiting" or before.owner == "waiting" or not isinstance(channel, HandsOver):
            return rows
        calls = (
            OutboxRow(
                channel=message.channel, account=message.account, recipient=message.sender, payload=call
            )
            for call in channel.handed_over()
        )
        return (*rows, *calls)

    async def _stored_reply(self, message: Message, accepted: Accepted | None) -> Reply:
        """The reply that a message got before, read from the events of its turn."""
        outcome = accepted.outcome if accepted else None
        parts: tuple[Any, ...] = ()
        if outcome is not None:
            start, end = int(outcome["from"]), int(outcome["to"])
            rows = await self._store.load_events(
                message.conversation_id, after=start - 1, limit=end - start + 1
            )
            parts = parts_of(event_from_dict(data) for _, data in rows)
        return Reply(conversation_id=message.conversation_id, channel=message.channel, parts=parts)

    def _remember(self, conversation_id: str, live: Live) -> None:
        self._cache[conversation_id] = live
        self._cache.move_to_end(conversation_id)
        while len(self._cache) > MOST_CACHED:
            self._cache.popitem(last=False)


def _looked_at(reply: asyncio.Future[Reply]) -> None:
    """A turn that nobody waits for may fail: that is logged."""
    if not reply.cancelled():
        reply.exception()


def _reach(tracker: Tracker, waiting: tuple[Event, ...]) -> int:
    """How many stored events before this turn its reply goes back to, for agents' lines that waited."""
    if not waiting:
        return 0
    events = tracker.events
    return len(events) - next(place for place, event in enumerate(events) if event is waiting[0])


def _update(message: Message, tracker: Tracker) -> ConversationUpdate:
    return ConversationUpdate(
        channel=message.channel,
        account=message.account,
        sender=message.sender,
        owner=tracker.owner,  # type: ignore[arg-type]
        agent=tracker.state.agent or "",
        language=tracker.language or "",
        preview=message.text[:PREVIEW],
    )


def _unanswered(message: Message, response: Response, first: int) -> tuple[UnansweredMessage, ...]:
    """The message for the list of what was not answered, where it was not."""
    if not response.reason:
        return ()
    return (
        UnansweredMessage(
            seq=first + _place(response),
            text=message.text,
            language=response.tracker.language or "",
            reason=response.reason,
            candidates=tuple(one.as_dict() for one in response.decision.candidates[:3])
            if response.decision
            else (),
        ),
    )


def _place(response: Response) -> int:
    """Where the customer's message stands among a turn's events."""
    return next((place for place, event in enumerate(response.events) if isinstance(event, UserUttered)), 0)
