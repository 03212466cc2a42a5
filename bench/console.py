"""The console under load: how long its page takes to answer its agent, and how soon suggestions are there.

    python -m bench.console [--conversations 500] [--per-second 20] [--repeats 30]

A small assistant is made, trained and served in a process of its own. So many conversations are open, half of them the
agent's and half waiting, and customers write so many messages a second, spread over all of them. In headless Chromium
an agent selects conversations, types a reply, filters the list and sends; Chromium's own trace (Event Timing) says how
long after each key press or click the page was painted. Then a customer writes into the conversation that is on the
screen, and the time is taken until the suggestions for it are in the page.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import shutil
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from bench.event_timing import CATEGORIES, Timing, timing_of
from bench.widgets import serving, until_ready
from encoders.progress import Progress, progress

TOKEN = "a-token-of-the-bench-and-no-other"
AGENT = "Ann"
AT_ONCE = 8
"""Conversations that are opened at the same time."""
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--window-size=1440,1000",
]  # fmt: skip
SAYINGS = (
    "Hello, is anybody there?",
    "My parcel has not come yet, it should have been here on Tuesday.",
    "可以退货吗？我想换一个颜色。",
    "Could you change the address of order 48213 please, I wrote the wrong street.",
)
QUESTIONS = ("when do you open?", "how long do I have to send something back?")
# Notes when the words of the suggestions change: in the page, by the wall clock.
WATCH = """() => {
  window.offered = [];
  let before = "";
  const look = () => {
    const now = document.querySelector(".suggestions ol")?.textContent ?? "";
    if (now && now !== before) window.offered.push(performance.timeOrigin + performance.now());
    before = now;
  };
  new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true });
}"""
# Milliseconds from the next click until another conversation than before stands there.
SHOWN = """() => { window.shown = new Promise((done) => addEventListener("pointerdown", (event) => {
  const name = () => document.querySelector(".bar h2")?.textContent;
  const before = name();
  const look = () => (name() && name() !== before && document.querySelector(".line")
    ? done(performance.now() - event.timeStamp) : requestAnimationFrame(look));
  look();
}, { once: true, capture: true })); }"""

# When the words of the suggestions have changed more often than so many times: the wall clock of that moment.
OFFERED = """(seen) => new Promise((done) => {
  const look = () => (window.offered.length > seen ? done(window.offered[seen]) : setTimeout(look, 20));
  look();
})"""
EMPTY = """() => new Promise((done) => {
  const look = () => (document.querySelector(".write textarea").value === "" ? done() : setTimeout(look, 20));
  look();
})"""


class Customers:
    """Everybody who writes."""

    def __init__(self, session: aiohttp.ClientSession, url: str, count: int) -> None:
        self._session, self._url = session, url
        self.names = [f"customer-{n:03}" for n in range(count)]
        self.written = 0

    async def say(self, name: str, text: str) -> None:
        body = {"sender": name, "message": text}
        async with self._session.post(f"{self._url}/webhooks/rest/webhook", json=body) as answer:
            answer.raise_for_status()

    async def do(self, name: str, deed: str, **more: Any) -> None:
        headers = {"Authorization": f"Bearer {TOKEN}"}
        path = f"{self._url}/api/console/conversations/{name}/{deed}"
        async with self._session.post(path, json={"agent": AGENT, **more}, headers=headers) as answer:
            answer.raise_for_status()

    async def begin(self) -> None:
        """Open all conversations: every other one is the agent's, the others wait."""
        places = iter(enumerate(self.names))

        async def some(step: Progress) -> None:
            for place, name in places:
                await self.say(name, random.choice(SAYINGS))
                await self.do(name, "reply", text="Let me have a look, one moment please.")
                if place % 2:
                    await self.do(name, "transfer", to="")
                step()

        with progress("Opening conversations", len(self.names)) as step:
            await asyncio.gather(*(some(step) for _ in range(AT_ONCE)))

    async def write(self, per_second: float) -> None:
        """Write until cancelled, at a steady pace."""
        loop = asyncio.get_running_loop()
        began, writing = loop.time(), set()
        while True:
            task = asyncio.create_task(self.say(random.choice(self.names), random.choice(SAYINGS)))
            writing.add(task)
            task.add_done_callback(writing.discard)
            self.written += 1
            await asyncio.sleep(max(began + self.written / per_second - loop.time(), 0))


@asynccontextmanager
async def at_the_desk(url: str) -> Any:
    """A browser and its page with the agent signed in."""
    from playwright.async_api import async_playwright

    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        # The window's own size: below it nothing of an emulated larger page is painted, and its events never end.
        page = await (await browser.new_context(no_viewport=True, locale="en-GB")).new_page()
        await page.goto(f"{url}/console#token={TOKEN}")
        await page.get_by_label("Your name").fill(AGENT)
        await page.get_by_role("button", name="Sign in", exact=True).click()
        await page.locator(".row").first.wait_for()
        yield browser, page
        await browser.close()


class Agent:
    """What somebody does at the desk; each deed once."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.box = page.get_by_label("Reply to the customer")
        self.shown_ms: list[float] = []

    async def select(self) -> None:
        await self.page.mouse.move(150, 400 + random.randrange(50))  # a list that is pointed at stands still
        await asyncio.sleep(0.2)
        row = self.page.locator('.row:not([aria-current="true"])').nth(random.randrange(3, 9))
        box = await row.bounding_box()
        await self.page.evaluate(SHOWN)
        await self.page.mouse.click(box["x"] + 40, box["y"] + 15)
        self.shown_ms.append(await self.page.evaluate("() => window.shown"))

    async def type(self) -> None:
        await self.box.press_sequentially("Thank you, I ", delay=30)

    async def filter(self) -> None:
        field = self.page.get_by_label("Filter this list")
        await field.press_sequentially("parcel", delay=60)
        await field.press("Escape")

    async def send(self) -> None:
        await self.box.fill("Your parcel will be there tomorrow, we are sorry.")
        await self.box.press("Enter")
        await self.page.evaluate(EMPTY)


async def timed(browser: Any, page: Any, deed: Callable[[], Awaitable[None]], repeats: int) -> Timing:
    """Do it so many times, with the browser's trace of it."""
    await browser.start_tracing(page=page, categories=list(CATEGORIES))
    for _ in range(repeats):
        await deed()
        await asyncio.sleep(0.1)
    return timing_of(await browser.stop_tracing())


async def suggested(page: Any, customers: Customers, repeats: int) -> list[float]:
    """Milliseconds from a customer's message until its suggestions are in the page."""
    name = (await page.locator(".bar h2").inner_text()).strip()
    await page.evaluate(WATCH)
    times = []
    for number in range(repeats):
        await customers.do(name, "reply", text=f"Yes, of course. ({number})")
        seen = len(await page.evaluate("window.offered"))
        began = time.time() * 1000
        await customers.say(name, QUESTIONS[number % len(QUESTIONS)])
        times.append(await page.evaluate(OFFERED, seen) - began)
        await asyncio.sleep(0.3)
    return times


def figures(times: Sequence[float]) -> dict[str, float]:
    ordered = sorted(times)
    return {
        "n": len(ordered),
        "p50_ms": round(ordered[len(ordered) // 2]),
        "p95_ms": round(ordered[int(len(ordered) * 0.95)]),
        "max_ms": round(ordered[-1]),
    }


async def measure(url: str, *, conversations: int, per_second: float, repeats: int) -> dict[str, Any]:
    found: dict[str, Any] = {}
    async with aiohttp.ClientSession() as session:
        await until_ready(session, url)
        customers = Customers(session, url, conversations)
        await customers.begin()
        async with at_the_desk(url) as (browser, page):
            writing = asyncio.create_task(customers.write(per_second))
            began, agent = time.perf_counter(), Agent(page)
            await agent.select()
            with progress("At the desk", 5) as step:
                for deed in (agent.select, agent.type, agent.filter, agent.send):
                    timing = await timed(browser, page, deed, repeats)
                    found[deed.__name__] = figures(timing.interactions) | {
                        "long_tasks": len(timing.long_tasks)
                    }
                    step()
                found["conversation shown"] = figures(agent.shown_ms)
                found["suggestions"] = figures(await suggested(page, customers, repeats))
                step()
            found["messages_per_s"] = round(customers.written / (time.perf_counter() - began), 1)
            writing.cancel()
            await asyncio.gather(writing, return_exceptions=True)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--conversations", type=int, default=500)
    parser.add_argument("--per-second", type=float, default=20.0)
    parser.add_argument("--repeats", type=int, default=30)
    given = parser.parse_args()
    if shutil.which("chromium") is None:
        sys.exit("Chromium is not installed: apt-get install chromium")
    random.seed(0)
    os.environ["KEFU_CONSOLE_TOKEN"] = TOKEN
    with serving() as (url, _):
        found = asyncio.run(
            measure(
                url,
                conversations=given.conversations,
                per_second=given.per_second,
                repeats=given.repeats,
            )
        )
    for name, figure in found.items():
        print(f"{name:<20} {json.dumps(figure)}")
    print(f"load average {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
