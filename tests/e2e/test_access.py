"""Each page of the console, for each role: axe finds nothing serious, light and dark, on a desktop and on a phone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.event_stream import EventStream
from bot.review.gather import ReviewSink
from bot.web.keys import SERVICES
from tests.e2e.browsing import add_people, new_page, shut_out, signed_in
from tests.reviewed_project import NearAid, asked, converse, made_project, mined
from tests.served_bot import Bot, served

pytestmark = pytest.mark.e2e
OF_ALL = (
    ("desk", ".row"), ("desk/web%3A1", ".line"), ("archive", ".row"), ("archive/web%3A1", ".bubble"),
    ("review", ".row"), ("review/queue/drafts%2F2026%23gift_wrap", ".item"), ("review/articles/returns", "textarea"),
    ("review/history", ".sheet"),
)  # fmt: skip
OF_SUPERVISORS = (("analytics", ".tile"),)


@pytest.fixture
async def bot(tmp_path: Path) -> AsyncIterator[Bot]:
    """Something is on every page."""
    async with served(made_project(tmp_path / "shop").folder, lambda _: {}) as bot:
        await add_people(bot)
        assert bot.client.app is not None
        review = bot.client.app[SERVICES].review
        assert review is not None
        mined(review.project)
        await review.sync_drafts()
        await converse(bot.store, "web:1", asked("can I rent a sofa"), owner="waiting")
        sink = ReviewSink(store=bot.store, aid=NearAid(), added=lambda: None)
        await EventStream(bot.store.cursors, sink, alone=True).give()
        await bot.say("hello")
        yield bot


async def test_signing_in_is_open_to_everybody(bot: Bot, browser: Any) -> None:
    page = await new_page(await browser.new_context(locale="en-GB"))
    await page.goto(str(bot.client.make_url("/console")))
    await page.get_by_label("Your name").fill("Ann")
    await page.get_by_label("Password").fill("not the password")
    await page.get_by_role("button", name="Sign in", exact=True).click()
    await page.get_by_role("alert").wait_for()
    assert await shut_out(page) == []


@pytest.mark.parametrize(
    ("name", "pages"),
    [("Ann", OF_ALL), ("Sue", OF_ALL + OF_SUPERVISORS), ("Ada", OF_ALL + OF_SUPERVISORS)],
)
async def test_the_pages_of_a_role(
    bot: Bot, browser: Any, name: str, pages: tuple[tuple[str, str], ...]
) -> None:
    page = await signed_in(await browser.new_context(locale="en-GB"), bot, name)
    console = str(bot.client.make_url("/console"))
    for where, part in pages:
        await page.set_viewport_size({"width": 1280, "height": 800})
        await page.goto(f"{console}#/{where}")
        await page.locator(part).first.wait_for()
        assert await shut_out(page) == [], where
