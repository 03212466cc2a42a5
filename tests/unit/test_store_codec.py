"""Messages as JSON."""

from __future__ import annotations

import json
from datetime import UTC

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.messages import Attachment, Message
from bot.store.codec import message_from_dict, message_to_dict

words = st.text(max_size=30)
plain = st.recursive(
    st.none() | st.booleans() | st.integers() | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=8,
)
attachments = st.builds(
    Attachment, kind=st.sampled_from(["image", "file"]), reference=words, mime_type=words, caption=words
)
messages = st.builds(
    Message,
    id=words,
    account=words,
    conversation_id=words,
    channel=words,
    sender=words,
    text=words,
    received_at=st.datetimes(timezones=st.sampled_from([UTC, UTC])),
    attachments=st.lists(attachments, max_size=3).map(tuple),
    metadata=st.dictionaries(words, plain, max_size=3),
)


@given(messages)
def test_a_message_survives_json(message: Message) -> None:
    assert message_from_dict(json.loads(json.dumps(message_to_dict(message)))) == message


@given(messages)
def test_unknown_fields_are_errors(message: Message) -> None:
    with pytest.raises(TypeError):
        message_from_dict({**message_to_dict(message), "colour": "red"})
