"""The desk in Chromium, by role: two agents and a supervisor, the keyboard, a phone, axe."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.people.person import Role
from tests.e2e.browsing import serious
from tests.integration.test_people import PASSWORD, account
from tests.served_bot import Bot, served

pytestmark = pytest.mark.e2e
WAIT_MS = 60_000


@pytest.fixture
async def bot(tmp_path: Path) -> AsyncIterator[Bot]:
    async with served(tmp_path, lambda _: {}) as bot:
        for name, role in (("Ann", Role.AGENT), ("Bob", Role.AGENT), ("Sue", Role.SUPERVISOR)):
            assert await bot.store.people.add(account(name, role))
        yield bot


async def at_the_desk(browser: Any, bot: Bot, name: str, **options: Any) -> Any:
    """The page of somebody who has signed in."""
    page = await (await browser.new_context(**{"locale": "en-GB", **options})).new_page()
    page.set_default_timeout(WAIT_MS)
    await page.goto(str(bot.client.make_url("/console")))
    await page.get_by_label("Your name").fill(name)
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Sign in", exact=True).click()
    await page.get_by_role("navigation", name="Lists").wait_for()
    return page


async def test_two_agents_and_a_supervisor_at_one_conversation(bot: Bot, browser: Any) -> None:
    await bot.say("<img src=x onerror=alert(1)> my cat is purple", "cat")
    ann = await at_the_desk(browser, bot, "Ann")
    await ann.locator(".row").first.wait_for()
    await ann.keyboard.press("j")
    await ann.get_by_role("log").get_by_text("my cat is purple").wait_for()
    assert await ann.locator("img[src=x]").count() == 0
    await ann.keyboard.press("r")
    await ann.get_by_label("Reply to the customer").fill("Purple? Tell me more.")
    await ann.keyboard.press("Enter")
    await ann.get_by_role("log").get_by_text("Purple? Tell me more.").wait_for()

    bob = await at_the_desk(browser, bot, "Bob", color_scheme="dark")
    await bob.get_by_role("button", name="Colleagues").click()
    await bob.locator(".row").first.click()
    await bob.get_by_text("Ann has this conversation.").wait_for()
    assert await bob.get_by_label("Reply to the customer").count() == 0
    assert await bob.get_by_role("button", name="Take over").count() == 0
    await ann.get_by_text("Bob looks at this too").wait_for()
    await bob.get_by_role("button", name="Write a note").click()
    await bob.get_by_label("Note for colleagues").fill("He means the carpet.")
    await bob.keyboard.press("Enter")
    await ann.get_by_role("log").get_by_text("He means the carpet.").wait_for()
    assert await serious(bob) == []

    sue = await at_the_desk(browser, bot, "Sue")
    await sue.get_by_role("button", name="Colleagues").click()
    await sue.locator(".row").first.click()
    await sue.get_by_role("button", name="Take over").click()
    await ann.get_by_text("Sue has this conversation.").wait_for()
    assert [line for line in await bot.lines("cat") if line[0] == "agent"] == [
        ("agent", "Purple? Tell me more.")
    ]


async def test_a_conversation_is_passed_on_and_closed_from_the_keyboard(bot: Bot, browser: Any) -> None:
    await bot.say("my cat is purple", "cat")
    ann = await at_the_desk(browser, bot, "Ann")
    await ann.locator(".row").first.wait_for()
    await ann.keyboard.press("j")
    await ann.get_by_role("log").get_by_text("my cat is purple").wait_for()
    await ann.keyboard.press("c")
    await ann.get_by_text("With: Ann").wait_for()
    assert await serious(ann) == []
    await ann.get_by_text("Pass on", exact=True).click()
    await ann.locator(".menu button", has_text="Bob").click()
    await ann.get_by_text("Bob has this conversation.").wait_for()
    bob = await at_the_desk(browser, bot, "Bob")
    await bob.locator(".row").first.click()
    await bob.get_by_text("With: Bob").wait_for()
    await bob.get_by_text("Pass on", exact=True).click()
    await bob.get_by_role("button", name="Back to the queue").click()
    await bob.get_by_role("button", name="Claim").click()
    await bob.get_by_text("With: Bob").wait_for()
    await bob.keyboard.press("?")
    await bob.get_by_role("dialog").wait_for()
    await bob.keyboard.press("Escape")
    await bob.keyboard.press("e")
    await bob.get_by_role("log").get_by_text("Closed", exact=True).wait_for()
    (row,) = await bot.conversations()
    assert row.owner == "closed"


async def test_the_desk_on_a_phone_in_chinese(bot: Bot, browser: Any) -> None:
    await bot.say("my cat is purple", "cat")
    page = await (
        await browser.new_context(locale="zh-CN", viewport={"width": 390, "height": 780}, has_touch=True)
    ).new_page()
    page.set_default_timeout(WAIT_MS)
    await page.goto(str(bot.client.make_url("/console")))
    await page.get_by_label("您的称呼").fill("Ann")
    await page.get_by_label("密码").fill(PASSWORD)
    await page.get_by_role("button", name="登录", exact=True).click()
    await page.locator(".row").first.click()
    await page.get_by_label("回复客户").fill("您好，请说。")
    await page.get_by_role("button", name="发送").click()
    await page.get_by_role("log").get_by_text("您好，请说。").wait_for()
    assert await serious(page) == []
    wide = await page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 390
    await page.get_by_role("button", name="返回列表").click()
    await page.locator(".row").first.wait_for()


async def test_who_is_signed_out_elsewhere_signs_in_again(bot: Bot, browser: Any) -> None:
    await bot.say("my cat is purple", "cat")
    ann = await at_the_desk(browser, bot, "Ann")
    await ann.locator(".row").first.wait_for()
    await bot.store.people.remove("ann")
    await ann.locator(".row").first.click()
    await ann.get_by_text("You are signed out. Sign in again.").wait_for()


async def test_a_long_list_is_walked_through_and_filtered(bot: Bot, browser: Any) -> None:
    for number in range(70):
        await bot.say(f"my cat is purple {number:02}", f"cat {number:02}")
    ann = await at_the_desk(browser, bot, "Ann")
    await ann.locator(".row").first.wait_for()
    assert await ann.locator(".row").count() < 60, "what is out of sight is not in the page"
    for _ in range(45):
        await ann.keyboard.press("j")
    await ann.get_by_role("heading", name="cat 44").wait_for()  # a key that is held down skips nobody
    await ann.locator('.row[aria-current="true"]', has_text="purple 44").wait_for()
    assert await serious(ann) == []
    await ann.keyboard.press("f")
    await ann.keyboard.type("PURPLE 57")
    await ann.locator(".row", has_text="purple 57").click()
    assert await ann.locator(".row").count() == 1
    await ann.get_by_role("heading", name="cat 57").wait_for()
    await ann.get_by_label("Filter this list").fill("no such words")
    await ann.get_by_text("No conversation here has these words.").wait_for()
    await ann.get_by_label("Filter this list").press("Escape")
    await ann.locator(".row", has_text="purple 5").first.wait_for()


async def test_customer_and_agent_see_each_other_write(bot: Bot, browser: Any) -> None:
    customer = await (await browser.new_context(locale="en-GB")).new_page()
    customer.set_default_timeout(WAIT_MS)
    await customer.goto(str(bot.client.make_url("/")))
    box = customer.get_by_label("Your message")
    await box.fill("my cat is purple")
    await box.press("Enter")
    await customer.get_by_text("A person will take over from here.").wait_for()
    ann = await at_the_desk(browser, bot, "Ann")
    await ann.locator(".row").first.click()
    await ann.get_by_label("Reply to the customer").wait_for()
    async with asyncio.timeout(WAIT_MS / 1000):
        while not await ann.get_by_text("The customer is writing…").count():
            await box.press_sequentially("or blue ")  # said again and again while somebody writes
            await customer.wait_for_timeout(300)
    await ann.keyboard.press("c")
    await customer.get_by_text("You are now talking to Ann.").wait_for()
    async with asyncio.timeout(WAIT_MS / 1000):
        while not await customer.get_by_text("Ann is writing").count():
            await ann.get_by_label("Reply to the customer").press_sequentially("Blue? ")
            await ann.wait_for_timeout(300)
    await ann.get_by_label("Reply to the customer").press("Enter")
    await customer.locator(".line.agent").wait_for()
    await customer.get_by_text("Ann is writing").wait_for(state="detached")


async def test_pictures_and_links_of_the_assistant_are_in_the_transcript(bot: Bot, browser: Any) -> None:
    await bot.say("my order", "lamp")
    await bot.say("I send it back", "lamp")
    await bot.say("my cat is purple", "lamp")
    ann = await at_the_desk(browser, bot, "Ann")
    await ann.locator(".row").first.click()
    log = ann.get_by_role("log")
    await log.get_by_text("The lamp").wait_for()  # a choice that the customer had
    picture = log.get_by_role("link", name="Picture")
    await picture.wait_for()
    assert await picture.get_attribute("href") == "https://shop.example/returns.png"
    assert await picture.get_attribute("rel") == "noopener noreferrer"
