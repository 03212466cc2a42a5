"""Live messages that a person should look at: not answered, out of scope, or answered with little confidence."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.event_sinks import NotTaken
from bot.review.aid import Aid, AidFailed
from bot.store.cursors import StoredEvent
from bot.store.reviews import NewItem, Source
from bot.store.store import Store

UNSURE = 0.7
"""An answer of a lower probability is worth a look."""
LONGEST = 600
"""Longer messages are stories, not examples."""
_CONTEXT = 60
_SPOKEN = ("user", "bot", "agent")

Event = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewSink:
    """A destination of the event stream (`bot.event_stream`): picks messages and puts them on the queue."""

    store: Store
    aid: Aid
    added: Callable[[], None]

    @property
    def name(self) -> str:
        return "review"

    @property
    def most(self) -> int:
        return 500

    async def put(self, batch: Sequence[StoredEvent]) -> None:
        """Look at the conversations in which something was decided.

        Raises:
            NotTaken: when a message could not be read.
        """
        new = 0
        for conversation_id in dict.fromkeys(one.conversation_id for one in batch if _is_doubtful(one.data)):
            events = await self.store.load_events(conversation_id)
            try:
                new += await self.store.reviews.add(await self._items(conversation_id, events))
            except AidFailed as error:
                raise NotTaken(str(error)) from error
        if new:
            self.added()

    async def _items(self, conversation_id: str, events: Sequence[tuple[int, Event]]) -> list[NewItem]:
        known = {item.place for item in await self.store.reviews.of_conversation(conversation_id)}
        found = [one for one in doubtful(events) if str(one[0]) not in known]
        return [
            NewItem(
                source=source_of(said, decision) or "unanswered",
                conversation_id=conversation_id,
                place=str(seq),
                text=await redacted_line(self.aid, events, seq),
                language=str((said.get("parse_data") or {}).get("language") or ""),
                reason=str(decision.get("why") or ""),
                candidates=tuple(decision.get("candidates") or ())[:3],
            )
            for seq, said, decision in found
        ]


def doubtful(events: Sequence[tuple[int, Event]]) -> Iterator[tuple[int, Event, Event]]:
    """(number, message, decision) of the messages in a conversation that a person should look at."""
    heard: tuple[int, Event] | None = None
    for seq, event in events:
        if event["event"] == "user":
            heard = (seq, event) if _is_free_text(event.get("text")) else None
        elif event["event"] == "decision" and heard is not None:
            if source_of(heard[1], event):
                yield (*heard, event)
            heard = None


def source_of(said: Event, decision: Event) -> Source | None:
    """Why a message is looked at; None where it need not be."""
    if decision["kind"] == "hand_over":
        in_scope = (said.get("parse_data") or {}).get("in_scope")
        outside = isinstance(in_scope, float) and in_scope < 0.5
        return "out_of_scope" if outside else "unanswered"
    return "unsure" if _is_doubtful(decision) else None


async def redacted_line(aid: Aid, events: Sequence[tuple[int, Event]], seq: int) -> str:
    """The message of that number without personal data, as the lines around it tell who is named.

    Raises:
        AidFailed: when it cannot be done now.
    """
    spoken = [(number, event) for number, event in events if event["event"] in _SPOKEN and event.get("text")]
    place = next(index for index, (number, _) in enumerate(spoken) if number == seq)
    near = spoken[max(0, place - _CONTEXT) : place + 1]
    turns = [(str(event["text"]), event["event"] != "user") for _, event in near]
    text = (await aid.redacted(turns, [len(turns) - 1]))[0]
    return " ".join(text.split())


def _is_doubtful(event: Event) -> bool:
    """Whether an event is a decision that was no sure answer."""
    if event["event"] != "decision":
        return False
    chosen: Sequence[Event] = event.get("chosen") or []
    sure = event["kind"] in ("answer", "cite") and bool(chosen) and float(chosen[0]["p"]) >= UNSURE
    return not sure


def _is_free_text(text: object) -> bool:
    return isinstance(text, str) and 0 < len(text.strip()) <= LONGEST and not text.strip().startswith("/")
