"""The widget on a shop's page of another origin, in Chromium: strict policies, blocked sockets, restarts."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.settings import WidgetSettings
from bot.web.visitors import Visitors
from tests.served_bot import Bot, served

pytestmark = pytest.mark.e2e
# All that a shop's policy must allow: the script and the frame. No inline styles, no images of ours, no connections.
POLICY = "default-src 'none'; script-src {bot}; frame-src {bot}; style-src 'self'"
STYLE = (
    "* { color: red !important; font-size: 40px !important } button, div, iframe { display: none !important }"
)
PAGE = """<!doctype html><html lang="en"><head><title>Willowbay</title><link rel="stylesheet" href="/shop.css">
<meta name="viewport" content="width=device-width, initial-scale=1"></head><body><h1>Lamps</h1>
<script src="{bot}/widget.js" data-assistant="Willowbay" data-colour="#c2410c" data-greeting="Need a hand?" async>
</script></body></html>"""
WAIT_MS = 60_000
Served = Callable[..., Any]


class Shop:
    """Somebody else's site; what it shows is known once the bot is."""

    def __init__(self) -> None:
        self.bot = ""
        app = web.Application()
        app.router.add_get("/", self.page)
        app.router.add_get("/shop.css", self.style)
        self.server = TestServer(app)

    @property
    def origin(self) -> str:
        return str(self.server.make_url("")).rstrip("/")

    async def page(self, _request: web.Request) -> web.Response:
        headers = {"Content-Security-Policy": POLICY.format(bot=self.bot)}
        return web.Response(text=PAGE.format(bot=self.bot), content_type="text/html", headers=headers)

    async def style(self, _request: web.Request) -> web.Response:
        return web.Response(text=STYLE, content_type="text/css")


@pytest.fixture
async def shop() -> AsyncIterator[Shop]:
    shop = Shop()
    await shop.server.start_server()
    yield shop
    await shop.server.close()


@pytest.fixture
def serve(tmp_path: Path, shop: Shop) -> Served:
    """Serves the bot for the shop; a second time it is the same one again."""
    visitors = Visitors()

    @asynccontextmanager
    async def again(port: int = 0) -> AsyncIterator[Bot]:
        widget = WidgetSettings(origins=(shop.origin,))
        async with served(tmp_path, lambda _: {}, widget=widget, visitors=visitors, port=port) as bot:
            shop.bot = str(bot.client.make_url("")).rstrip("/")
            yield bot

    return again


class Widget:
    """The widget on a page, as its user sees it."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.launcher = page.locator("kefu-widget .launcher")
        self.frame = page.frame_locator("kefu-widget iframe")
        self.box = self.frame.get_by_role("textbox", name="Your message")

    async def open(self) -> None:
        await self.launcher.click()
        await self.box.wait_for()

    async def say(self, text: str) -> None:
        await self.box.fill(text)
        await self.box.press("Enter")

    async def sees(self, text: str) -> None:
        await self.frame.get_by_text(text).first.wait_for()


async def visit(browser: Any, shop: Shop, prepare: Callable[[Any], Awaitable[None]] | None = None) -> Widget:
    """A visitor of the shop, with whatever the page or its scripts complain of in `page.complaints`."""
    context = await browser.new_context(locale="en-GB")
    context.set_default_timeout(WAIT_MS)
    page = await context.new_page()
    if prepare is not None:
        await prepare(context)
    await page.goto(shop.origin)
    return Widget(page)


async def only_conversation(bot: Bot) -> str:
    (row,) = await bot.conversations()
    return row.id


async def test_a_visitor_is_helped_on_a_shops_page(
    browser: Any, shop: Shop, serve: Served, tmp_path: Path
) -> None:
    async with serve() as bot:
        widget = await visit(browser, shop)
        await widget.page.locator("kefu-widget .greeting").get_by_text("Need a hand?").click()
        await widget.say("<img src=x onerror=alert(1)> where is my parcel?")
        await widget.frame.get_by_role("button", name="The lamp").click()
        await widget.sees("Thirty days.")
        picture = tmp_path / "lamp.png"
        picture.write_bytes(_png())
        await widget.frame.locator("input[type=file]").set_input_files(picture)
        await widget.say("this one")
        await widget.frame.locator(".sent-file img").wait_for()
        conversation = await only_conversation(bot)
        await bot.desk.reply(
            conversation, "Ann", "**Ann** [here](javascript:alert(1)), <b>see</b> https://shop.example"
        )
        await widget.frame.locator(".agent strong", has_text="Ann").wait_for()
        links = widget.frame.locator(".agent .markdown a")
        assert await links.count() == 1
        assert await links.get_attribute("rel") == "noopener noreferrer"
        assert await widget.frame.locator("img[src=x], .markdown b").count() == 0

        await widget.page.reload()
        await bot.desk.reply(conversation, "Ann", "Anything else?")
        await widget.page.locator("kefu-widget .badge", has_text="1").wait_for()
        await widget.open()
        for text in ("where is my parcel?", "The lamp", "Anything else?"):
            await widget.sees(text)
        await widget.frame.locator(".sent-file img").wait_for()
        await bot.desk.close(conversation, "Ann")
        await widget.frame.get_by_text("4 stars of 5").locator("..").click()
        await widget.frame.get_by_role("button", name="Send", exact=True).first.click()
        await widget.sees("Thank you for telling us.")
        await widget.box.press("Escape")
        await widget.page.locator("kefu-widget .launcher[aria-expanded=false]").wait_for()
        assert [who for who, _ in await bot.lines(conversation)].count("user") == 3


async def test_with_the_socket_blocked_answers_and_agents_still_arrive(
    browser: Any, shop: Shop, serve: Served
) -> None:
    async def block(context: Any) -> None:
        await context.route_web_socket("**/api/chat/live", lambda socket: socket.close())

    async with serve() as bot:
        widget = await visit(browser, shop, block)
        await widget.open()
        await widget.say("hello")
        await widget.sees("Hello from Willowbay.")
        await bot.desk.reply(await only_conversation(bot), "Ann", "Ann is here.")
        await widget.sees("Ann is here.")


async def test_over_a_restart_nothing_is_lost_or_said_twice(browser: Any, shop: Shop, serve: Served) -> None:
    async with serve() as bot:
        port = bot.client.port
        widget = await visit(browser, shop)
        await widget.open()
        await widget.say("hello")
        await widget.sees("Hello from Willowbay.")
    await widget.say("where is my parcel?")
    await widget.say("can I send it back?")
    await widget.sees("What you write is kept")
    async with serve(port) as bot:
        await widget.sees("Which order is it?")
        await widget.sees("Thirty days.")
        conversation = await only_conversation(bot)
        said = [text for who, text in await bot.lines(conversation) if who == "user"]
        assert said == ["hello", "where is my parcel?", "can I send it back?"]
        await bot.desk.reply(conversation, "Ann", "Ann is here.")
        await widget.sees("Ann is here.")


async def test_a_site_that_was_not_named_gets_no_frame_and_no_answer(
    browser: Any, shop: Shop, serve: Served
) -> None:
    thief = Shop()
    await thief.server.start_server()
    try:
        async with serve():
            thief.bot = shop.bot
            widget = await visit(browser, thief)
            await widget.launcher.click()
            frame = await (await widget.page.locator("kefu-widget iframe").element_handle()).content_frame()
            await frame.wait_for_url("chrome-error:**")
            # Opened as a window of its own it is nobody's frame, and takes no orders.
            async with widget.page.expect_popup() as opened:
                await widget.page.evaluate("url => { window.chat = window.open(url); }", f"{shop.bot}/widget")
            popup = await opened.value
            await popup.wait_for_load_state()
            await widget.page.evaluate("window.chat?.postMessage({ kefu: 'hello', settings: {} }, '*')")
            await popup.evaluate("new Promise((done) => setTimeout(done))")
            assert await popup.locator("#app *").count() == 0
    finally:
        await thief.server.close()


async def test_a_phone_gets_the_whole_screen(browser: Any, shop: Shop, serve: Served) -> None:
    async with serve():
        widget = await visit(browser, shop)
        await widget.page.set_viewport_size({"width": 390, "height": 780})
        await widget.open()
        box = await widget.page.locator("kefu-widget iframe").bounding_box()
        assert (box["x"], box["y"], box["width"], box["height"]) == (0, 0, 390, 780)
        assert not await widget.launcher.is_visible()
        await widget.frame.get_by_role("button", name="Close chat").click()
        await widget.launcher.wait_for()


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing_serious(browser: Any, shop: Shop, serve: Served, scheme: str) -> None:
    axe = pytest.importorskip("axe_playwright_python")
    (script,) = Path(axe.__file__).parent.rglob("axe.min.js")
    async with serve() as bot:
        widget = await visit(browser, shop)
        await widget.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        await widget.open()
        await widget.say("where is my parcel?")
        await widget.sees("Which order is it?")
        conversation = await only_conversation(bot)
        await bot.desk.reply(conversation, "Ann", "See [our terms](https://shop.example).")
        await bot.desk.close(conversation, "Ann")
        await widget.frame.get_by_text("5 stars of 5").locator("..").click()
        for frame in widget.page.frames:
            await frame.evaluate(script.read_text(encoding="utf-8"))
            # The page's own policy is the shop's matter; what is looked at is what is ours.
            found = await frame.evaluate(
                "axe.run(document.querySelector('kefu-widget') ?? document, { iframes: false })"
            )
            serious = [one for one in found["violations"] if one["impact"] in ("serious", "critical")]
            assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in serious] == []


HOSTILE = """<script>alert(1)</script> **<img src=x onerror=alert(1)>** [x](javascript:alert(1)) [y](data:text/html,x)
[z](  https://a.example) ![p](https://a.example/p.png) `<b>` *<i>* _<u>_ [<b>](https://a.example/"onclick=alert(1))
> <iframe>
1. <svg onload=alert(1)>
```
<style>*{display:none}</style>
"""
RENDERED = """async (text) => {
  const { html, render } = await import("/static/shared/preact.js");
  const { Markdown } = await import("/static/shared/markdown.js");
  const place = document.createElement("div");
  render(html`<${Markdown} text=${text} />`, place);
  return {
    names: [...new Set([...place.querySelectorAll("*")].map((one) => one.localName))],
    links: [...place.querySelectorAll("a")].map((one) => one.href),
    attributes: [...new Set([...place.querySelectorAll("*")].flatMap((one) => one.getAttributeNames()))],
    text: place.textContent,
  };
}"""
CONTRASTS = """async () => {
  const { accents, contrast, parsed } = await import("/static/shared/colour.js");
  const rgb = (css) => css.match(/[0-9]+/g).map(Number);
  const found = [];
  for (let step = 0; step < 4096; step += 91) {
    for (const [scheme, ground] of [["light", "#fbf0da"], ["dark", "#342a15"]]) {
      const made = accents("#" + step.toString(16).padStart(3, "0"), scheme);
      found.push(contrast(rgb(made["--accent"]), parsed(ground)));
      found.push(contrast(rgb(made["--accent"]), rgb(made["--on-accent"])));
    }
  }
  return { least: Math.min(...found), nothing: Object.keys(accents("red; } * {", "light")).length };
}"""


async def test_markdown_is_text_and_any_colour_can_be_read(browser: Any, serve: Served) -> None:
    async with serve() as bot:
        page = await browser.new_page()
        await page.goto(str(bot.client.make_url("/")))
        found = await page.evaluate(RENDERED, HOSTILE)
        allowed = {
            "div",
            "p",
            "strong",
            "em",
            "code",
            "pre",
            "a",
            "span",
            "ul",
            "ol",
            "li",
            "blockquote",
            "br",
        }
        assert set(found["names"]) <= allowed
        assert set(found["attributes"]) <= {"class", "href", "target", "rel", "start"}
        assert all(link.startswith("https://a.example") for link in found["links"])
        assert "<script>alert(1)</script>" in found["text"]
        plain = "2 * 3 * 4 and snake_case_name, 5*6"
        assert (await page.evaluate(RENDERED, plain))["text"] == plain
        colours = await page.evaluate(CONTRASTS)
        assert colours["least"] >= 4.5
        assert colours["nothing"] == 0


def _png() -> bytes:
    """The smallest picture there is: one transparent pixel."""
    import base64

    text = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
    return base64.b64decode(text)
