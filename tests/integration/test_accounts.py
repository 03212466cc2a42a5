"""Admins look after the accounts on the console's page: what they do holds at once, and nobody else may."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.people.person import Role
from tests.integration.test_people import BEARER, CONVERSATIONS, PASSWORD, account, page_of, sign_in
from tests.served_bot import Bot, served

pytestmark = pytest.mark.integration
ACCOUNTS = "/api/console/accounts"
LIN = {
    "name": "小林",
    "password": "a long password",
    "languages": ["zh"],
    "skills": ["returns"],
    "most_chats": 3,
}


@pytest.fixture
async def bot(tmp_path: Path) -> AsyncIterator[Bot]:
    async with served(tmp_path, lambda _: {}) as bot:
        for name, role in (("Ann", Role.AGENT), ("Sue", Role.SUPERVISOR), ("Ada", Role.ADMIN)):
            assert await bot.store.people.add(account(name, role))
        yield bot


async def listed(bot: Bot) -> dict[str, dict[str, Any]]:
    """All accounts by name, as a program sees them."""
    answer = await bot.client.get(ACCOUNTS, headers=BEARER)
    assert answer.status == 200
    return {one["name"]: one for one in await answer.json()}


async def patch(bot: Bot, name: str, headers: dict[str, str], **change: Any) -> int:
    path = f"{ACCOUNTS}/{(await listed(bot))[name]['id']}"
    return (await bot.client.patch(path, json=change, headers=headers)).status


async def test_an_account_is_made_and_signs_in(bot: Bot) -> None:
    page = await page_of(bot, "Ada")
    made = await bot.client.post(ACCOUNTS, json=LIN, headers=page)
    assert made.status == 201
    one = (await listed(bot))["小林"]
    assert (one["role"], one["languages"], one["skills"], one["most_chats"]) == (
        "agent",
        ["zh"],
        ["returns"],
        3,
    )
    assert "password" not in one
    assert (await sign_in(bot, "小林", "a long password")).status == 200


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({**LIN, "name": "ANN"}, "There is a ANN already"),
        ({**LIN, "password": "short"}, "10 to 200"),
        ({**LIN, "password": "小林"}, "10 to 200"),
        ({**LIN, "name": " "}, "'name'"),
        ({**LIN, "role": "owner"}, "'role'"),
        ({**LIN, "languages": ["Chinese"]}, "no language"),
        ({**LIN, "languages": "zh"}, "'languages'"),
        ({**LIN, "skills": ["x" * 81]}, "skills"),
        ({**LIN, "most_chats": 101}, "0 to 100"),
        ({**LIN, "most_chats": True}, "'most_chats'"),
        ({"name": "Lin"}, "'password'"),
    ],
)
async def test_what_is_wrong_is_told_and_nothing_is_made(bot: Bot, given: dict[str, Any], words: str) -> None:
    before = await listed(bot)
    answer = await bot.client.post(ACCOUNTS, json=given, headers=BEARER)
    assert answer.status == 400
    assert words in (await answer.json())["error"]["message"]
    assert await listed(bot) == before


@pytest.mark.parametrize("name", ["Ann", "Sue"])
async def test_only_admins_see_or_change_accounts(bot: Bot, name: str) -> None:
    before, page = await listed(bot), await page_of(bot, name)
    ada = f"{ACCOUNTS}/{before['Ada']['id']}"
    assert (await bot.client.get(ACCOUNTS, headers=page)).status == 403
    assert (await bot.client.post(ACCOUNTS, json={**LIN, "role": "admin"}, headers=page)).status == 403
    assert (await bot.client.patch(ada, json={"disabled": True}, headers=page)).status == 403
    body = {"password": "another password"}
    assert (await bot.client.post(f"{ada}/password", json=body, headers=page)).status == 403
    assert await listed(bot) == before
    assert (await sign_in(bot, "Ada")).status == 200


async def test_a_cookie_alone_or_a_page_elsewhere_changes_no_account(bot: Bot) -> None:
    page = await page_of(bot, "Ada")
    for headers in ({}, {"X-CSRF-Token": "0" * 48}, {**page, "Origin": "https://evil.example"}):
        assert (await bot.client.post(ACCOUNTS, json=LIN, headers=headers)).status == 403
        assert await patch(bot, "Ann", headers, role="admin") == 403
    assert "小林" not in await listed(bot)


async def test_who_is_disabled_is_signed_out_and_stays_outside(bot: Bot) -> None:
    await page_of(bot, "Sue")
    assert (await bot.client.get(CONVERSATIONS)).status == 200
    assert await patch(bot, "Sue", BEARER, disabled=True) == 200
    assert (await bot.client.get(CONVERSATIONS)).status == 401
    assert (await sign_in(bot, "Sue")).status == 401
    assert (await listed(bot))["Sue"]["disabled"]
    assert await patch(bot, "Sue", BEARER, disabled=False) == 200
    assert (await sign_in(bot, "Sue")).status == 200


async def test_nothing_is_passed_on_to_who_is_disabled(bot: Bot) -> None:
    await bot.say("my cat is purple", "cat")
    assert await patch(bot, "Sue", BEARER, disabled=True) == 200
    page = await page_of(bot, "Ann")
    assert [one["name"] for one in await (await bot.client.get("/api/console/people")).json()] == [
        "Ada",
        "Ann",
    ]
    answer = await bot.client.post(f"{CONVERSATIONS}/cat/transfer", json={"to": "Sue"}, headers=page)
    assert answer.status == 400


async def test_the_last_admin_stays(bot: Bot) -> None:
    for change in ({"disabled": True}, {"role": "agent"}):
        assert await patch(bot, "Ada", BEARER, **change) == 400
    assert await patch(bot, "Sue", BEARER, role="admin") == 200
    assert await patch(bot, "Ada", BEARER, disabled=True) == 200
    assert await patch(bot, "Sue", BEARER, disabled=True) == 400


async def test_what_is_not_named_stays(bot: Bot) -> None:
    assert await patch(bot, "Ann", BEARER, languages=["en", "zh"], most_chats=2) == 200
    assert await patch(bot, "Ann", BEARER, skills=["order"]) == 200
    assert await patch(bot, "Ann", BEARER) == 400
    one = (await listed(bot))["Ann"]
    assert (one["languages"], one["skills"], one["most_chats"]) == (["en", "zh"], ["order"], 2)
    assert await patch(bot, "Ann", BEARER, languages=[]) == 200
    assert (await listed(bot))["Ann"]["languages"] == []


async def test_a_new_password_signs_out_who_had_the_old_one(bot: Bot) -> None:
    await page_of(bot, "Ann")
    path = f"{ACCOUNTS}/{(await listed(bot))['Ann']['id']}/password"
    weak = await bot.client.post(path, json={"password": "short"}, headers=BEARER)
    assert weak.status == 400
    assert (await bot.client.post(path, json={"password": "a new password"}, headers=BEARER)).status == 200
    assert (await bot.client.get(CONVERSATIONS)).status == 401
    assert (await sign_in(bot, "Ann", PASSWORD)).status == 401
    assert (await sign_in(bot, "Ann", "a new password")).status == 200


async def test_an_account_that_is_not_there_is_not_found(bot: Bot) -> None:
    body = {"password": "a new password"}
    assert (await bot.client.patch(f"{ACCOUNTS}/999", json={"role": "agent"}, headers=BEARER)).status == 404
    assert (await bot.client.post(f"{ACCOUNTS}/999/password", json=body, headers=BEARER)).status == 404
