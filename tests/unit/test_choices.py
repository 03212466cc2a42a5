"""Choices typed by number or by their words."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from bot.choices import as_chosen
from bot.dialog.events import BotUttered, Event, SlotSet, UserUttered
from bot.messages import Attachment, Message

LAMP = {"title": "The lamp", "payload": "/lamp"}
DESK = {"title": "桌子", "payload": "/desk"}
LINK = {"title": "Our page", "type": "web_url", "url": "https://shop.example"}


def typed(text: str, **more: Any) -> Message:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    place = {"account": "a", "conversation_id": "c", "channel": "telegram", "sender": "s"}
    return Message(id="m", text=text, received_at=at, **place, **more)


def asked(*buttons: Any, key: str = "buttons") -> BotUttered:
    return BotUttered(timestamp=1.0, text="Which?", data={key: list(buttons)})


@pytest.mark.parametrize(
    ("text", "chosen"),
    [
        ("1", "/lamp"),
        ("2", "/desk"),
        (" 2. ", "/desk"),
        ("(1)", "/lamp"),
        ("２、", "/desk"),
        ("the LAMP!", "/lamp"),
        ("桌子。", "/desk"),
        ("0", "0"),
        ("3", "3"),
        ("22", "22"),
        ("the lamp please", "the lamp please"),
        ("/desk", "/desk"),
        ("", ""),
    ],
)
def test_by_number_or_by_words(text: str, chosen: str) -> None:
    found = as_chosen([asked(LAMP, DESK)], typed(text))
    assert found.text == chosen
    if chosen != text:
        assert found.metadata["title"] == text.strip()


def test_words_come_before_numbers() -> None:
    several = asked(
        {"title": "3", "payload": "/three"}, {"title": "1", "payload": "/one"}, key="quick_replies"
    )
    assert as_chosen([several], typed("1")).text == "/one"


def test_only_what_was_shown_last_and_not_talked_over() -> None:
    later: list[Event] = [
        asked(LAMP),
        BotUttered(timestamp=2.0, text="More?"),
        SlotSet(timestamp=2.0, name="x", value=1),
    ]
    assert as_chosen(later, typed("1")).text == "/lamp"
    assert as_chosen([*later, asked(DESK)], typed("1")).text == "/desk"
    assert as_chosen([*later, UserUttered(timestamp=3.0, text="hm")], typed("1")).text == "1"
    assert as_chosen([], typed("1")).text == "1"


def test_links_count_but_cannot_be_chosen_and_doubles_say_nothing() -> None:
    shown = [asked(LINK, LAMP)]
    assert as_chosen(shown, typed("2")).text == "/lamp"
    assert as_chosen(shown, typed("1")).text == "1"
    assert as_chosen(shown, typed("our page")).text == "our page"
    twice = [asked(LAMP, {"title": "The lamp", "payload": "/other"})]
    assert as_chosen(twice, typed("the lamp")).text == "the lamp"


def test_a_picture_is_no_choice() -> None:
    photo = (Attachment(kind="image", reference="r"),)
    assert as_chosen([asked(LAMP)], typed("1", attachments=photo)).text == "1"
