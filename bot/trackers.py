"""Conversations as programs see and change them: read whole, added to, replaced, triggered, erased."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal
from uuid import uuid4

from bot.channels.base import Channel
from bot.dialog.builtin import session_start
from bot.dialog.calls import Context
from bot.dialog.events import ActionExecuted, BotUttered, Event, UserUttered, event_from_dict, event_to_dict
from bot.dialog.payloads import payload_text
from bot.dialog.policy import ActionChoice, next_action
from bot.dialog.state import ACTION_SESSION_START
from bot.dialog.tracker import Tracker, applied_events
from bot.leaving import deliveries, publish
from bot.messages import Message, Reply
from bot.replies import parts_of
from bot.respond import Responder
from bot.runtime import Runtimes
from bot.store.records import ConversationUpdate, OutboxRow, Turn
from bot.store.store import Store
from bot.turns import PREVIEW, Turns
from bot.web.live import Hub

Verbosity = Literal["NONE", "APPLIED", "AFTER_RESTART", "ALL"]
LATEST = "latest"
_ACCOUNT = "default"
_CHANNEL = "rest"


class OtherChannel(Exception):
    """The conversation is not on the channel named; the text names its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """A conversation with all its events.

    Attributes:
        place: the channel, account and sender; what is new is on REST.
        seq: the number of its last stored event, 0 where none is stored.
    """

    tracker: Tracker
    events: tuple[Event, ...]
    place: tuple[str, str, str]
    seq: int

    def as_dict(self, verbosity: Verbosity) -> dict[str, Any]:
        """Rasa's JSON of a tracker, with all events, some or none."""
        chosen: Mapping[str, Callable[[], Sequence[Event] | None]] = {
            "NONE": lambda: None,
            "APPLIED": lambda: applied_events(self.events),
            "AFTER_RESTART": lambda: _after_restart(self.events),
            "ALL": lambda: self.events,
        }
        events = chosen[verbosity]()
        state = self.tracker.current_state()
        return {**state, "events": None if events is None else [event_to_dict(one) for one in events]}


class Trackers:
    """Reads and changes conversations, each change under the conversation's lock and in one commit."""

    def __init__(
        self,
        *,
        store: Store,
        turns: Turns,
        runtime: Runtimes,
        responder: Responder,
        channels: Mapping[str, Channel],
        hub: Hub,
    ) -> None:
        self._store = store
        self._turns = turns
        self._runtime = runtime
        self._responder = responder
        self._channels = channels
        self._hub = hub

    async def read(self, conversation_id: str, *, until: float | None = None) -> History:
        """The conversation, up to a time; a new one as it would begin, which is not stored."""
        row = await self._store.conversation(conversation_id)
        rows = await self._store.load_events(conversation_id)
        events = tuple(event_from_dict(data) for _, data in rows)
        if until is not None:
            events = tuple(event for event in events if event.timestamp <= until)
        start = self._start(conversation_id)
        if not rows:
            events = self._session(start)
        return History(
            tracker=start.extended(events),
            events=events,
            place=(row.channel, row.account, row.sender) if row else (_CHANNEL, _ACCOUNT, conversation_id),
            seq=rows[-1][0] if rows else row.last_seq if row else 0,
        )

    async def append(
        self, conversation_id: str, events: Sequence[Event], *, output_channel: str | None = None
    ) -> History:
        """Add events as they are; with `output_channel` what the bot says in them is delivered there.

        Raises:
            OtherChannel: the conversation is on another one.
        """
        async with self._turns.locks.hold(conversation_id):
            history = await self.read(conversation_id)
            rows = self._rows(history, events, output_channel) if output_channel else ()
            return await self._commit(history, events, rows)

    async def replace(self, conversation_id: str, events: Sequence[Event]) -> History:
        """Let these be all the events that the conversation has."""
        async with self._turns.locks.hold(conversation_id):
            history = await self.read(conversation_id)
            # With none it begins anew: a conversation's last number is that of an event.
            begun = events or self._session(self._start(conversation_id))
            return await self._commit(history, begun, replaces=True)

    async def trigger(
        self,
        conversation_id: str,
        intent: str,
        entities: Mapping[str, Any],
        *,
        output_channel: str | None = None,
    ) -> tuple[History, Reply]:
        """Have the bot answer an intent that no message brought; silent where a person has the conversation.

        Raises:
            OtherChannel: the conversation is on another one than `output_channel`.
        """
        async with self._turns.locks.hold(conversation_id):
            history = await self.read(conversation_id)
            message = _message(history, payload_text(intent, entities), {"is_external": True})
            tracker = history.tracker if history.seq else self._start(conversation_id)
            response = await self._responder.respond(tracker, message, self._runtime(conversation_id))
            rows = self._rows(history, response.events, output_channel) if output_channel else ()
            reply = Reply(
                conversation_id=conversation_id, channel=message.channel, parts=parts_of(response.events)
            )
            return await self._commit(history, response.events, rows), reply

    async def hear(self, conversation_id: str, text: str) -> History:
        """Add a customer's message without answering it."""
        async with self._turns.locks.hold(conversation_id):
            history = await self.read(conversation_id)
            heard = await self._responder.hear(
                history.tracker, _message(history, text, {}), self._runtime(conversation_id)
            )
            return await self._commit(history, heard.events)

    async def predict(self, conversation_id: str) -> tuple[History, ActionChoice]:
        """What the bot would do next; nothing is done."""
        history = await self.read(conversation_id)
        return history, next_action(history.tracker, self._runtime(conversation_id).assistant, None)

    async def erase(self, conversation_id: str) -> bool:
        """Erase all that is stored of the conversation; False when there was nothing."""
        async with self._turns.locks.hold(conversation_id):
            erased = await self._store.erase_conversation(conversation_id)
            self._turns.forget(conversation_id)
        return erased

    def _start(self, conversation_id: str) -> Tracker:
        return Tracker.start(conversation_id, self._runtime(conversation_id).assistant.domain)

    def _session(self, start: Tracker) -> tuple[Event, ...]:
        now = self._responder.now
        begun = ActionExecuted(timestamp=now(), name=ACTION_SESSION_START, confidence=1.0)
        return (begun, *session_start(start, Context(now=now, pick=self._responder.pick)))

    def _rows(self, history: History, events: Iterable[Event], output_channel: str) -> tuple[OutboxRow, ...]:
        """What the bot says, as deliveries to the conversation's own channel."""
        channel, account, sender = history.place
        if output_channel not in (LATEST, channel):
            raise OtherChannel(channel)
        said = parts_of(event for event in events if isinstance(event, BotUttered))
        reply = Reply(conversation_id=history.tracker.conversation_id, channel=channel, parts=said)
        return deliveries(self._channels.get(channel), account, sender, reply, history.tracker.language)

    async def _commit(
        self,
        history: History,
        events: Sequence[Event],
        rows: tuple[OutboxRow, ...] = (),
        *,
        replaces: bool = False,
    ) -> History:
        """Store the events, after those that begin a new conversation."""
        conversation_id = history.tracker.conversation_id
        begun = history.events if not history.seq and not replaces and not _begins(events) else ()
        before = () if replaces or not history.seq else history.events
        added = (*begun, *events)
        tracker = self._start(conversation_id).extended((*before, *added))
        turn = Turn(
            conversation_id=conversation_id,
            expected_seq=history.seq,
            events=tuple(event_to_dict(event) for event in added),
            conversation=_update(history, tracker, events),
            outbox=rows,
            replaces=replaces,
        )
        last = await self._store.commit_turn(turn)
        self._turns.forget(conversation_id)
        publish(self._hub, conversation_id, history.seq + 1, turn.events, turn.conversation)
        return History(tracker=tracker, events=(*before, *added), place=history.place, seq=last)


def _begins(events: Sequence[Event]) -> bool:
    """Whether events begin with a session of their own."""
    first = events[0] if events else None
    return isinstance(first, ActionExecuted) and first.name == ACTION_SESSION_START


def _after_restart(events: Sequence[Event]) -> Sequence[Event]:
    restarts = [place for place, event in enumerate(events) if event.name_ == "restart"]
    return events[restarts[-1] + 1 :] if restarts else events


def _message(history: History, text: str, metadata: Mapping[str, Any]) -> Message:
    channel, account, sender = history.place
    return Message(
        id=uuid4().hex,
        account=account,
        conversation_id=history.tracker.conversation_id,
        channel=channel,
        sender=sender,
        text=text,
        received_at=datetime.fromtimestamp(time.time(), UTC),
        metadata=metadata,
    )


def _update(history: History, tracker: Tracker, events: Sequence[Event]) -> ConversationUpdate:
    channel, account, sender = history.place
    said = [event.text for event in events if isinstance(event, UserUttered) and event.text]
    return ConversationUpdate(
        channel=channel,
        account=account,
        sender=sender,
        owner=tracker.owner,  # type: ignore[arg-type]
        agent=tracker.state.agent or "",
        language=tracker.language or "",
        preview=said[-1][:PREVIEW] if said else "",
    )
