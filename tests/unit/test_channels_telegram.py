"""Telegram: what counts as said, with python-telegram-bot reading the same updates."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from telegram import Update

from bot.channels.base import Received
from bot.channels.telegram import messages, result
from bot.messages import Button, Part
from tests.channel_cases import NEW, TELEGRAM, telegram_message, telegram_update
from tests.channel_conformance import NOW, opened


async def parsed(body: bytes) -> Received:
    async with opened(TELEGRAM) as channel:
        return channel.parse(TELEGRAM.wrap(body, NEW, NOW))


PRESS = {
    "id": "q1",
    "from": {"id": 77, "is_bot": False, "first_name": "Ann"},
    "chat_instance": "1",
    "data": "/yes",
    "message": telegram_message(text="Sure?", **{"from": {"id": 123, "is_bot": True, "first_name": "Bot"}}),
}


async def test_python_telegram_bot_reads_the_same() -> None:
    body = telegram_update(10, message=telegram_message(text="hi"))
    theirs = Update.de_json(json.loads(body), None)
    (ours,) = (await parsed(body)).messages
    assert theirs is not None
    assert theirs.effective_message is not None
    assert theirs.effective_chat is not None
    assert (ours.id, ours.text, ours.sender) == (
        str(theirs.update_id),
        theirs.effective_message.text,
        str(theirs.effective_chat.id),
    )


async def test_a_pressed_button_says_its_data_and_stops_waiting() -> None:
    body = telegram_update(11, callback_query=PRESS)
    theirs = Update.de_json(json.loads(body), None)
    assert theirs is not None
    assert theirs.callback_query is not None
    found = await parsed(body)
    (said,) = found.messages
    assert (said.text, said.sender) == (theirs.callback_query.data, "77")
    assert json.loads(found.answer) == {"method": "answerCallbackQuery", "callback_query_id": "q1"}
    assert found.content_type == "application/json"


@pytest.mark.parametrize(
    ("content", "kind", "reference"),
    [
        (
            {"photo": [{"file_id": "small"}, {"file_id": "large"}], "caption": "broken"},
            "image",
            "telegram-file:large",
        ),
        ({"voice": {"file_id": "V", "mime_type": "audio/ogg"}}, "audio", "telegram-file:V"),
        ({"document": {"file_id": "D", "file_name": "bill.pdf"}}, "file", "telegram-file:D"),
        ({"sticker": {"file_id": "S"}}, "sticker", "telegram-file:S"),
        ({"location": {"latitude": 1.5, "longitude": 2}}, "location", "geo:1.5,2.0"),
        ({"contact": {"phone_number": "1", "first_name": "x"}}, "file", "telegram-message:5"),
    ],
)
async def test_files_and_places(content: dict[str, Any], kind: str, reference: str) -> None:
    (said,) = (await parsed(telegram_update(12, message=telegram_message(**content)))).messages
    (attachment,) = said.attachments
    assert (attachment.kind, attachment.reference) == (kind, reference)
    assert said.text == content.get("caption", "")


async def test_a_group_is_one_conversation() -> None:
    chat = {"id": -100500, "type": "supergroup"}
    (said,) = (await parsed(telegram_update(13, message=telegram_message(text="hi", chat=chat)))).messages
    assert said.sender == "-100500"


def test_payloads_that_no_button_can_carry_are_numbered() -> None:
    long = Button(title="Send it back", payload='/return{"order": "' + "é" * 24 + '"}')
    assert len(long.payload) <= 64 < len(long.payload.encode())
    (said,) = messages(Part(text="Well?", buttons=(long,)), language="en")
    assert said["text"] == "Well?\n1. Send it back"
    assert "reply_markup" not in said


def test_what_telegram_says_about_a_message() -> None:
    limited = result(429, {"ok": False, "parameters": {"retry_after": 9}}, None)
    assert (limited.failure, limited.retry_after) == ("rate_limited", timedelta(seconds=9))
    assert (
        result(403, {"ok": False, "description": "bot was blocked by the user"}, None).failure == "permanent"
    )
    assert result(200, {"ok": True, "result": {"message_id": 9}}, None).platform_id == "9"
