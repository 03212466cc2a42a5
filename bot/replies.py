"""From stored events to what a customer sees: nothing is said that is not stored."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bot.dialog.events import AgentUttered, BotUttered, Event, UserUttered
from bot.messages import Button, Citation, Part


def parts_of(events: Iterable[Event]) -> tuple[Part, ...]:
    """The bubbles that the bot's and the agents' events amount to, in order."""
    return tuple(
        _part(event.text, event.data or {}, event.metadata)
        for event in events
        if isinstance(event, BotUttered | AgentUttered)
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


def _part(text: str | None, data: Mapping[str, Any], metadata: Mapping[str, Any]) -> Part:
    custom = data.get("custom")
    return Part(
        text=text or "",
        image=str(data.get("image") or ""),
        attachment=data.get("attachment"),
        custom=custom if isinstance(custom, Mapping) and custom else None,
        buttons=_buttons(data.get("buttons")),
        quick_replies=_buttons(data.get("quick_replies")),
        elements=tuple(item for item in data.get("elements") or () if isinstance(item, Mapping)),
        citations=tuple(
            Citation(
                title=str(one.get("title", "")),
                url=str(one.get("url", "")),
                document_id=str(one.get("document_id", "")),
                passage_id=str(one.get("passage_id", "")),
            )
            for one in metadata.get("citations") or ()
        ),
    )


def _buttons(items: Any) -> tuple[Button, ...]:
    """Buttons without a payload send their title, as Rasa's clients have it."""
    return tuple(
        Button(title=str(item.get("title", "")), payload=str(item.get("payload") or item.get("title", "")))
        for item in items or ()
        if isinstance(item, Mapping)
    )
