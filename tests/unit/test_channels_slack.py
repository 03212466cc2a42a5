"""Slack: its published signature, slack-sdk as the independent party, threads, buttons and markup."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest
from slack_sdk.models.blocks import ActionsBlock, Block, SectionBlock

from bot.channels.accounts import SlackAccount
from bot.channels.base import Incoming
from bot.channels.slack import Slack
from bot.channels.slack_outbound import messages, result
from bot.messages import Button, Message, Part
from tests.channel_cases import NEW, SLACK, compact, incoming, slack_event, slack_press
from tests.channel_conformance import NOW, opened

# From Slack's page "Verifying requests from Slack".
PUBLISHED_SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
PUBLISHED_BODY = (
    b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V"
    b"&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text="
    b"&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN"
    b"&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
)
PUBLISHED_SIGNATURE = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"


async def test_the_published_signature() -> None:
    async with aiohttp.ClientSession() as session:
        entry = SlackAccount.model_validate({"bot_token": "t", "signing_secret": PUBLISHED_SECRET})
        channel = Slack(entry=entry, session=session)
        now = datetime.fromtimestamp(1531420618, UTC)
        headers = {"X-Slack-Request-Timestamp": "1531420618", "X-Slack-Signature": PUBLISHED_SIGNATURE}
        call = Incoming(headers=headers, query={}, body=PUBLISHED_BODY, received_at=now)
        assert channel.verify(call)
        late = Incoming(
            headers=headers, query={}, body=PUBLISHED_BODY, received_at=now + timedelta(minutes=6)
        )
        assert not channel.verify(late)


async def test_the_test_of_the_address_is_answered_only_when_it_is_signed() -> None:
    body = compact({"type": "url_verification", "challenge": "3eZb", "token": "old"})
    async with opened(SLACK) as channel:
        call = SLACK.wrap(body, NEW, NOW)
        assert channel.verify(call)
        assert channel.parse(call).answer == "3eZb"
        assert not channel.verify(incoming(body, NOW))


async def one(body: bytes, content_type: str = "application/json") -> Message:
    async with opened(SLACK) as channel:
        call = SLACK.wrap(body, NEW, NOW)
        typed = Incoming(
            headers={**call.headers, "Content-Type": content_type}, query={}, body=body, received_at=NOW
        )
        assert channel.verify(typed)
        (found,) = channel.parse(typed).messages
        return found


FORM = "application/x-www-form-urlencoded"


async def test_a_mention_in_a_channel_is_one_message_and_is_answered_in_its_thread() -> None:
    place = {"channel": "C1", "channel_type": "channel", "ts": "1.5"}
    mention = await one(
        slack_event({"type": "app_mention", "text": "<@UBOT> where is my parcel?", **place}, "Ev1")
    )
    assert (mention.text, mention.sender) == ("where is my parcel?", "C1:1.5")
    again = await one(slack_event({"type": "app_mention", "text": "<@UBOT> where is it?", **place}, "Ev2"))
    assert mention.id == again.id  # Slack's other event about the same message
    in_thread = {"type": "app_mention", "text": "hi", **place, "ts": "1.9", "thread_ts": "1.5"}
    reply = await one(slack_event(in_thread))
    assert reply.conversation_id == mention.conversation_id == "slack:T1:C1:1.5"


async def test_a_direct_message_is_a_conversation_of_its_own() -> None:
    found = await one(slack_event({"text": "hi", "ts": "1.5"}))
    assert (found.conversation_id, found.sender, found.metadata["user"]) == ("slack:T1:D1", "D1", "U1")


@pytest.mark.parametrize(
    ("sent", "typed"),
    [
        ("a &amp; b &lt;c&gt; &amp;lt;", "a & b <c> &lt;"),
        ("<https://shop.example/x|the page> and <https://shop.example>", "the page and https://shop.example"),
        ("<@U2> in <#C2|general> <!here>", "@U2 in #general !here"),
    ],
)
async def test_markup_is_read_as_it_was_typed(sent: str, typed: str) -> None:
    assert (await one(slack_event({"text": sent, "ts": "1.5"}))).text == typed


async def test_a_pressed_button_says_its_value_once() -> None:
    first, again = await one(slack_press("/yes"), FORM), await one(slack_press("/yes"), FORM)
    assert (first.text, first.sender) == ("/yes", "D1")
    assert first.id == again.id
    said = await one(slack_event({"text": "hi", "ts": "1.5"}))
    assert first.conversation_id == said.conversation_id
    threaded = await one(slack_press("/yes", message={"thread_ts": "1.5"}), FORM)
    assert threaded.sender == "D1:1.5"


async def test_files_are_kept_by_reference() -> None:
    photo = {
        "id": "F1",
        "mimetype": "image/png",
        "name": "lamp.png",
        "url_private": "https://files.slack.com/x",
    }
    found = await one(slack_event({"subtype": "file_share", "text": "", "ts": "1.5", "files": [photo]}))
    (attachment,) = found.attachments
    assert (attachment.kind, attachment.reference) == ("image", "slack-file:F1")


async def test_a_form_without_a_press_is_no_message() -> None:
    async with opened(SLACK) as channel:
        headers = {"Content-Type": FORM}
        for body in (b"ssl_check=1", slack_press("/yes", type="view_submission")):
            call = Incoming(headers=headers, query={}, body=body, received_at=NOW)
            assert channel.parse(call).messages == ()


def test_slack_sdk_takes_our_blocks() -> None:
    choices = tuple(Button(title=f"Choice {n}", payload=f"/{n}") for n in range(25))
    (said,) = messages(Part(text="Which <one>?", buttons=choices), language="en")
    section, actions = Block.parse_all(said["blocks"])
    assert isinstance(section, SectionBlock)
    assert isinstance(actions, ActionsBlock)
    for block in (section, actions):
        block.validate_json()
    assert actions.to_dict()["elements"] == said["blocks"][1]["elements"]
    assert said["blocks"][0]["text"]["text"] == "Which &lt;one&gt;?"


@pytest.mark.parametrize(
    ("status", "answer", "failure"),
    [
        (200, {"ok": False, "error": "channel_not_found"}, "permanent"),
        (200, {"ok": False, "error": "ratelimited"}, "rate_limited"),
        (200, {"ok": False, "error": "internal_error"}, "temporary"),
        (200, None, "temporary"),
        (504, None, "unknown"),
        (200, {"ok": True, "ts": "1.5"}, None),
    ],
)
def test_what_slack_says_about_a_message(status: int, answer: Any, failure: str | None) -> None:
    assert result(status, answer, None).failure == failure
