"""The review and the archive in Chromium, by role, from the keyboard, on a phone, in two languages."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from bot.event_stream import EventStream
from bot.people.passwords import hashed
from bot.people.person import Role, name_key
from bot.review.gather import ReviewSink
from bot.store.people import Account
from bot.web.keys import SERVICES
from tests.reviewed_project import NearAid, asked, converse, made_project, mined
from tests.served_bot import Bot, served

pytestmark = pytest.mark.e2e
PASSWORD = "correct horse battery"
WAIT_MS = 120_000
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
]  # fmt: skip


@cache
def stored() -> str:
    return hashed(PASSWORD)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return made_project(tmp_path / "shop").folder


@pytest.fixture
async def bot(folder: Path) -> AsyncIterator[Bot]:
    """A server whose queue has two mined groups and live messages."""
    async with served(folder, lambda _: {}) as bot:
        for name, role in (("Ann", Role.AGENT), ("Sue", Role.SUPERVISOR), ("Ada", Role.ADMIN)):
            account = Account(
                name=name, key=name_key(name), role=role.word, password=stored(), languages=(), skills=(),
                most_chats=5, created_at=datetime.now(UTC),
            )  # fmt: skip
            assert await bot.store.people.add(account)
        review = bot.client.app[SERVICES].review  # type: ignore[union-attr]
        assert review is not None
        mined(review.project)
        await review.sync_drafts()
        await converse(
            bot.store, "web:1", asked("<b>can I rent a sofa</b> I am Olivia Bennett"), sender="olivia"
        )
        await converse(bot.store, "web:2", asked("hello", kind="answer", p=0.98), sender="ben")
        sink = ReviewSink(store=bot.store, aid=NearAid(), added=lambda: None)
        await EventStream(bot.store.cursors, sink, alone=True).give()
        yield bot


@pytest.fixture
async def browser() -> AsyncIterator[Any]:
    async_api = pytest.importorskip("playwright.async_api")
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("Chromium is not installed: apt-get install chromium")
    async with async_api.async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield browser
        await browser.close()


async def signed_in(browser: Any, bot: Bot, name: str, where: str, **options: Any) -> Any:
    """A page of somebody who has signed in, at `#/where`."""
    context = await browser.new_context(**{"locale": "en-GB", **options})
    page = await context.new_page()
    page.set_default_timeout(WAIT_MS)
    address = str(bot.client.make_url("/console"))
    await page.goto(address)
    await page.locator("input[name=name]").fill(name)
    await page.locator("input[name=password]").fill(PASSWORD)
    await page.locator("form .primary").click()
    await page.locator("header.top").wait_for()
    await page.goto(f"{address}#/{where}")
    return page


async def serious(page: Any) -> list[str]:
    """What axe finds that keeps somebody out."""
    from axe_playwright_python.async_playwright import Axe

    found = (await Axe().run(page)).response["violations"]
    return [
        f"{one['id']}: {one['nodes'][0]['html'][:200]}"
        for one in found
        if one["impact"] in ("serious", "critical")
    ]


async def test_a_group_becomes_an_intent_from_the_keyboard_and_comes_back(
    bot: Bot, browser: Any, folder: Path
) -> None:
    page = await signed_in(browser, bot, "Sue", "review")
    await page.get_by_role("button", name="gift_wrap").click()
    await page.get_by_text("3 of 3 selected").wait_for()
    await page.keyboard.press("j")
    await page.keyboard.press("x")
    await page.get_by_text("2 of 3 selected").wait_for()
    await page.keyboard.press("n")
    dialog = page.get_by_role("dialog")
    assert await dialog.get_by_label("Name").input_value() == "gift_wrap"
    await dialog.get_by_role("button", name="Use it").click()
    await dialog.get_by_role("button", name="Make it").click()
    await page.get_by_text("2 → gift_wrap").wait_for()
    text = (folder / "nlu.yml").read_text()
    assert "do you gift wrap" in text
    assert "gift wrapping?" not in text, "it was not selected"
    assert "We wrap for 3.50 euros." in (folder / "domain.yml").read_text()
    await page.get_by_text("1 of 1 selected").wait_for()
    await page.keyboard.press("u")
    await page.get_by_text("Undone").wait_for()
    assert "gift_wrap" not in (folder / "nlu.yml").read_text()
    await page.get_by_text("3 of 3 selected").wait_for()
    await page.get_by_role("link", name="History").click()
    await page.get_by_text("undone by Sue").wait_for()


async def test_two_reviewers_see_each_other_and_do_not_collide(bot: Bot, browser: Any) -> None:
    sue = await signed_in(browser, bot, "Sue", "review")
    await sue.get_by_role("button", name="broken_cup").click()
    await sue.get_by_text("2 of 2 selected").wait_for()
    ada = await signed_in(browser, bot, "Ada", "review")
    await ada.get_by_text("Sue at work").wait_for()
    await ada.get_by_role("button", name="broken_cup").click()
    await ada.get_by_text("Sue is deciding about this one").first.wait_for()
    await ada.get_by_text("0 of 2 selected").wait_for()
    await sue.keyboard.press("d")
    await sue.get_by_text("2 dismissed").wait_for()
    await ada.locator(".list .row", has_text="broken_cup").wait_for(state="detached")


async def test_an_agent_reads_and_decides_nothing(bot: Bot, browser: Any) -> None:
    page = await signed_in(browser, bot, "Ann", "review")
    await page.get_by_role("button", name="gift_wrap").click()
    await page.get_by_text("Supervisors decide").wait_for()
    assert await page.get_by_role("checkbox").count() == 0
    await page.keyboard.press("d")
    await page.goto(str(bot.client.make_url("/console")) + "#/archive/web%3A1")
    await page.locator(".bubble").wait_for()
    assert await page.get_by_role("button", name="Correct the label").count() == 0
    assert await page.get_by_role("button", name="Delete this customer").count() == 0
    assert len(await bot.store.reviews.open_items()) == 6


async def test_a_conversation_is_found_corrected_and_deleted(bot: Bot, browser: Any) -> None:
    page = await signed_in(browser, bot, "Ada", "archive")
    await page.get_by_label("Words that were said").fill("sofa")
    await page.locator(".row mark", has_text="sofa").wait_for()
    await page.locator(".row").click()
    await page.locator("summary", has_text="handed over").last.click()
    await page.get_by_text("hand_over costs 3.00").wait_for()
    await page.get_by_role("button", name="Correct the label").click()
    await page.get_by_role("dialog").get_by_label("Intent").fill("rent_furniture")
    await page.get_by_role("dialog").get_by_role("button", name="Save").click()
    await page.get_by_text("to be reviewed as rent_furniture (Ada)").wait_for()
    await page.get_by_role("button", name="Delete this customer").click()
    confirm = page.get_by_role("dialog")
    assert await confirm.get_by_role("button", name="Delete", exact=True).is_disabled()
    await confirm.get_by_label("Type delete to confirm").fill("delete")
    await confirm.get_by_role("button", name="Delete", exact=True).click()
    await page.get_by_text("Removed: 1 live conversation").wait_for()
    assert await bot.store.conversation("web:1") is None
    assert {item.source for item in await bot.store.reviews.open_items()} == {"mined"}


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"locale": "zh-CN", "color_scheme": "dark"},
        {"viewport": {"width": 390, "height": 844}, "is_mobile": True},
    ],
)
async def test_everybody_can_use_the_pages(bot: Bot, browser: Any, options: dict[str, Any]) -> None:
    page = await signed_in(browser, bot, "Ada", "review", **options)
    await page.locator(".row", has_text="gift_wrap").click()
    await page.locator(".item").first.wait_for()
    assert await serious(page) == []
    await page.keyboard.press("n")
    await page.locator("dialog").wait_for()
    assert await serious(page) == []
    await page.keyboard.press("Escape")
    for where, part in (
        ("review/articles/returns", "textarea"), ("review/history", ".sheet"), ("archive/web%3A1", ".bubble"),
    ):  # fmt: skip
        await page.goto(f"{bot.client.make_url('/console')}#/{where}")
        await page.locator(part).first.wait_for()
        assert await serious(page) == [], where
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), where
