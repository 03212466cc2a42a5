"""Rasa's REST contract: what is read, what is answered."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels import rest
from bot.channels.base import BadMessage
from bot.messages import Button, Citation, Message, Part, Reply

NOW = datetime(2026, 1, 2, tzinfo=UTC)
TAKEN = frozenset({"whatsapp", "web"})


def parse(body: Any) -> Message:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return rest.parse_message(raw, received_at=NOW, taken=TAKEN)


def items(*parts: Part) -> list[dict[str, Any]]:
    return rest.items(Reply(conversation_id="ann", channel="rest", parts=parts))


def test_a_message_as_rasas_clients_send_it() -> None:
    message = parse({"sender": "ann", "message": " hi ", "metadata": {"page": "cart"}})
    assert (message.sender, message.conversation_id, message.text) == ("ann", "ann", "hi")
    assert (message.channel, message.account, message.metadata) == ("rest", "default", {"page": "cart"})
    assert message.received_at is NOW


@pytest.mark.parametrize("sender", [None, ""])
def test_without_a_sender_it_is_default(sender: str | None) -> None:
    assert parse({"message": "hi", "sender": sender}).sender == "default"
    assert parse({"message": "hi"}).sender == "default"


def test_the_clients_id_makes_a_repetition_known_but_only_of_its_sender() -> None:
    body = {"sender": "ann", "message": "hi", "metadata": {"message_id": "7"}}
    assert parse(body).id == parse(body).id
    assert parse(body).id != parse({**body, "sender": "bob"}).id
    assert parse({"message": "hi"}).id != parse({"message": "hi"}).id
    too_long = {"message": "hi", "metadata": {"message_id": "x" * 201}}
    assert parse(too_long).id != parse(too_long).id


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'"hi"',
        b"\xff\xfe{}",
        b'{"message": NaN}',
        b'{"message": "x", "metadata": {"n": 1e999}}',
        b'{"message": "x", "metadata": ' + b'{"a":' * 200 + b"1" + b"}" * 200 + b"}",
        b"[" * 100_000,
        {},
        {"message": None},
        {"message": 5},
        {"message": ["hi"]},
        {"message": "hi", "sender": True},
        {"message": "hi", "sender": {"id": 1}},
        {"message": "hi", "sender": "x" * 256},
        {"message": "hi", "sender": "a\0b"},
        {"message": "hi", "sender": "\ud800"},
        {"message": "hi", "metadata": "page"},
        {"message": "hi", "input_channel": ["slack"]},
    ],
)
def test_anything_else_is_refused_without_quoting_it(body: Any) -> None:
    with pytest.raises(BadMessage) as refused:
        parse(body)
    assert "xx" not in str(refused.value)


@pytest.mark.parametrize("sender", ["whatsapp:PN1:4915", "web:abc", "web"])
def test_nobody_speaks_for_another_channels_customer(sender: str) -> None:
    with pytest.raises(BadMessage):
        parse({"message": "hi", "sender": sender})
    with pytest.raises(BadMessage):
        parse({"message": "hi", "input_channel": "whatsapp"})
    assert parse({"message": "hi", "sender": "webshop:1"}).sender == "webshop:1"


@given(
    st.recursive(st.none() | st.booleans() | st.floats() | st.integers() | st.text(), st.lists, max_leaves=5)
)
def test_every_value_is_taken_or_refused(value: Any) -> None:
    for body in (
        {"message": value},
        {"message": "x", "sender": value},
        {"message": "x", "metadata": {"k": value}},
    ):
        try:
            message = parse(json.dumps(body).encode())
        except BadMessage:
            continue
        json.dumps(dict(message.metadata), allow_nan=False)
        (message.text + message.id + message.sender).encode("utf-8")


def test_items_hold_only_what_says_something() -> None:
    assert items(Part(text="Hello.")) == [{"recipient_id": "ann", "text": "Hello."}]
    assert items(Part(text="")) == []
    assert items() == []


def test_a_blank_line_begins_another_item() -> None:
    assert [item["text"] for item in items(Part(text="One.\n\nTwo.\nStill two.\n\n\nThree."))] == [
        "One.",
        "Two.\nStill two.",
        "Three.",
    ]


def test_text_and_image_are_two_items() -> None:
    assert items(Part(text="Look.", image="https://x/i.png")) == [
        {"recipient_id": "ann", "text": "Look."},
        {"recipient_id": "ann", "image": "https://x/i.png"},
    ]


@pytest.mark.parametrize("kind", ["buttons", "quick_replies"])
def test_both_kinds_of_buttons_come_out_as_buttons(kind: str) -> None:
    part = Part(text="Sure?", **{kind: (Button(title="Yes", payload="/yes"),)})
    assert items(part) == [
        {"recipient_id": "ann", "text": "Sure?", "buttons": [{"title": "Yes", "payload": "/yes"}]}
    ]


def test_cards_attachments_and_custom_payloads() -> None:
    card = {"title": "Lamp", "subtitle": "20 W", "buttons": [{"title": "Buy", "payload": "/buy"}]}
    part = Part(elements=(card,), custom={"a": 1}, attachment={"type": "file"})
    assert items(part) == [
        {"recipient_id": "ann", "custom": {"a": 1}},
        {"recipient_id": "ann", "attachment": {"type": "file"}},
        {"recipient_id": "ann", "text": "Lamp : 20 W", "buttons": [{"title": "Buy", "payload": "/buy"}]},
    ]


def test_citations_stay_with_their_text() -> None:
    citation = Citation(title="Returns", url="https://x/r", document_id="d", passage_id="p")
    assert (
        items(Part(text="30 days.", citations=(citation,)))[0]["text"]
        == "30 days.\nSource: Returns: https://x/r"
    )
