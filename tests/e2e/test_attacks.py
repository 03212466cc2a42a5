"""What customers and other sites try on the console, in Chromium: scripts, forged deeds, frames, planted sessions."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.event_stream import EventStream
from bot.review.gather import ReviewSink
from tests.e2e.browsing import add_people, new_page, signed_in
from tests.reviewed_project import NearAid, asked, converse, made_project
from tests.served_bot import Bot, served

pytestmark = pytest.mark.e2e
SCRIPT = "<img src=x onerror='window.hacked=1'><script>window.hacked=1</script>\"><b id=hacked>"
LINK = "javascript:window.hacked=1"
FOUND = """() => [
  ...(window.hacked ? ["it ran"] : []),
  ...[...document.querySelectorAll("img[src=x], #hacked, body script, [onerror]")].map((one) => one.outerHTML),
  ...[...document.querySelectorAll("[href], [src]")].map((one) => one.getAttribute("href") ?? one.getAttribute("src"))
    .filter((address) => /^\\s*(javascript|data:text)/i.test(address)),
]"""


@pytest.fixture
async def bot(tmp_path: Path) -> AsyncIterator[Bot]:
    async with served(made_project(tmp_path / "shop").folder, lambda _: {}) as bot:
        await add_people(bot)
        yield bot


@pytest.fixture
async def elsewhere() -> AsyncIterator[str]:
    """The origin of somebody else's site on this machine: to a cookie it is the same site, which is the worst case."""

    async def page(_: web.Request) -> web.Response:
        return web.Response(text="<!doctype html><title>Elsewhere</title>", content_type="text/html")

    app = web.Application()
    app.router.add_get("/", page)
    server = TestServer(app)
    await server.start_server()
    yield str(server.make_url("")).rstrip("/")
    await server.close()


def hostile() -> list[dict[str, Any]]:
    """A conversation in which everything that somebody else writes is an attack."""
    said, decision = asked(f"{SCRIPT} rent a sofa {LINK}")
    said["metadata"] = {"attachments": [{"kind": "file", "name": SCRIPT, "url": LINK}]}
    said["parse_data"]["entities"] = [{"entity": SCRIPT, "value": SCRIPT}]
    candidate = {"kind": "intent", "name": SCRIPT, "title": SCRIPT, "p": 0.4}
    at = {"timestamp": said["timestamp"]}
    return [
        said,
        {**decision, "candidates": [candidate], "why": SCRIPT},
        {"event": "slot", "name": SCRIPT, "value": SCRIPT, **at},
        {
            "event": "bot", "text": SCRIPT, **at,
            "data": {"buttons": [{"title": SCRIPT, "payload": LINK}], "image": LINK},
            "metadata": {"citations": [{"passage_id": "p", "title": SCRIPT, "url": LINK}]},
        },
        {"event": "owner", "owner": "waiting", "reason": SCRIPT, **at},
        {"event": "agent", "text": f"{SCRIPT} {LINK}", "metadata": {"agent": SCRIPT}, **at},
        {"event": "note", "text": SCRIPT, "agent": SCRIPT, **at},
    ]  # fmt: skip


async def test_what_anybody_writes_is_text_on_every_page(bot: Bot, browser: Any) -> None:
    await converse(
        bot.store, "web:<b>1</b>", hostile(), sender=SCRIPT, preview=f"{SCRIPT} sofa", owner="waiting"
    )
    sink = ReviewSink(store=bot.store, aid=NearAid(), added=lambda: None)
    await EventStream(bot.store.cursors, sink, alone=True).give()
    context = await browser.new_context(locale="en-GB")
    page = await signed_in(context, bot, "Sue")
    console = str(bot.client.make_url("/console"))

    await page.locator(".row", has_text="sofa").click()
    await page.get_by_role("log").get_by_text("rent a sofa").wait_for()
    for detail in await page.locator("details.why").all():
        await detail.locator("summary").click()
    assert await page.evaluate(FOUND) == []

    await page.goto(f"{console}#/archive")
    await page.get_by_label("Words that were said").fill("sofa")
    await page.locator(".row mark").wait_for()
    await page.locator(".row").click()
    await page.locator(".bubble").first.wait_for()
    for detail in await page.locator("details.why").all():
        await detail.locator("summary").click()
    assert await page.evaluate(FOUND) == []

    await page.goto(f"{console}#/review")
    await page.locator(".row", has_text="rent a sofa").click()
    await page.locator(".item .said", has_text="<script>window.hacked=1</script>").wait_for()
    assert await page.evaluate(FOUND) == []
    await page.keyboard.press("n")
    await page.get_by_role("dialog").wait_for()
    assert await page.evaluate(FOUND) == []

    await page.goto(f"{console}#/analytics")
    await page.get_by_role("button", name="Chats").first.wait_for()
    assert await page.evaluate(FOUND) == []
    await context.close()


FORGED = """async (address) => {
  const body = JSON.stringify({ text: "I am Ann", agent: "Ann", name: "Sue", password: "x" });
  const asked = { method: "POST", credentials: "include", body };
  const read = [];
  for (const path of ["conversations/cat/claim", "conversations/cat/reply", "session"]) {
    await fetch(`${address}/api/console/${path}`, { ...asked, mode: "no-cors" }).catch(() => {});
    const headers = { "Content-Type": "application/json", "X-CSRF-Token": "x" };
    await fetch(`${address}/api/console/${path}`, { ...asked, headers })
      .then((answer) => read.push(answer.status), () => {});
  }
  await fetch(`${address}/api/console/conversations`, { credentials: "include" })
    .then(async (answer) => read.push(await answer.text()), () => {});
  const form = Object.assign(document.createElement("form"), {
    action: `${address}/api/console/conversations/cat/claim`, method: "post", enctype: "text/plain", target: "hidden",
  });
  const hidden = Object.assign(document.createElement("iframe"), { name: "hidden" });
  form.append(Object.assign(document.createElement("input"), { name: body, value: "" }));
  document.body.append(hidden, form);
  const gone = new Promise((done) => { hidden.onload = done; });
  form.submit();
  await gone;
  const socket = new WebSocket(`${address.replace("http", "ws")}/api/console/live`);
  await new Promise((done) => {
    socket.onopen = () => socket.send("{}");
    socket.onmessage = (message) => { read.push(message.data); done(); };
    socket.onclose = done;
  });
  return read;
}"""


async def test_another_site_does_and_reads_nothing_in_an_agents_name(
    bot: Bot, browser: Any, elsewhere: str
) -> None:
    await bot.say("my cat is purple", "cat")
    context = await browser.new_context(locale="en-GB")
    await signed_in(context, bot, "Ann")
    page = await new_page(context)
    await page.goto(elsewhere)
    assert await page.evaluate(FORGED, str(bot.client.make_url("")).rstrip("/")) == []
    (row,) = await bot.conversations()
    assert (row.owner, row.agent) == ("waiting", "")
    assert [who for who, _ in await bot.lines("cat")].count("agent") == 0
    await context.close()


@pytest.mark.parametrize("path", ["/console", "/"])
async def test_no_site_shows_our_pages_inside_its_own(
    bot: Bot, browser: Any, elsewhere: str, path: str
) -> None:
    context = await browser.new_context(locale="en-GB")
    await signed_in(context, bot, "Ann")
    page = await new_page(context)
    await page.goto(elsewhere)
    shown = await page.evaluate_handle(
        """async (address) => {
          const frame = Object.assign(document.createElement("iframe"), { src: address });
          const loaded = new Promise((done) => { frame.onload = done; });
          document.body.append(frame);
          await loaded;
          return frame;
        }""",
        str(bot.client.make_url(path)),
    )
    frame = await shown.as_element().content_frame()
    assert frame.url.startswith("chrome-error:")
    await context.close()


async def test_a_session_that_somebody_planted_is_not_the_agents(bot: Bot, browser: Any) -> None:
    planted, address = "a" * 43, str(bot.client.make_url("/console"))
    context = await browser.new_context(locale="en-GB")
    await context.add_cookies([{"name": "kefu_session", "value": planted, "url": address}])
    await signed_in(context, bot, "Ann")
    (session,) = [one for one in await context.cookies() if one["name"] == "kefu_session"]
    assert session["value"] != planted
    assert (session["httpOnly"], session["sameSite"]) == (True, "Strict")
    thief = await browser.new_context(locale="en-GB")
    await thief.add_cookies([{"name": "kefu_session", "value": planted, "url": address}])
    page = await new_page(thief)
    await page.goto(address)
    await page.get_by_role("button", name="Sign in", exact=True).wait_for()
    await context.close()
    await thief.close()
