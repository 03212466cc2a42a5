"""Choices that were typed: on platforms that show them as a numbered list, and by people who do not press buttons."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from bot.dialog.events import BotUttered, Event, UserUttered
from bot.messages import Message

# 2, 2., 2), (2), ２、
_NUMBER = re.compile(r"[(（]?(\d{1,2})[.)）。、]?")
_LONGEST = 80


def as_chosen(events: Sequence[Event], message: Message) -> Message:
    """The message; where it names one of the choices shown last, by number or by its words, that choice.

    What was typed is kept as `title` in the metadata.
    """
    typed = message.text.strip()
    if not typed or len(typed) > _LONGEST or message.attachments:
        return message
    shown = list(_shown_last(events))
    named = [button for button in shown if _plain(button.get("title")) == _plain(typed)]
    if not named and (number := _NUMBER.fullmatch(typed)):
        named = shown[int(number[1]) - 1 : int(number[1])] if int(number[1]) else []
    if len({button["payload"] for button in named}) != 1 or not named[0]["payload"]:
        return message
    return replace(message, text=named[0]["payload"], metadata={**message.metadata, "title": typed})


def _shown_last(events: Sequence[Event]) -> Iterable[Mapping[str, Any]]:
    """The buttons of the bot's last bubble that had some, if the customer has said nothing since."""
    for event in reversed(events):
        if isinstance(event, UserUttered):
            return ()
        if isinstance(event, BotUttered) and (found := _buttons(event.data)):
            return found
    return ()


def _buttons(data: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """As they are numbered: see `bot.channels.spoken`. One without a payload is a link and counts, but says nothing."""
    items = data.get("quick_replies") or data.get("buttons") or ()
    shown = [item for item in items if isinstance(item, Mapping) and item.get("title")]
    return [item if isinstance(item.get("payload"), str) else {"title": "", "payload": ""} for item in shown]


def _plain(words: Any) -> str:
    return str(words or "").strip().rstrip(".!。！").casefold()
