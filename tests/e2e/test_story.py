"""The whole story: a question that nobody knew becomes an answer, from page to page, by the people whose work it is."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.shop import (
    TRAIN_MS,
    WAIT_MS,
    add_person,
    chromium,
    kefu,
    new_page,
    say,
    serving,
    signed_in,
)

pytestmark = pytest.mark.e2e
ASKED = "do you gift wrap presents"
ALSO_ASKED = (
    "can you gift wrap the lamp for my sister",
    "is gift wrapping possible",
    "how much is gift wrap",
    "what does gift wrapping cost",
    "could you put it in gift paper for me",
    "it's for a friend, do you wrap gifts?",
    "can you wrap it as a birthday present",
)
IN_OTHER_WORDS = "could somebody gift wrap this present for my brother?"
ANSWER = "Yes, we wrap gifts for a small fee: tick the box in your basket."
PASSED_ON = "pass you on to a colleague"
# What agents wrote before there was a bot.
HISTORY = (
    ("Hi, I would like my order wrapped as a gift, do you do that?", ANSWER),
    (
        "the courier left my parcel with a neighbour and nobody told me",
        "Sorry about that, we remind the courier.",
    ),
    (
        "my invoice has the wrong company name on it",
        "Reply with the right name and we send you a new invoice.",
    ),
    ("is the green chair made of real leather", "The cover of the green chair is woven wool, not leather."),
    ("my voucher does not work at the checkout", "The voucher works from an order of fifty euros onwards."),
)
PAGE = """<!doctype html><html lang="en"><title>Lamps</title><h1>Lamps</h1>
<script src="{bot}/widget.js" data-assistant="Willowbay" async></script></html>"""


class Shop(ThreadingHTTPServer):
    """Somebody else's site with the widget on it."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Page)
        self.bot = ""
        self.origin = f"http://127.0.0.1:{self.server_port}"


class _Page(BaseHTTPRequestHandler):
    server: Shop

    def do_GET(self) -> None:
        body = PAGE.format(bot=self.server.bot).encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing is printed."""


@contextmanager
def open_shop() -> Iterator[Shop]:
    with Shop() as shop:
        thread = threading.Thread(target=shop.serve_forever)
        thread.start()
        yield shop
        shop.shutdown()
        thread.join()


def made_project(folder: Path, origin: str) -> None:
    """A small shop with a history, one release, and its people; it passes on what it does not know."""
    kefu("new", folder)
    settings = folder / "kefu.yml"
    text = settings.read_text(encoding="utf-8").replace("clarify: 1", "clarify: 3")
    settings.write_text(f'{text}\nwidget:\n  origins: ["{origin}"]\n', encoding="utf-8")
    (folder / "dialogs").mkdir()
    (folder / "dialogs" / "2026.jsonl").write_text("".join(map(_conversation, range(len(HISTORY)))))
    kefu("train", folder, "--recipe", "fast")
    for name, role in (("Ann", "agent"), ("Sue", "supervisor"), ("Ada", "admin")):
        add_person(folder, name, role)


def _conversation(number: int) -> str:
    turns = [
        {"speaker": speaker, "text": text, "time": f"2026-03-0{number + 1}T09:0{minute}:00Z"}
        for minute, (speaker, text) in enumerate(zip(("customer", "agent"), HISTORY[number], strict=True))
    ]
    return json.dumps({"conversation_id": f"h{number}", "channel": "chat", "turns": turns}) + "\n"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as browser:
        yield browser


def customer(browser: Any, shop: Shop, words: str) -> Any:
    """The widget's frame of somebody new on the shop's page, who has asked."""
    page = new_page(browser)
    page.goto(shop.origin)
    page.get_by_role("button", name="Chat with us").click()
    chat = page.frame_locator("kefu-widget iframe")
    box = chat.get_by_role("textbox", name="Your message")
    box.fill(words)
    box.press("Enter")
    return chat


def answered_with_a_suggestion(page: Any) -> None:
    """Ann takes what a colleague once wrote, with one key, adds to it and sends it."""
    from playwright.sync_api import expect

    page.locator(".row", has_text=ASKED).click()
    offered = page.get_by_role("region", name="Suggested replies").get_by_role("listitem")
    past = offered.filter(has_text=ANSWER)
    for _ in range(100):  # the old dialogs are read once somebody is there
        if past.count():
            break
        page.reload()
        page.get_by_label("Reply to the customer").wait_for()
        page.wait_for_load_state("networkidle")
    page.keyboard.press(past.locator("kbd").inner_text())
    box = page.get_by_label("Reply to the customer")
    expect(box).to_have_value(ANSWER, timeout=WAIT_MS)
    box.press("End")
    box.press_sequentially(" Ann")
    box.press("Enter")
    page.get_by_role("log").get_by_text(f"{ANSWER} Ann").wait_for()


def reviewed_into_an_intent(page: Any) -> None:
    """Sue makes an intent of the first group, and adds the others to it, from the keyboard."""
    page.get_by_role("button", name=f"All {1 + len(ALSO_ASKED)}").wait_for()
    rows = page.locator(".review .row")
    rows.filter(has_text="Not sorted yet").wait_for(state="detached")
    groups = rows.count()
    rows.filter(has_text="wrap").first.click()
    page.locator(".item").first.wait_for()
    page.keyboard.press("n")
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("gift_wrap")
    dialog.get_by_label("Answer in English").fill(ANSWER)
    dialog.get_by_role("button", name="Make it").click()
    rows.nth(groups - 1).wait_for(state="detached")
    while left := rows.count():
        rows.first.click()
        page.locator(".item").first.wait_for()
        page.keyboard.press("/")
        page.get_by_label("Find an intent").fill("gift_wrap")
        page.keyboard.press("Enter")
        rows.nth(left - 1).wait_for(state="detached")
    page.get_by_role("link", name="History").click()
    page.get_by_role("cell", name="Sue").first.wait_for()


def trained_and_promoted(page: Any, first: str) -> str:
    """Ada trains a release and lets it serve; its id."""
    page.get_by_role("button", name="Train a release").click()
    page.get_by_label("Recipe").select_option("fast")
    page.get_by_role("button", name="Start", exact=True).click()
    job = page.get_by_role("region", name="Training")
    job.get_by_role("status").filter(has_text="done").wait_for(timeout=TRAIN_MS)
    releases = page.get_by_role("region", name="All releases")
    made = releases.get_by_role("row").filter(has_not_text=first).get_by_role("button")
    second = str(made.inner_text())
    made.click()
    page.get_by_role("heading", name=second).wait_for()
    page.get_by_role("button", name="Promote").click()
    page.get_by_role("dialog").get_by_role("button", name="Yes").click()
    releases.get_by_role("row", name=second).get_by_text("serves").wait_for()
    return second


def test_a_question_nobody_knew_is_answered_in_the_end(browser: Any, tmp_path: Path) -> None:
    folder = tmp_path / "shop"
    with open_shop() as shop:
        made_project(folder, shop.origin)
        (first,) = [path.name for path in (folder / "releases").iterdir()]
        with serving(folder) as shop.bot:
            ann = signed_in(browser, shop.bot, "Ann", "desk")
            chat = customer(browser, shop, ASKED)
            chat.get_by_text(PASSED_ON).wait_for()
            answered_with_a_suggestion(ann)
            chat.get_by_text(f"{ANSWER} Ann").wait_for()

            for number, words in enumerate(ALSO_ASKED):
                assert PASSED_ON in say(shop.bot, f"c{number}", words)[0]["text"]
            reviewed_into_an_intent(signed_in(browser, shop.bot, "Sue", "review"))
            learnt = (folder / "nlu.yml").read_text(encoding="utf-8")
            assert all(words in learnt for words in (ASKED, *ALSO_ASKED))
            assert ANSWER in (folder / "domain.yml").read_text(encoding="utf-8")

            trained_and_promoted(signed_in(browser, shop.bot, "Ada", "releases"), first)
            other = customer(browser, shop, IN_OTHER_WORDS)
            other.get_by_text(ANSWER, exact=True).wait_for()
            assert other.get_by_text(PASSED_ON).count() == 0
