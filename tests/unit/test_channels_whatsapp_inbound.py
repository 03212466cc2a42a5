"""WhatsApp webhooks: what is a customer's message and what is not."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pywa import WhatsApp as Pywa
from pywa.types import Message as PywaMessage

from bot.channels import whatsapp_inbound
from bot.channels.base import BadMessage
from bot.messages import Attachment, Message
from tests.unit.whatsapp_cloud import NUMBER, from_ann, message, text, value, webhook

NOW = datetime(2026, 1, 2, tzinfo=UTC)


def parse(body: bytes) -> tuple[Message, ...]:
    return whatsapp_inbound.received(body, phone_number_id=NUMBER, received_at=NOW).messages


def test_a_text() -> None:
    (found,) = parse(from_ann(text("Wo ist mein Paket? 📦")))
    assert found == Message(
        id="wamid.1",
        account=NUMBER,
        conversation_id="whatsapp:PN1:4915112345",
        channel="whatsapp",
        sender="4915112345",
        text="Wo ist mein Paket? 📦",
        received_at=NOW,
        metadata={"timestamp": "1700000000", "phone": "4915112345", "name": "Ann"},
    )


def test_pywa_reads_the_same() -> None:
    read: list[PywaMessage] = []
    client = Pywa(NUMBER, "token", server=None, session=httpx.Client(), filter_updates=False)
    client.on_message(lambda _, update: read.append(update))
    body = from_ann(text("hi"))
    client.webhook_update_handler(body)
    (ours,) = parse(body)
    assert [(one.id, one.from_user.wa_id, one.text) for one in read] == [(ours.id, ours.sender, ours.text)]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (("interactive", {"type": "button_reply", "button_reply": {"id": "/yes", "title": "Yes"}}), "/yes"),
        (("interactive", {"type": "list_reply", "list_reply": {"id": "/no", "title": "No"}}), "/no"),
        (("button", {"payload": "/stop", "text": "Stop"}), "/stop"),
    ],
)
def test_a_choice_is_its_payload(content: tuple[str, Any], words: str) -> None:
    (found,) = parse(from_ann(message(*content, context={"id": "wamid.sent"})))
    assert found.text == words
    assert found.metadata["reply_to"] == "wamid.sent"


@pytest.mark.parametrize(
    ("kind", "content", "attachment"),
    [
        (
            "image",
            {"id": "M1", "mime_type": "image/jpeg", "caption": "broken"},
            Attachment(kind="image", reference="whatsapp-media:M1", mime_type="image/jpeg", caption="broken"),
        ),
        (
            "audio",
            {"id": "M2", "mime_type": "audio/ogg"},
            Attachment(kind="audio", reference="whatsapp-media:M2", mime_type="audio/ogg"),
        ),
        (
            "document",
            {"id": "M3", "filename": "bill.pdf"},
            Attachment(kind="file", reference="whatsapp-media:M3", name="bill.pdf"),
        ),
        ("sticker", {"id": "M4"}, Attachment(kind="sticker", reference="whatsapp-media:M4")),
        (
            "location",
            {"latitude": 48.1, "longitude": 11.5, "name": "Home"},
            Attachment(kind="location", reference="geo:48.1,11.5", name="Home"),
        ),
        ("contacts", [{"name": {}}], Attachment(kind="file", reference="whatsapp-contacts:wamid.1")),
        ("unsupported", {"type": "poll"}, Attachment(kind="file", reference="whatsapp-unsupported:wamid.1")),
    ],
)
def test_what_is_not_text_is_kept_by_reference(kind: str, content: Any, attachment: Attachment) -> None:
    (found,) = parse(from_ann(message(kind, content)))
    assert found.attachments == (attachment,)
    assert found.text == attachment.caption


@pytest.mark.parametrize("kind", ["reaction", "edit", "revoke", "system", "request_welcome"])
def test_what_wants_no_answer_is_left_out(kind: str) -> None:
    assert parse(from_ann(message(kind, {"emoji": "👍"}))) == ()


def test_statuses_other_fields_and_other_numbers_are_left_out() -> None:
    statuses = value(statuses=[{"id": "wamid.sent", "status": "read"}])
    del statuses["messages"]
    assert parse(webhook(statuses)) == ()
    assert parse(webhook(value(text("hi")), field="message_echoes")) == ()
    assert parse(webhook(value(text("hi"), number="PN2"))) == ()


def test_the_business_scoped_id_names_the_customer_when_there_is_one() -> None:
    hidden = text("hi", from_user_id="US.123")
    contacts = [{"profile": {"name": "Ann"}, "user_id": "US.123"}]
    (found,) = parse(webhook(value(hidden, contacts=contacts)))
    assert (found.sender, found.conversation_id) == ("US.123", "whatsapp:PN1:US.123")
    assert found.metadata["name"] == "Ann"
    del hidden["from"]
    (without_number,) = parse(webhook(value(hidden)))
    assert without_number.sender == "US.123"


def test_all_messages_of_all_changes_in_order() -> None:
    body = webhook(value(text("1", id="a"), text("2", id="b")), value(text("3", id="c")))
    assert [found.id for found in parse(body)] == ["a", "b", "c"]


def test_one_message_that_cannot_be_read_does_not_take_the_others_with_it() -> None:
    good = text("good", id="good")
    bad: list[Any] = [
        {},
        {"type": "text"},
        text(5),
        text("x", id=""),
        text("x", id=7),
        message("image", {}),
        None,
    ]
    assert [found.id for found in parse(from_ann(*bad, good))] == ["good"]


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b'{"object":"page","entry":[]}', b"\xff", b'{"object":1}']
)
def test_what_is_no_webhook_is_refused(body: bytes) -> None:
    with pytest.raises(BadMessage):
        parse(body)


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
_kinds = st.sampled_from(["text", "interactive", "button", "image", "location", "contacts", "poll"])


@given(kind=_kinds, content=_json, identifier=_json, sender=_json, context=_json)
def test_whatever_is_in_a_message_parsing_survives_it(
    kind: str, content: Any, identifier: Any, sender: Any, context: Any
) -> None:
    strange = message(kind, content, id=identifier, context=context) | {"from": sender}
    found = parse(webhook(value(strange), {"metadata": context, "messages": content}))
    json.dumps([dict(one.metadata) for one in found], allow_nan=False)


def test_what_failed_after_it_was_taken_is_told_with_its_reason() -> None:
    failed = {"id": "wamid.out", "status": "failed", "errors": [{"code": 131047, "title": "Re-engagement"}]}
    seen = [{"id": "wamid.out", "status": status} for status in ("sent", "delivered", "read")]
    found = whatsapp_inbound.received(
        webhook(value(statuses=[*seen, failed, {"id": 7, "status": "failed", "errors": None}])),
        phone_number_id=NUMBER,
        received_at=NOW,
    )
    assert found.messages == ()
    known, unknown = found.undelivered
    assert (known.platform_id, "24 hours" in known.reason, "131047" in known.reason) == (
        "wamid.out",
        True,
        True,
    )
    assert unknown.platform_id == ""
