"""The conformance kit over all channels, without a network."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.accounts import ACCOUNTS
from bot.channels.base import Incoming
from bot.channels.catalogue import CHANNELS
from bot.messages import Button, Part
from tests import channel_conformance as kit
from tests.channel_cases import CASES

each = pytest.mark.parametrize("name", CASES)

_header = st.text(max_size=20) | st.binary(max_size=20).map(
    lambda raw: raw.decode("utf-8", "surrogateescape")
)
_named = st.dictionaries(st.text(max_size=8), _header, max_size=5)
_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9), lambda inner: st.lists(inner, max_size=3)
)
_strangers = st.builds(
    Incoming, headers=_named, query=_named, body=st.binary(max_size=60), received_at=st.just(kit.NOW)
)
_text = st.text(alphabet="aé😀中&< \n.", max_size=2500)
_button = st.builds(
    Button, title=st.text(alphabet="aé中", min_size=1, max_size=90), payload=st.text(max_size=300)
)
_parts = st.builds(Part, text=_text, buttons=st.lists(_button, max_size=14).map(tuple))


@each
@kit.named(kit.CHECKS)
async def test_every_channel(check: Any, name: str) -> None:
    await check(CASES[name])


@each
@settings(max_examples=25)
@given(stranger=_strangers)
async def test_no_stranger_makes_a_channel_raise(name: str, stranger: Incoming) -> None:
    await kit.never_raises_for_strangers(CASES[name], stranger)


def _replaced(body: bytes, start: int, length: int, put: bytes) -> bytes:
    return body[:start] + put + body[start + length :]


def _broken(name: str) -> st.SearchStrategy[bytes]:
    """Bodies of all kinds: noise, JSON, and the platform's own with something in it replaced."""
    good = CASES[name].said("hi", "1")
    put = st.sampled_from([b"", b"null", b"[]", b"{}", b'"x"', b"\xff", b"-1", b"1e999"])
    cut = st.builds(_replaced, st.just(good), st.integers(0, len(good) - 1), st.integers(0, 12), put)
    return st.binary(max_size=60) | _json.map(lambda value: repr(value).encode()) | cut


@each
@settings(max_examples=50)
@given(data=st.data())
async def test_no_body_makes_a_channel_raise_anything_else(name: str, data: st.DataObject) -> None:
    await kit.refuses_what_is_no_message_and_quotes_nothing_of_it(CASES[name], data.draw(_broken(name)))


@each
@settings(max_examples=25)
@given(part=_parts)
async def test_whatever_is_said_is_within_the_platforms_limits(name: str, part: Part) -> None:
    await kit.says_all_of_it_within_the_limits(CASES[name], part)


def test_every_channel_has_its_case_and_its_account() -> None:
    assert set(CHANNELS) == set(ACCOUNTS)
    # Socket.IO has no webhook; its own tests are in tests/integration.
    assert {case.name for case in CASES.values()} == set(CHANNELS) - {"socketio"}
