"""What leaves a turn once it is worked out: rows of the outbox, and the news for whoever watches."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.channels.base import Channel
from bot.messages import Reply
from bot.store.records import Conversation, ConversationUpdate, OutboxRow
from bot.web.live import CONSOLE, Hub, conversation_topic


def deliveries(
    channel: Channel | None, account: str, recipient: str, reply: Reply, language: str | None
) -> tuple[OutboxRow, ...]:
    """A reply as rows of the outbox; none where the channel answers in the request itself."""
    if channel is None:
        return ()
    return tuple(
        OutboxRow(channel=channel.name, account=account, recipient=recipient, payload=payload)
        for payload in channel.render(reply.parts, language=language or "")
    )


def publish(
    hub: Hub,
    conversation_id: str,
    first: int,
    events: tuple[Mapping[str, Any], ...],
    row: Conversation | ConversationUpdate,
) -> None:
    """Tell whoever watches: the console's lists, and the pages that show this conversation."""
    numbered = [{**event, "seq": first + place} for place, event in enumerate(events)]
    update = {
        "type": "events",
        "conversation_id": conversation_id,
        "events": numbered,
        "conversation": {
            "id": conversation_id, "channel": row.channel, "sender": row.sender, "owner": row.owner,
            "agent": row.agent, "language": row.language, "preview": row.preview,
        },
    }  # fmt: skip
    hub.publish(CONSOLE, update)
    hub.publish(conversation_topic(conversation_id), update)
