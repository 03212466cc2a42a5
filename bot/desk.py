"""What people of the company do with conversations; the bot is silent while one of them has it."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast

from bot.channels.base import Channel
from bot.dialog.events import AgentUttered, Event, OwnerSet, Rated, event_to_dict
from bot.leaving import deliveries, publish
from bot.messages import Reply
from bot.replies import parts_of
from bot.store.records import Conversation, ConversationUpdate, Owner, Turn, Unanswered
from bot.store.store import Store
from bot.turns import PREVIEW, Turns
from bot.web.live import Hub
from bot.web.service import CannotBeRated, TakenByAnother, UnknownThing

Json = dict[str, Any]

_SINCE_CLOSED = 50
"""Events to look back through for the closing; hardly anything can follow it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """What somebody does with a conversation.

    Attributes:
        agent: who does it.
        owner: whose it is from then on; None leaves it.
        holder: the person, where it is a person's; the agent when empty.
        force: also when another agent has it.
        only_from: the owner and person it must be with, else nothing is done.
    """

    agent: str
    owner: Owner | None = None
    holder: str = ""
    reason: str = ""
    events: tuple[Event, ...] = ()
    force: bool = False
    only_from: tuple[str, str] | None = None

    def leads_to(self, row: Conversation) -> tuple[Owner, str]:
        """Whose the conversation is afterwards."""
        if self.owner is None:
            return row.owner, row.agent
        return self.owner, (self.holder or self.agent) if self.owner == "person" else ""


class Desk:
    """The lists and the deeds behind the console."""

    def __init__(self, *, store: Store, turns: Turns, channels: Mapping[str, Channel], hub: Hub) -> None:
        self._store = store
        self._turns = turns
        self._channels = channels
        self._hub = hub

    async def conversations(self, *, owner: str | None = None, limit: int = 50) -> list[Json]:
        """Conversations, the one last written to first."""
        rows = await self._store.conversations(owner=cast(Owner | None, owner), limit=limit)
        return [_as_json(row) for row in rows]

    async def conversation(self, conversation_id: str, *, after: int = 0) -> Json | None:
        """The conversation with its events behind number `after`; None where there is none."""
        row = await self._store.conversation(conversation_id)
        if row is None:
            return None
        events = await self._store.load_events(conversation_id, after=after)
        return {**_as_json(row), "events": [{**data, "seq": seq} for seq, data in events]}

    async def holder(self, conversation_id: str) -> str:
        """Who of the company has the conversation; empty where nobody has."""
        row = await self._store.conversation(conversation_id)
        return row.agent if row is not None and row.owner == "person" else ""

    async def last_conversation(self, channel: str, sender: str) -> str | None:
        """The id of the conversation that a customer wrote in last; None where there is none."""
        return await self._store.last_conversation(channel=channel, account="default", sender=sender)

    async def rate(self, conversation_id: str, score: int, comment: str) -> None:
        """The customer says how content they are with a conversation that was closed, once each time.

        Raises:
            UnknownThing: when there is no such conversation.
            CannotBeRated: when it is not closed, or was rated since.
        """
        async with self._turns.locks.hold(conversation_id):
            row = await self._store.conversation(conversation_id)
            if row is None:
                raise UnknownThing(f"There is no conversation {conversation_id}.")
            if row.owner != "closed":
                raise CannotBeRated("The conversation is not closed.")
            if await self._is_rated(conversation_id):
                raise CannotBeRated("The conversation has been rated.")
            rated = Rated(timestamp=time.time(), score=score, comment=comment or None)
            await self._write(row, row.owner, row.agent, (rated,))

    async def others(self, conversation_id: str) -> list[Json]:
        """The same customer's other conversations on the channel, the one last written to first."""
        row = await self._store.conversation(conversation_id)
        if row is None:
            return []
        found = await self._store.conversations_of(
            channel=row.channel, account=row.account, sender=row.sender
        )
        return [_as_json(one) for one in found if one.id != conversation_id]

    async def claim(self, conversation_id: str, agent: str, *, force: bool = False) -> None:
        """The agent answers from now on; `force` takes it from another."""
        await self._do(conversation_id, Deed(agent=agent, owner="person", reason="claimed", force=force))

    async def reply(
        self, conversation_id: str, agent: str, text: str, *, offered: tuple[Event, ...] = ()
    ) -> None:
        """The agent says something to the customer, and has the conversation from then on.

        `offered` says what was suggested and what became of it.
        """
        said = AgentUttered(timestamp=time.time(), text=text, metadata={"agent": agent})
        await self._do(
            conversation_id, Deed(agent=agent, owner="person", reason="replied", events=(*offered, said))
        )

    async def note(self, conversation_id: str, agent: str, events: tuple[Event, ...]) -> None:
        """Something for colleagues or for learning alone: the customer sees nothing, and nobody takes over."""
        await self._do(conversation_id, Deed(agent=agent, events=events, force=True))

    async def transfer(self, conversation_id: str, agent: str, to: str, *, force: bool = False) -> None:
        """Another agent has it from now on; with `to` empty, whoever claims it. `force` moves what another has."""
        owner: Owner = "person" if to else "waiting"
        deed = Deed(agent=agent, owner=owner, holder=to, reason="transferred", force=force)
        await self._do(conversation_id, deed)

    async def assign(self, conversation_id: str, to: str) -> bool:
        """Give a conversation that waits to an agent; False when it waits no longer."""
        deed = Deed(agent=to, owner="person", holder=to, reason="routed", only_from=("waiting", ""))
        return await self._do(conversation_id, deed)

    async def give_back(self, conversation_id: str, agent: str) -> bool:
        """Let a conversation wait again whose agent has left; False when the agent has it no longer."""
        deed = Deed(agent=agent, owner="waiting", reason="agent left", only_from=("person", agent))
        return await self._do(conversation_id, deed)

    async def hand_back(self, conversation_id: str, agent: str, *, force: bool = False) -> None:
        """The bot answers from now on."""
        await self._do(conversation_id, Deed(agent=agent, owner="bot", reason="handed back", force=force))

    async def close(self, conversation_id: str, agent: str, *, force: bool = False) -> None:
        """The matter is settled; the customer's next message opens it again, with the bot."""
        await self._do(conversation_id, Deed(agent=agent, owner="closed", reason="closed", force=force))

    async def unanswered(self, *, state: str = "open", limit: int = 100) -> list[Json]:
        """Messages that got no answer, the newest first."""
        wanted = cast(Literal["open", "done"], state)
        return [_question(row) for row in await self._store.unanswered(state=wanted, limit=limit)]

    async def resolve_unanswered(self, unanswered_id: int, agent: str) -> None:
        """Take one off the list.

        Raises:
            UnknownThing: when it is not on it.
        """
        if not await self._store.resolve_unanswered(unanswered_id):
            raise UnknownThing(f"There is no open question {unanswered_id}.")

    async def _do(self, conversation_id: str, deed: Deed) -> bool:
        """Append the deed's events under the conversation's lock: no turn of the bot crosses them.

        False when the conversation is not with whom the deed wants it to be.
        """
        async with self._turns.locks.hold(conversation_id):
            row = await self._store.conversation(conversation_id)
            if row is None:
                raise UnknownThing(f"There is no conversation {conversation_id}.")
            if deed.only_from is not None and deed.only_from != (row.owner, row.agent):
                return False
            if row.owner == "person" and row.agent not in ("", deed.agent) and not deed.force:
                raise TakenByAnother(row.agent)
            owner, holder = deed.leads_to(row)
            events = deed.events
            if (row.owner, row.agent) != (owner, holder):
                changed = OwnerSet(
                    timestamp=time.time(), owner=owner, reason=deed.reason, agent=holder or None
                )
                events = (changed, *events)
            if events:
                await self._write(row, owner, holder, events)
            return True

    async def _is_rated(self, conversation_id: str) -> bool:
        """Whether a closed conversation was rated since it was closed."""
        for _, event in reversed(await self._store.recent_events(conversation_id, _SINCE_CLOSED)):
            if event["event"] in (Rated.name_, OwnerSet.name_):
                return bool(event["event"] == Rated.name_)
        return False

    async def _write(self, row: Conversation, owner: Owner, agent: str, events: tuple[Event, ...]) -> None:
        reply = Reply(conversation_id=row.id, channel=row.channel, parts=parts_of(events))
        update = ConversationUpdate(
            channel=row.channel,
            account=row.account,
            sender=row.sender,
            owner=owner,
            agent=agent,
            language=row.language,
            preview=reply.parts[-1].text[:PREVIEW] if reply.parts else "",
        )
        turn = Turn(
            conversation_id=row.id,
            expected_seq=row.last_seq,
            events=tuple(event_to_dict(event) for event in events),
            conversation=update,
            outbox=deliveries(self._channels.get(row.channel), row.account, row.sender, reply, row.language),
        )
        await self._store.commit_turn(turn)
        self._turns.forget(row.id)
        publish(self._hub, row.id, row.last_seq + 1, turn.events, update)


def _as_json(row: Conversation) -> Json:
    return {
        "id": row.id,
        "channel": row.channel,
        "sender": row.sender,
        "owner": row.owner,
        "agent": row.agent,
        "language": row.language,
        "preview": row.preview,
        "last_seq": row.last_seq,
        "since": row.since.isoformat(),
        "updated_at": row.updated_at.isoformat(),
    }


def _question(row: Unanswered) -> Json:
    return {
        "id": row.id,
        "conversation_id": row.conversation_id,
        "seq": row.seq,
        "text": row.text,
        "language": row.language,
        "reason": row.reason,
        "candidates": [dict(one) for one in row.candidates],
        "created_at": row.created_at.isoformat(),
    }
