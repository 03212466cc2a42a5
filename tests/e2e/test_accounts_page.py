"""The accounts page in Chromium: an admin adds somebody, who signs in; others do not see the page."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.people.person import Role
from tests.e2e.browsing import serious
from tests.e2e.test_desk import at_the_desk
from tests.integration.test_people import account, sign_in
from tests.served_bot import Bot, served

pytestmark = pytest.mark.e2e


@pytest.fixture
async def bot(tmp_path: Path) -> AsyncIterator[Bot]:
    async with served(tmp_path, lambda _: {}) as bot:
        for name, role in (("Ann", Role.AGENT), ("Ada", Role.ADMIN)):
            assert await bot.store.people.add(account(name, role))
        yield bot


async def accounts_page(browser: Any, bot: Bot, name: str, **options: Any) -> Any:
    page = await at_the_desk(browser, bot, name, **options)
    await page.get_by_role("navigation", name="Pages").get_by_role("link", name="Accounts").click()
    await page.get_by_role("heading", name="Accounts").wait_for()
    return page


async def test_an_admin_adds_changes_and_disables_somebody_from_the_keyboard(bot: Bot, browser: Any) -> None:
    page = await accounts_page(browser, bot, "Ada")
    await page.get_by_role("row", name="Ann").wait_for()
    await page.get_by_role("button", name="Add an account").press("Enter")
    await page.get_by_role("dialog").get_by_label("Name", exact=True).fill("小林")
    await page.get_by_role("button", name="Make one up").press("Enter")
    password = await page.get_by_role("textbox", name="Password").input_value()
    assert len(password) > 20
    await page.get_by_label("Languages").fill("zh")  # a language that is known is taken at once
    await page.get_by_label("Topics").fill("returns")
    await page.get_by_label("Topics").press("Enter")
    await page.get_by_label("Chats at once").fill("3")
    assert await serious(page) == []
    await page.get_by_label("Chats at once").press("Enter")
    await page.get_by_role("status").filter(has_text="小林 may sign in.").wait_for()
    await page.get_by_role("row", name="小林").get_by_text("Chinese").wait_for()
    made = await bot.store.people.account("小林")
    assert made is not None
    assert (made.languages, made.skills, made.most_chats) == (("zh",), ("returns",), 3)
    assert (await sign_in(bot, "小林", password)).status == 200

    await page.get_by_role("button", name="Disable 小林").press("Enter")
    await page.get_by_role("dialog").get_by_role("button", name="Disable", exact=True).press("Enter")
    await page.get_by_role("status").filter(has_text="is disabled").wait_for()
    assert (await sign_in(bot, "小林", password)).status == 401
    await page.get_by_role("button", name="Enable 小林").press("Enter")
    await page.get_by_role("status").filter(has_text="may sign in again").wait_for()

    await page.get_by_role("button", name="New password for Ann").press("Enter")
    await page.get_by_role("textbox", name="New password").fill("Ann Ann Ann Ann")
    await page.keyboard.press("Enter")
    await page.get_by_role("status").filter(has_text="Ann has a new password").wait_for()
    await page.get_by_role("button", name="Edit Ada").press("Enter")
    await page.get_by_label("Role").select_option("agent")
    await page.get_by_role("button", name="Save").press("Enter")
    await page.get_by_role("alert").filter(has_text="the last admin").wait_for()
    await page.keyboard.press("Escape")
    assert await serious(page) == []


async def test_the_page_on_a_dark_phone(bot: Bot, browser: Any) -> None:
    size = {"width": 390, "height": 780}
    page = await accounts_page(browser, bot, "Ada", viewport=size, color_scheme="dark", has_touch=True)
    await page.get_by_role("button", name="Disable Ann").wait_for()
    assert await serious(page) == []
    assert await page.evaluate("document.documentElement.scrollWidth") <= 390


async def test_an_agent_has_no_such_page(bot: Bot, browser: Any) -> None:
    page = await at_the_desk(browser, bot, "Ann")
    assert await page.get_by_role("link", name="Accounts").count() == 0
    await page.goto(f"{bot.client.make_url('/console')}#/accounts")
    await page.get_by_role("navigation", name="Lists").wait_for()
    assert await page.get_by_role("heading", name="Accounts").count() == 0
