"""The review and the archive in Chromium, by role, from the keyboard, on a phone, in two languages."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.event_stream import EventStream
from bot.review.gather import ReviewSink
from bot.web.keys import SERVICES
from tests.e2e.browsing import add_people, serious
from tests.e2e.browsing import signed_in as sign_in
from tests.reviewed_project import NearAid, asked, converse, made_project, mined
from tests.served_bot import Bot, served

pytestmark = pytest.mark.e2e


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return made_project(tmp_path / "shop").folder


@pytest.fixture
async def bot(folder: Path) -> AsyncIterator[Bot]:
    """A server whose queue has two mined groups and live messages."""
    async with served(folder, lambda _: {}) as bot:
        await add_people(bot)
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


async def signed_in(browser: Any, bot: Bot, name: str, where: str, **options: Any) -> Any:
    """A page of somebody who has signed in, in a browser of their own."""
    return await sign_in(await browser.new_context(**{"locale": "en-GB", **options}), bot, name, where)


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


async def test_customers_words_are_words_without_their_name(bot: Bot, browser: Any) -> None:
    page = await signed_in(browser, bot, "Sue", "review")
    await page.locator(".row", has_text="rent a sofa").click()
    await page.locator(".item .said", has_text="<b>can I rent a sofa</b> I am {name}").wait_for()
    assert await page.locator(".item b").count() == 0


async def test_the_queue_is_emptied_from_the_keyboard(bot: Bot, browser: Any, folder: Path) -> None:
    page = await signed_in(browser, bot, "Sue", "review")
    await page.locator(".list .row").nth(2).wait_for()
    await page.keyboard.press("]")
    await page.get_by_text("3 of 3 selected").wait_for()
    await page.keyboard.press("a")
    await page.get_by_text("0 of 3 selected").wait_for()
    await page.keyboard.press("o")  # about nothing: nothing happens
    await page.keyboard.press("a")
    await page.get_by_text("3 of 3 selected").wait_for()
    await page.keyboard.press("o")
    await page.get_by_text("3 out of scope").wait_for()
    await page.get_by_text("2 of 2 selected").wait_for()  # the next group is there by itself
    await page.keyboard.press("/")
    await page.keyboard.type("greet")
    await page.keyboard.press("Enter")
    await page.get_by_text("2 → greet").wait_for()
    await page.get_by_text("1 of 1 selected").wait_for()
    await page.keyboard.press("e")
    await page.get_by_role("dialog").get_by_role("textbox").fill("can I rent a chair")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await page.locator(".item .said", has_text="can I rent a chair").wait_for()
    await page.keyboard.press("d")
    await page.get_by_text("Nothing waits for a decision.").wait_for()
    nlu = (folder / "nlu.yml").read_text()
    assert all(text in nlu for text in ("my cup has a crack", "do you gift wrap"))
    assert "rent a chair" not in nlu

    await page.keyboard.press("u")
    await page.locator(".list .row", has_text="can I rent a chair").wait_for()
    await page.get_by_role("link", name="History").click()
    change = page.get_by_role("row", name="3 messages out of scope")
    await change.get_by_role("button", name="Undo").click()
    await change.get_by_text("undone by Sue").wait_for()
    assert "do you gift wrap" not in (folder / "nlu.yml").read_text()
    assert "my cup has a crack" in (folder / "nlu.yml").read_text()


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
    assert len([item for item in await bot.store.reviews.open_items() if "cup" in item.text]) == 0


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
