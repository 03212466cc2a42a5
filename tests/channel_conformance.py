"""What every channel must do, whatever its platform: a new one is added to `tests.channel_cases` and passes this."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest

from bot.channels.base import BadMessage, Channel, Incoming, Outgoing
from bot.messages import Message, Part
from tests.channel_cases import NEW, OLD, OTHER, Case
from tests.fake_platform import FakePlatform, fake_platform

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
WORDS = "Wo ist mein Paket? 包裹 📦 <b>&"
NOBODY = "http://127.0.0.1:9"


@asynccontextmanager
async def opened(case: Case, url: str = NOBODY) -> AsyncIterator[Channel]:
    async with aiohttp.ClientSession() as session:
        yield case.open(session, url)


@asynccontextmanager
async def connected(case: Case) -> AsyncIterator[tuple[Channel, FakePlatform]]:
    async with fake_platform(case.answer) as platform, opened(case, platform.url) as channel:
        yield channel, platform


def received(channel: Channel, case: Case, body: bytes) -> tuple[Message, ...]:
    call = case.wrap(body, NEW, NOW)
    assert channel.verify(call)
    return channel.parse(call).messages


# ── who is calling ───────────────────────────────────────────────────────────────────────────────────────


async def answers_the_handshake_of_who_knows_the_secret(case: Case) -> None:
    async with opened(case) as channel:
        assert channel.handshake({}) is None
        if case.handshake is not None:
            good, answer, bad = case.handshake
            assert channel.handshake(good) == answer
            assert channel.handshake(bad) is None
            for name in good:
                assert channel.handshake({**good, name: ""}) in (None, "")


async def believes_both_secrets_while_one_replaces_the_other(case: Case) -> None:
    async with opened(case) as channel:
        for number, secret in enumerate((NEW, OLD)):
            assert channel.verify(case.wrap(case.said("hi", str(number)), secret, NOW))
        assert not channel.verify(case.wrap(case.said("hi", "2"), OTHER, NOW))


async def believes_no_call_with_anything_missing_or_changed(case: Case) -> None:
    async with opened(case) as channel:
        good = case.wrap(case.said("hi", "1"), NEW, NOW)
        for name in good.headers:
            left = {key: value for key, value in good.headers.items() if key != name}
            assert not channel.verify(replace(good, headers=left))
            for value in ("", "x", "ä", "\udcff", good.headers[name] + "0"):
                assert not channel.verify(replace(good, headers={**good.headers, name: value})), name
        for name in good.query.keys() - {"encrypt_type"}:
            left = {key: value for key, value in good.query.items() if key != name}
            assert not channel.verify(replace(good, query=left))
            assert not channel.verify(replace(good, query={**good.query, name: good.query[name] + "0"}))
        assert channel.verify(good)


async def believes_no_other_body(case: Case) -> None:
    if case.covers_body:
        async with opened(case) as channel:
            good, other = (case.wrap(case.said(words, "1"), NEW, NOW) for words in ("hi", "ha"))
            assert not channel.verify(replace(good, body=other.body))


async def believes_no_old_call_and_none_of_the_future(case: Case) -> None:
    if case.dated:
        async with opened(case) as channel:
            good = case.wrap(case.said("hi", "1"), NEW, NOW)
            for minutes in (-6, 6):
                later = NOW + timedelta(minutes=minutes)
                assert not channel.verify(replace(good, received_at=later))
            assert channel.verify(replace(good, received_at=NOW + timedelta(minutes=4)))


async def never_raises_for_strangers(case: Case, stranger: Incoming) -> None:
    async with opened(case) as channel:
        good = case.wrap(case.said("hi", "1"), NEW, NOW)
        names = dict(zip(good.headers, stranger.headers.values(), strict=False))
        asked = dict(zip(good.query, stranger.query.values(), strict=False))
        for headers in (stranger.headers, names, good.headers):
            for query in (stranger.query, asked, good.query):
                channel.verify(replace(stranger, headers=headers, query=query))
        channel.handshake(stranger.query)
        channel.handshake(asked)


# ── what is said ─────────────────────────────────────────────────────────────────────────────────────────


async def reads_a_text(case: Case) -> None:
    async with opened(case) as channel:
        (message,) = received(channel, case, case.said(WORDS, "1"))
        assert message.text == WORDS
        assert (message.channel, message.account) == (channel.name, channel.account)
        assert message.conversation_id.startswith(f"{channel.name}:")
        assert message.received_at == NOW
        assert message.sender


async def knows_a_repetition_by_its_id(case: Case) -> None:
    async with opened(case) as channel:
        (first,), (again,) = (received(channel, case, case.said("hi", "1")) for _ in range(2))
        (next_one,) = received(channel, case, case.said("hi", "2"))
        assert first.id == again.id != next_one.id
        assert first.conversation_id == next_one.conversation_id


async def hears_only_customers(case: Case) -> None:
    async with opened(case) as channel:
        for body in case.ignored:
            assert received(channel, case, body) == (), body


async def refuses_what_is_no_message_and_quotes_nothing_of_it(case: Case, body: bytes) -> None:
    async with opened(case) as channel:
        refusal = ""
        try:
            channel.parse(case.wrap(body, NEW, NOW))
        except BadMessage as error:
            refusal = str(error)
        assert len(refusal) < 120
        assert len(body) < 8 or body.decode("latin-1") not in refusal


# ── what is answered ─────────────────────────────────────────────────────────────────────────────────────


async def says_all_of_it_within_the_limits(case: Case, part: Part) -> None:
    async with opened(case) as channel:
        payloads = channel.render([part])
        shown = json.dumps(payloads, ensure_ascii=False)
        assert json.loads(shown) == [dict(payload) for payload in payloads]
        for payload in payloads:
            length, longest = case.size(payload)
            assert not longest or 0 < length <= longest or "photo" in payload or "attachment" in payload, (
                payload
            )
        for button in part.buttons:
            assert json.dumps(button.title, ensure_ascii=False)[1:6].rstrip('"') in shown.replace(
                "&amp;", "&"
            )


async def says_nothing_for_nothing(case: Case) -> None:
    async with opened(case) as channel:
        assert channel.render([]) == ()
        assert channel.render([Part()]) == ()


async def delivers_once(case: Case) -> None:
    async with connected(case) as (channel, platform):
        (message,) = received(channel, case, case.said("hi", "1"))
        payloads = channel.render([Part(text="One."), Part(text="Two.")])
        for payload in payloads:
            result = await channel.send(Outgoing(recipient=message.sender, payload=payload))
            assert result.failure is None, result
        sent = [
            json.dumps(one.json) for one in platform.taken if b"." in one.body and b"secret" not in one.body
        ]
        assert ["One." in sent[0], "Two." in sent[1], len(sent)] == [True, True, 2]


async def tells_apart_what_went_wrong(case: Case) -> None:
    async with connected(case) as (channel, platform):
        (message,) = received(channel, case, case.said("hi", "1"))
        outgoing = Outgoing(recipient=message.sender, payload=channel.render([Part(text="One.")])[0])
        await channel.send(outgoing)  # whatever has to be fetched first is there now
        platform.refuses(429, {}, Retry_After="7")
        limited = await channel.send(outgoing)
        assert (limited.failure, limited.retry_after) == ("rate_limited", timedelta(seconds=7))
        for status, failure in (
            (500, "temporary"),
            (503, "temporary"),
            (400, "permanent"),
            (403, "permanent"),
        ):
            platform.refuses(status, {"error": {"message": WORDS}, "description": WORDS})
            result = await channel.send(outgoing)
            assert result.failure == failure, (status, result)
            assert result.reason
            assert WORDS not in result.reason
        for after_taking in (True, False):
            platform.hangs_up(after_taking=after_taking)
            assert (await channel.send(outgoing)).failure == "unknown"
        assert (await channel.send(outgoing)).failure is None
    async with opened(case) as channel:
        assert (await channel.send(outgoing)).failure == "temporary"


async def keeps_its_secrets_to_itself(case: Case) -> None:
    async with opened(case) as channel:
        assert not any(secret in repr(channel) for secret in (NEW, OLD))


async def sends_no_secret_elsewhere(case: Case) -> None:
    async with connected(case) as (channel, platform):
        (message,) = received(channel, case, case.said("hi", "1"))
        outgoing = Outgoing(recipient=message.sender, payload=channel.render([Part(text="One.")])[0])
        await channel.send(outgoing)
        before = len(platform.taken)
        platform.refuses(302, None, Location=f"{platform.url}/elsewhere")
        assert (await channel.send(outgoing)).failure in ("permanent", "temporary")
        assert len(platform.taken) == before


CHECKS: tuple[Any, ...] = (
    answers_the_handshake_of_who_knows_the_secret,
    believes_both_secrets_while_one_replaces_the_other,
    believes_no_call_with_anything_missing_or_changed,
    believes_no_other_body,
    believes_no_old_call_and_none_of_the_future,
    reads_a_text,
    knows_a_repetition_by_its_id,
    hears_only_customers,
    says_nothing_for_nothing,
    keeps_its_secrets_to_itself,
)
LOOPBACK_CHECKS: tuple[Any, ...] = (delivers_once, tells_apart_what_went_wrong, sends_no_secret_elsewhere)


def named(checks: tuple[Any, ...]) -> Any:
    return pytest.mark.parametrize("check", checks, ids=lambda check: check.__name__)
