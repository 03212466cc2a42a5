"""Chromium for tests whose bot runs in the same event loop (Playwright's asynchronous API)."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from itertools import product
from typing import Any

import pytest

from bot.people.person import Role
from tests.integration.test_people import PASSWORD, account
from tests.served_bot import Bot

WAIT_MS = 120_000
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
]  # fmt: skip
WIDTHS = (1280, 390)
SCHEMES = ("light", "dark")


@asynccontextmanager
async def chromium() -> AsyncIterator[Any]:
    async_api = pytest.importorskip("playwright.async_api")
    found = shutil.which("chromium")
    if found is None:
        pytest.skip("Chromium is not installed: apt-get install chromium")
    async with async_api.async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield browser
        await browser.close()


async def add_people(bot: Bot) -> None:
    """Ann the agent, Sue the supervisor, Ada the admin."""
    for name, role in (("Ann", Role.AGENT), ("Sue", Role.SUPERVISOR), ("Ada", Role.ADMIN)):
        assert await bot.store.people.add(account(name, role))


async def new_page(context: Any) -> Any:
    page = await context.new_page()
    page.set_default_timeout(WAIT_MS)
    return page


async def signed_in(context: Any, bot: Bot, name: str, where: str = "") -> Any:
    """A page of somebody who has signed in, at `#/where`."""
    page, address = await new_page(context), str(bot.client.make_url("/console"))
    await page.goto(address)
    await page.locator("input[name=name]").fill(name)
    await page.locator("input[name=password]").fill(PASSWORD)
    await page.locator("form .primary").click()
    await page.locator("header.top").wait_for()
    if where:
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


async def shut_out(page: Any) -> list[str]:
    """The same in light and dark, on a desktop and on a phone, and what is wider than the phone."""
    found = []
    for scheme, width in looks():
        await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        await page.set_viewport_size({"width": width, "height": 800})
        wide = await page.evaluate("document.documentElement.scrollWidth")
        found += [f"{scheme} {width}: {one}" for one in await serious(page)]
        found += [f"{scheme} {width}: {wide} pixels wide"] if wide > width else []
    return found


def looks() -> Iterator[tuple[str, int]]:
    return product(SCHEMES, WIDTHS)
