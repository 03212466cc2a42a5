"""What people do with conversations, and what they see of each other: notes, passing on, who is there."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.assist.ranking import FEATURES
from bot.assist.router import Router
from bot.people.person import Role
from bot.settings import RoutingSettings
from bot.web.live import Hub
from tests.served_bot import TOKEN, Bot, served

from .test_people import CONVERSATIONS, account, page_of

pytestmark = pytest.mark.integration
PROGRAM = {"Authorization": f"Bearer {TOKEN}"}
SUGGESTED = {
    "source": "template",
    "key": "utter_returns",
    "text": "Thirty days, and the label is free.",
    "features": [0.5] * len(FEATURES),
}
OTHER = {**SUGGESTED, "key": "utter_order", "text": "Which order is it about?"}


@pytest.fixture
async def bot(tmp_path: Path) -> AsyncIterator[Bot]:
    async with served(tmp_path, lambda _: {}) as bot:
        for name, role in (("Ann", Role.AGENT), ("Bob", Role.AGENT), ("Sue", Role.SUPERVISOR)):
            assert await bot.store.people.add(account(name, role))
        await bot.say("my cat is purple", "cat")
        yield bot


async def deed(bot: Bot, what: str, headers: dict[str, str], **body: Any) -> int:
    answer = await bot.client.post(f"{CONVERSATIONS}/cat/{what}", json=body, headers=headers)
    return answer.status


async def owner(bot: Bot) -> tuple[str, str]:
    (row,) = await bot.conversations()
    return row.owner, row.agent


async def events(bot: Bot, kind: str) -> list[dict[str, Any]]:
    return [data for _, data in await bot.store.load_events("cat") if data["event"] == kind]


# ── notes ────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_note_is_for_colleagues_alone(bot: Bot) -> None:
    before = (await bot.conversations())[0]
    assert await deed(bot, "note", PROGRAM, agent="Ann", text="He means the carpet.") == 200
    assert [(one["agent"], one["text"]) for one in await events(bot, "note")] == [
        ("Ann", "He means the carpet.")
    ]
    after = (await bot.conversations())[0]
    assert (after.owner, after.agent, after.preview) == (before.owner, before.agent, before.preview)
    assert "carpet" not in " ".join(await bot.say("hello?", "cat"))
    assert await deed(bot, "hand_back", PROGRAM, agent="Ann") == 200
    assert "carpet" not in " ".join(await bot.say("hello", "cat"))


async def test_a_colleague_may_note_on_what_another_has(bot: Bot) -> None:
    assert await deed(bot, "claim", PROGRAM, agent="Ann") == 200
    assert await deed(bot, "note", PROGRAM, agent="Bob", text="I know him.") == 200
    assert await owner(bot) == ("person", "Ann")


# ── who has it ───────────────────────────────────────────────────────────────────────────────────────────


async def test_of_two_who_claim_at_once_one_has_it_and_the_other_is_told(bot: Bot) -> None:
    told = await asyncio.gather(*(deed(bot, "claim", PROGRAM, agent=name) for name in ("Ann", "Bob")))
    assert sorted(told) == [200, 409]


async def test_who_has_a_conversation_passes_it_on(bot: Bot) -> None:
    assert await deed(bot, "claim", PROGRAM, agent="Ann") == 200
    assert await deed(bot, "transfer", PROGRAM, agent="Bob", to="Bob") == 409
    assert await deed(bot, "transfer", PROGRAM, agent="Ann", to="Nobody") == 400
    assert await deed(bot, "transfer", PROGRAM, agent="Ann", to="bob") == 200
    assert await owner(bot) == ("person", "Bob")
    assert await deed(bot, "transfer", PROGRAM, agent="Bob", to="") == 200, "as the page says it"
    assert await owner(bot) == ("waiting", "")
    assert await deed(bot, "transfer", PROGRAM, agent="Bob", to=7) == 400


async def test_only_a_supervisor_takes_a_conversation_from_another(bot: Bot) -> None:
    assert await deed(bot, "claim", PROGRAM, agent="Bob") == 200
    page = await page_of(bot, "Ann")
    assert await deed(bot, "claim", page) == 409
    assert await deed(bot, "claim", page, force=True) == 403
    page = await page_of(bot, "Sue")
    assert await deed(bot, "claim", page, force=True) == 200
    assert await owner(bot) == ("person", "Sue")


async def test_what_waits_says_since_when(bot: Bot) -> None:
    (first,) = await bot.conversations()
    await bot.say("are you there?", "cat")
    (second,) = await bot.conversations()
    assert second.since == first.since
    assert await deed(bot, "claim", PROGRAM, agent="Ann") == 200
    (third,) = await bot.conversations()
    assert third.since > first.since


# ── suggestions and what becomes of them ─────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("sent", "item"),
    [
        (SUGGESTED["text"], {"source": "template", "key": "utter_returns", "how": "accepted"}),
        (
            "Hi! Thirty days, and the return label is free.",
            {"source": "template", "key": "utter_returns", "how": "edited"},
        ),
        ("Purple cats are not for sale.", {"how": "rejected"}),
    ],
)
async def test_what_became_of_the_suggestions_is_an_event(bot: Bot, sent: str, item: dict[str, str]) -> None:
    offer = {"intent": "returns", "items": [SUGGESTED, OTHER]}
    assert await deed(bot, "reply", PROGRAM, agent="Ann", text=sent, suggestions=offer) == 200
    (chosen,) = await events(bot, "chosen")
    assert (chosen["what"], chosen["item"]) == ("suggestions", item)
    (shown,) = await events(bot, "shown")
    assert [one["key"] for one in shown["items"]] == ["utter_returns", "utter_order"]
    assert "text" not in shown["items"][0]
    assert await bot.say("thanks", "cat") == [sent], "only the reply reaches the customer"


async def test_suggestions_may_be_turned_down_without_a_reply(bot: Bot) -> None:
    offer = {"intent": "returns", "items": [SUGGESTED]}
    assert await deed(bot, "dismiss", PROGRAM, agent="Ann", suggestions=offer) == 200
    assert [one["item"] for one in await events(bot, "chosen")] == [{"how": "rejected"}]
    assert await owner(bot) == ("waiting", "")


@pytest.mark.parametrize(
    "given",
    [
        "no",
        {"items": []},
        {"intent": "x", "items": [{}]},
        {"intent": "x", "items": [{**SUGGESTED, "source": "oracle"}]},
        {"intent": "x", "items": [{**SUGGESTED, "features": [1.0]}]},
        {"intent": "x", "items": [{**SUGGESTED, "features": [1e9] * len(FEATURES)}]},
        {"intent": "x", "items": [{**SUGGESTED, "key": ""}]},
    ],
)
async def test_an_offer_that_was_never_made_is_refused(bot: Bot, given: Any) -> None:
    assert await deed(bot, "reply", PROGRAM, agent="Ann", text="Hello.", suggestions=given) == 400
    assert await owner(bot) == ("waiting", "")


# ── who is there ─────────────────────────────────────────────────────────────────────────────────────────


async def received(socket: aiohttp.ClientWebSocketResponse, kind: str) -> dict[str, Any]:
    while True:
        message: dict[str, Any] = await socket.receive_json(timeout=30)
        if message["type"] == kind:
            return message


async def test_colleagues_see_who_is_there_and_what_they_look_at(bot: Bot) -> None:
    async with bot.client.ws_connect("/api/console/live") as program:
        await program.send_json({"token": TOKEN})
        assert (await received(program, "presence"))["people"] == []
        page = await page_of(bot, "Ann")
        async with bot.client.ws_connect("/api/console/live") as socket:
            await socket.send_json({})
            assert (await received(program, "presence"))["people"] == [
                {"name": "Ann", "away": False, "viewing": []}
            ]
            await socket.send_json({"viewing": "cat", "away": True})
            assert (await received(program, "presence"))["people"] == [
                {"name": "Ann", "away": True, "viewing": ["cat"]}
            ]
            people = await (await bot.client.get("/api/console/people", headers=page)).json()
            assert [(one["name"], one["here"], one["away"]) for one in people] == [
                ("Ann", True, True),
                ("Bob", False, False),
                ("Sue", False, False),
            ]
        assert (await received(program, "presence"))["people"] == []


async def test_a_customers_other_conversations_are_theirs_alone(bot: Bot) -> None:
    await bot.say("hello", "dog")
    answer = await bot.client.get(f"{CONVERSATIONS}/cat/others", headers=PROGRAM)
    assert await answer.json() == [], "another sender's conversation is not this customer's"


# ── who is given what ────────────────────────────────────────────────────────────────────────────────────


class Clock:
    def __init__(self) -> None:
        self.now = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.now


async def test_what_waits_is_given_to_who_is_there_and_waits_again_when_they_leave(bot: Bot) -> None:
    clock = Clock()
    router = Router(store=bot.store, desk=bot.desk, hub=Hub(), settings=RoutingSettings(), clock=clock)
    assert await router.route() == 0, "nobody is there"
    await bot.store.presence.beat("seat", "Ann", away=True)
    assert await router.route() == 0, "Ann is away"
    await bot.store.presence.beat("seat", "Ann")
    assert await router.route() == 1
    assert await owner(bot) == ("person", "Ann")
    await bot.store.presence.beat("seat", "Ann", open=False)
    await router.route()
    assert await owner(bot) == ("person", "Ann"), "a page that is loaded again is no leaving"
    clock.now += timedelta(seconds=301)
    await router.route()
    assert await owner(bot) == ("waiting", "")


async def test_nobody_is_given_more_than_their_cap(bot: Bot) -> None:
    for number in range(4):
        await bot.say("my cat is purple", f"cat{number}")
    await bot.store.people.change("ann", most_chats=2)
    await bot.store.people.change("bob", most_chats=1)
    await bot.store.people.change("sue", most_chats=0)
    for name in ("Ann", "Bob", "Sue"):
        await bot.store.presence.beat(name, name)
    router = Router(store=bot.store, desk=bot.desk, hub=Hub(), settings=RoutingSettings())
    assert await router.route() == 3
    assert await router.route() == 0
    rows = await bot.conversations()
    assert sorted(row.agent for row in rows) == ["", "", "Ann", "Ann", "Bob"]


async def test_who_is_disabled_is_given_nothing(bot: Bot) -> None:
    await bot.store.presence.beat("seat", "Ann")
    await bot.store.people.change("ann", disabled=True)
    router = Router(store=bot.store, desk=bot.desk, hub=Hub(), settings=RoutingSettings())
    assert await router.route() == 0
    await bot.store.people.change("ann", disabled=False)
    assert await router.route() == 1


async def test_two_routers_give_a_conversation_away_once(bot: Bot) -> None:
    await bot.store.presence.beat("seat", "Ann")
    routers = [
        Router(store=bot.store, desk=bot.desk, hub=Hub(), settings=RoutingSettings()) for _ in range(2)
    ]
    assert sorted(await asyncio.gather(*(router.route() for router in routers))) == [0, 1]
