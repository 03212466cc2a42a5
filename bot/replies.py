"""From stored events to what a customer sees: nothing is said that is not stored."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot.channels.spoken import part_of
from bot.dialog.events import AgentUttered, BotUttered, Event, UserUttered, event_to_dict
from bot.messages import Part


def parts_of(events: Iterable[Event]) -> tuple[Part, ...]:
    """The bubbles that the bot's and the agents' events amount to, in order."""
    return tuple(
        part_of(event_to_dict(event)) for event in events if isinstance(event, BotUttered | AgentUttered)
    )


def unread_agent_lines(events: Sequence[Event]) -> tuple[Event, ...]:
    """What agents wrote since the customer's last message: on REST it waits for the next request."""
    lines: list[Event] = []
    for event in reversed(events):
        if isinstance(event, UserUttered):
            break
        if isinstance(event, AgentUttered):
            lines.append(event)
    return tuple(reversed(lines))
