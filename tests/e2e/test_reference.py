"""The endpoints as people read them, in Chromium."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.e2e.browsing import serious
from tests.served_bot import served

pytestmark = pytest.mark.e2e


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_endpoints_are_found_and_explained(tmp_path: Path, browser: Any, scheme: str) -> None:
    async with served(tmp_path, lambda _: {}) as bot:
        phone = {"viewport": {"width": 390, "height": 800}, "color_scheme": scheme, "locale": "en-GB"}
        page = await (await browser.new_context(**phone)).new_page()
        await page.goto(str(bot.client.make_url("/api/docs")))
        described = await (await bot.client.get("/api/openapi.json")).json()
        await page.locator("details").first.wait_for()
        assert await page.locator("details").count() == sum(map(len, described["paths"].values()))
        await page.get_by_role("searchbox").fill("post explain")
        endpoint = page.locator("details")
        assert await endpoint.count() == 1
        await endpoint.locator("summary").click()
        await endpoint.get_by_text('curl -X POST -H "Authorization: Bearer $KEFU_CONSOLE_TOKEN"').wait_for()
        assert await serious(page) == []
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        await page.get_by_role("button", name="中文").click()
        await page.get_by_role("heading", name="HTTP 接口").wait_for()
