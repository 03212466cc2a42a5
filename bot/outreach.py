"""Speaking first: a program has the bot say something to a customer, or answer an intent that no message brought.

It goes the way of all messages, through the inbox under the program's own key, so that a repeated call says
nothing twice and a crash loses nothing; and not where the platform would refuse it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bot.channels.base import Channel, SendResult, SpeaksLate
from bot.dialog.payloads import payload_text
from bot.dialog.reminders import EXTERNAL
from bot.messages import Message, Part, Reply
from bot.runtime import Runtime
from bot.store.records import Conversation
from bot.store.store import Store
from bot.turns import Turns
from bot.web.service import UnknownThing


class UnknownIntent(Exception):
    """The domain has no such intent; the text is its name."""


class NotNow(Exception):
    """The customer cannot be spoken to at the moment; the text says why and what would help."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Initiative:
    """What a program wants: the bot's words in `text`, or an intent with entities; `key` names it once and for all."""

    key: str
    text: str = ""
    intent: str = ""
    entities: Mapping[str, Any] | None = None


class Outreach:
    """Takes programs' initiatives to conversations."""

    def __init__(
        self,
        *,
        store: Store,
        turns: Turns,
        runtime: Callable[[], Runtime],
        channels: Mapping[str, Channel],
    ) -> None:
        self._store = store
        self._turns = turns
        self._runtime = runtime
        self._channels = channels

    async def take(self, conversation_id: str, wanted: Initiative) -> Reply:
        """What the bot says; a repeated key is told what was said then, and nothing is said again.

        Raises:
            UnknownThing: there is no such conversation.
            UnknownIntent: the domain has no such intent.
            NotNow: a person has it, or the platform takes nothing any more.
        """
        row = await self._store.conversation(conversation_id)
        if row is None:
            raise UnknownThing("There is no such conversation.")
        if wanted.intent and wanted.intent.partition("/")[0] not in self._runtime().assistant.domain.intents:
            raise UnknownIntent(wanted.intent)
        heard = await self._store.last_heard(conversation_id)
        message = _message(row, wanted, heard or row.created_at)
        if not await self._store.knows(message):
            self._refuse_where_it_cannot_be_said(row, wanted, heard)
        return await self._turns.handle(message)

    def _refuse_where_it_cannot_be_said(
        self, row: Conversation, wanted: Initiative, heard: datetime | None
    ) -> None:
        if row.owner in ("waiting", "person"):
            raise NotNow("A person has this conversation, or it waits for one.")
        channel = self._channels.get(row.channel)
        window = channel.pace.window if channel else None
        if channel is None or window is None or heard is None or datetime.now(UTC) - heard <= window:
            return
        hours = window.total_seconds() / 3600
        late = (
            f"{row.channel} takes free text for {hours:g} hours after the customer wrote, which have passed."
        )
        if not isinstance(channel, SpeaksLate):
            raise NotNow(late)
        # What an intent leads to is not known yet: something short stands for it.
        for payload in channel.render((Part(text=wanted.text or "…"),), language=row.language):
            worded = channel.late(payload)
            if isinstance(worded, SendResult):
                raise NotNow(worded.reason or late)


def _message(row: Conversation, wanted: Initiative, heard: datetime) -> Message:
    text = wanted.text or payload_text(wanted.intent, wanted.entities)
    return Message(
        id=f"program:{row.id}:{wanted.key}",
        account=row.account,
        conversation_id=row.id,
        channel=row.channel,
        sender=row.sender,
        text=text,
        # When the customer last wrote is told by the messages' times, and they have not written now.
        received_at=heard,
        metadata={EXTERNAL: True, "key": wanted.key},
        by="program" if wanted.text else "customer",
    )
