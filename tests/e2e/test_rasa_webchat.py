"""Rasa's published web widget, unchanged, in a browser against our server."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.channels.accounts import SocketioAccount
from bot.channels.socket_io import SocketIo
from tests.served_bot import served

pytestmark = pytest.mark.e2e

WIDGET = "rasa-webchat@1.0.1"
PAGE = """<!doctype html><script src="/widget.js"></script><script>
WebChat.default({{customData: {{language: "en"}}, socketUrl: "{server}", initPayload: "/greet"}}, null);
</script>"""


@pytest.fixture(scope="module")
def widget(tmp_path_factory: pytest.TempPathFactory) -> Path:
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("npm is not installed")
    folder = tmp_path_factory.mktemp("widget")
    packed = subprocess.run(
        [npm, "pack", WIDGET, "--silent"],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    if packed.returncode:
        pytest.skip(f"{WIDGET} cannot be had here")
    shutil.unpack_archive(next(folder.glob("*.tgz")), folder)
    return folder / "package" / "lib" / "index.js"


@asynccontextmanager
async def shop(script: Path, server: str) -> AsyncIterator[str]:
    """A page of somebody else's site that has the widget."""

    async def page(_request: web.Request) -> web.Response:
        return web.Response(text=PAGE.format(server=server), content_type="text/html")

    async def code(_request: web.Request) -> web.FileResponse:
        return web.FileResponse(script)

    app = web.Application()
    app.router.add_get("/", page)
    app.router.add_get("/widget.js", code)
    site = TestServer(app)
    await site.start_server()
    try:
        yield str(site.make_url("")).rstrip("/")
    finally:
        await site.close()


async def test_the_published_widget_talks_to_us(widget: Path, tmp_path: Path) -> None:
    async_api = pytest.importorskip("playwright.async_api")
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("Chromium is not installed: apt-get install chromium")
    entry = SocketioAccount(session_persistence=True, metadata_key="customData")
    opened: list[SocketIo] = []

    def channels(session: aiohttp.ClientSession) -> dict[str, SocketIo]:
        opened.append(SocketIo(entry=entry, session=session))
        return {"socketio": opened[0]}

    async with served(tmp_path, channels) as bot:
        server = str(bot.client.make_url("")).rstrip("/")
        async with shop(widget, server) as site, async_api.async_playwright() as playwright:
            opened[0].origins.allowed = (site,)
            flags = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
            browser = await playwright.chromium.launch(executable_path=chromium, args=flags)
            page = await browser.new_page()
            await page.goto(site)
            await page.locator(".rw-launcher").click()
            await page.get_by_text("Hello from Willowbay.").wait_for()
            await page.locator(".rw-new-message").fill("where is my parcel?")
            await page.keyboard.press("Enter")
            await page.get_by_text("Which order is it?").wait_for()
            await page.get_by_text("The lamp").click()
            await page.get_by_text("Thirty days.").wait_for()
            await page.locator("img[src='https://shop.example/returns.png']").wait_for(state="attached")
            await browser.close()
        (conversation,) = await bot.conversations()
        said = [text for who, text in await bot.lines(conversation.id) if who == "user"]
        assert said == ["/greet", "where is my parcel?", "/returns"]
