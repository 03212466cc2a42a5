"""Messenger, Chatwoot, the callback and the signed webhook: what is particular to each."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import aiohttp
import pytest
from pywa.utils import webhook_updates_validator

from bot.channels import standard_webhooks
from bot.channels.accounts import CallbackAccount, ChatwootAccount
from bot.channels.base import Incoming
from bot.channels.callback import Callback
from bot.channels.chatwoot import Chatwoot
from bot.channels.facebook_outbound import result
from bot.channels.signing import sign_hmac_hex
from bot.messages import Attachment, Button, Message, Part
from tests.channel_cases import (
    CALLBACK,
    CASES,
    CHATWOOT,
    FACEBOOK,
    NEW,
    OTHER,
    WEBHOOK,
    chatwoot_event,
    incoming,
    page,
    to_page,
    whsec,
)  # fmt: skip
from tests.channel_conformance import NOW, opened, received


async def from_page(*events: Any) -> tuple[Message, ...]:
    async with opened(FACEBOOK) as channel:
        return received(channel, FACEBOOK, page(*events))


async def test_messenger_choices_say_their_payload() -> None:
    quick = to_page(message={"mid": "m1", "text": "Yes", "quick_reply": {"payload": "/yes"}})
    postback = to_page(postback={"mid": "m2", "title": "Start", "payload": "/start"})
    assert [one.text for one in await from_page(quick, postback)] == ["/yes", "/start"]


async def test_messenger_files_and_places() -> None:
    items = [
        {"type": "image", "payload": {"url": "https://cdn.example/a.jpg"}},
        {"type": "location", "payload": {"coordinates": {"lat": 1, "long": 2}}},
        {"type": "image", "payload": {"url": "https://cdn.example/s.png", "sticker_id": 369239263222822}},
    ]
    (found,) = await from_page(to_page(message={"mid": "m1", "attachments": items}))
    assert [(one.kind, one.reference) for one in found.attachments] == [
        ("image", "https://cdn.example/a.jpg"),
        ("location", "geo:1.0,2.0"),
        ("sticker", "https://cdn.example/s.png"),
    ]


async def test_one_broken_messenger_message_does_not_cost_the_others() -> None:
    broken, good = to_page(message={"mid": None, "text": 7}), to_page(message={"mid": "m1", "text": "hi"})
    assert [one.text for one in await from_page(broken, good)] == ["hi"]


def test_messenger_outside_the_window() -> None:
    told = result(400, {"error": {"code": 10, "error_subcode": 2018278}}, None)
    assert (told.failure, "24 hours" in told.reason) == ("permanent", True)


def test_pywa_signs_messengers_calls_alike() -> None:
    body = page(to_page(message={"mid": "m1", "text": "hi"}))
    call = FACEBOOK.wrap(body, NEW, NOW)
    assert webhook_updates_validator(NEW, body, call.headers["X-Hub-Signature-256"])


def test_chatwoots_shared_vectors() -> None:
    body = b'{"event":"message_created"}'
    signed = "4fbf414139098588cc31e819ccebf960699d147368b51572e7657c1332d9c962"
    assert sign_hmac_hex("secret", b"1700000000." + body) == signed


async def test_an_older_chatwoot_proves_itself_by_the_address() -> None:
    fields = {"api_url": "https://chat.example", "account_id": 1, "access_token": "t", "url_token": NEW}
    async with aiohttp.ClientSession() as session:
        channel = Chatwoot(entry=ChatwootAccount.model_validate(fields), session=session)
        call = Incoming(headers={}, query={"token": NEW}, body=chatwoot_event(), received_at=NOW)
        assert channel.verify(call)
        assert not channel.verify(replace(call, query={"token": OTHER}))
        assert not channel.verify(replace(call, query={}))


def test_a_chatwoot_that_proves_nothing_is_refused() -> None:
    fields = {"api_url": "https://chat.example", "account_id": 1, "access_token": "t"}
    with pytest.raises(ValueError, match="url_token"):
        ChatwootAccount.model_validate(fields)


async def test_what_was_chosen_in_chatwoot_is_said() -> None:
    chosen = {"submitted_values": [{"title": "Yes", "value": "/yes"}]}
    update = chatwoot_event(event="message_updated", message_type="outgoing", content_attributes=chosen)
    async with opened(CHATWOOT) as channel:
        (found,) = received(channel, CHATWOOT, update)
    assert (found.text, found.sender) == ("/yes", "42")


async def test_chatwoots_attachments() -> None:
    photo = {"id": 3, "file_type": "image", "data_url": "https://chat.example/rails/x.png"}
    async with opened(CHATWOOT) as channel:
        (found,) = received(channel, CHATWOOT, chatwoot_event(content=None, attachments=[photo]))
    assert found.attachments == (Attachment(kind="image", reference="https://chat.example/rails/x.png"),)


async def test_chatwoot_asks_with_a_selection() -> None:
    async with opened(CHATWOOT) as channel:
        (asked,) = channel.render([Part(buttons=(Button(title="Yes", payload="/yes"),))], language="en")
    assert asked["content_attributes"]["items"] == [{"title": "Yes", "value": "/yes"}]
    assert asked["content"] == "Please choose:"


async def test_a_callback_without_a_secret_is_as_open_as_rasas() -> None:
    async with aiohttp.ClientSession() as session:
        entry = CallbackAccount.model_validate({"url": "https://shop.example/in"})
        channel = Callback(entry=entry, session=session)
        call = incoming(b'{"sender": "u1", "message": "hi"}', NOW)
        assert channel.verify(call)
        found = channel.parse(call)
    assert (found.answer, found.after_turns) == ("success", True)
    assert found.messages[0].conversation_id == "callback:u1"


async def test_callbacks_are_items_of_rest_one_each() -> None:
    part = Part(text="One.\n\nTwo.", image="https://shop.example/a.png")
    async with opened(CALLBACK) as channel:
        items = channel.render([part])
    assert [{key: item[key] for key in item if key != "recipient_id"} for item in items] == [
        {"text": "One."},
        {"text": "Two."},
        {"image": "https://shop.example/a.png"},
    ]


async def test_a_webhooks_id_is_the_messages() -> None:
    async with opened(WEBHOOK) as channel:
        call = WEBHOOK.wrap(WEBHOOK.said("hi", "1"), NEW, NOW)
        (found,) = channel.parse(call).messages
    assert found.id == call.headers["webhook-id"]
    assert found.conversation_id == "webhook:7"


def test_standard_webhooks_published_vector() -> None:
    # From the specification's reference implementations.
    secret, number, at = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330
    signed = standard_webhooks.sign(secret, number, at, b'{"test": 2432232314}')
    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_several_signatures_may_be_offered() -> None:
    call = WEBHOOK.wrap(b"{}", NEW, NOW)
    offered = {**call.headers, "webhook-signature": f"v1a,xx v1,AAAA {call.headers['webhook-signature']}"}
    assert standard_webhooks.verify((whsec(NEW),), offered, b"{}", NOW)
    assert not standard_webhooks.verify((whsec(OTHER),), offered, b"{}", NOW)
    assert not standard_webhooks.verify((), offered, b"{}", NOW)


@pytest.mark.parametrize("name", CASES)
async def test_an_image_is_shown_or_named(name: str) -> None:
    async with opened(CASES[name]) as channel:
        shown = json.dumps(channel.render([Part(image="https://shop.example/lamp.png")]))
    assert "https://shop.example/lamp.png" in shown
