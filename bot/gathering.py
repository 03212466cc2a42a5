"""Short messages in a row are one thing said: they are waited for, and answered together.

Each has its own row in the inbox, stored before it is waited for; nothing here outlives the process, and what
was waiting when it ended is taken up from the inbox.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from bot.dialog.payloads import parse_payload
from bot.messages import Message
from bot.store.records import Unfinished

PAUSES_S: Mapping[str, float] = {
    "chatwoot": 1.0,
    "facebook": 1.0,
    "slack": 1.0,
    "telegram": 1.0,
    "wechat": 1.0,
    "wecom": 1.0,
    "whatsapp": 1.0,
}
"""How long the next message is waited for where kefu.yml says nothing; programs and pages are answered at once."""
MOST_TOGETHER = 10
MOST_PAUSES = 4
"""Who goes on writing is answered after so many pauses all the same."""

Begin = Callable[[Mapping[int, Message]], object]


@dataclass(slots=True)
class _Group:
    until: float
    messages: dict[int, Message] = field(default_factory=dict)
    timer: asyncio.TimerHandle | None = None


class Gathering:
    """What customers have said and not yet been answered because more may follow."""

    def __init__(self, begin: Begin) -> None:
        """`begin` answers messages of one conversation, by their inbox keys, in the order they came."""
        self._begin = begin
        self._groups: dict[str, _Group] = {}

    def add(self, key: int, message: Message, *, pause_s: float) -> None:
        """Wait for what follows a message; one that is a choice is complete, and answered by itself."""
        loop, place = asyncio.get_running_loop(), message.conversation_id
        if pause_s <= 0.0 or parse_payload(message.text) is not None:
            self.flush(place)
            self._begin({key: message})
            return
        group = self._groups.setdefault(place, _Group(until=loop.time() + MOST_PAUSES * pause_s))
        if key in group.messages:  # the platform's retry
            return
        group.messages[key] = message
        if group.timer is not None:
            group.timer.cancel()
        if len(group.messages) == MOST_TOGETHER:
            self.flush(place)
        else:
            group.timer = loop.call_at(min(loop.time() + pause_s, group.until), self.flush, place)

    def flush(self, conversation_id: str) -> None:
        """Answer what a conversation has waiting, now."""
        group = self._groups.pop(conversation_id, None)
        if group is not None:
            if group.timer is not None:
                group.timer.cancel()
            self._begin(group.messages)

    def flush_all(self) -> None:
        """Answer everything that waits, now: the process is about to end."""
        for conversation_id in list(self._groups):
            self.flush(conversation_id)


def joined(messages: Sequence[Message]) -> Message:
    """Messages of one conversation as one: all their words and attachments.

    The id is the first one's, so that it is the same after a crash, whatever was said since: custom actions
    know by it what they have done already.
    """
    if len(messages) == 1:
        return messages[0]
    metadata = {key: value for message in messages for key, value in message.metadata.items()}
    return replace(
        messages[-1],
        id=messages[0].id,
        text="\n".join(message.text for message in messages if message.text),
        attachments=tuple(attachment for message in messages for attachment in message.attachments),
        metadata={**metadata, "message_ids": [message.id for message in messages]},
    )


def regrouped(
    unfinished: Sequence[Unfinished], waits: Callable[[Message], bool]
) -> list[tuple[dict[int, Message], int]]:
    """What was not answered when a process ended, as it would have been answered together, with the attempts.

    Args:
        unfinished: oldest first.
        waits: whether what follows a message is waited for on its channel.
    """
    groups: list[tuple[dict[int, Message], int]] = []
    open_groups: dict[str, int] = {}
    for one in unfinished:
        place = one.message.conversation_id
        by_itself = parse_payload(one.message.text) is not None or not waits(one.message)
        position = None if by_itself else open_groups.get(place)
        if position is None:
            groups.append(({one.key: one.message}, one.attempts))
            open_groups[place] = len(groups) - 1
        else:
            messages, attempts = groups[position]
            groups[position] = ({**messages, one.key: one.message}, max(attempts, one.attempts))
        if by_itself:
            open_groups.pop(place, None)
    return groups
