"""The whole story: a question nobody knew becomes an answer, from page to page, by the people whose work it is."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

pytestmark = pytest.mark.e2e
sync_api = pytest.importorskip("playwright.sync_api")
PASSWORD = "correct horse battery"
PATIENT_MS = 300_000
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
]  # fmt: skip
ASKED = (
    "do you gift wrap presents",
    "can you gift wrap the lamp for my sister",
    "is gift wrapping possible",
    "please gift wrap my order, it is a birthday present",
    "how much is gift wrap",
    "I want it wrapped as a gift",
)
OTHER_WORDS = "could somebody gift wrap this present for me"
ANSWER = "Yes, we wrap gifts for 3.50 euros an item."


def kefu(*arguments: object, **options: Any) -> None:
    command = [sys.executable, "-m", "bot.cli", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600, **options)
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A small shop with one release and its people, served."""
    folder = tmp_path_factory.mktemp("story") / "shop"
    kefu("new", folder)
    kefu("train", folder, "--recipe", "fast")
    for name, role in (("Ann", "agent"), ("Sue", "supervisor"), ("Ada", "admin")):
        kefu("people", "add", folder, name, "--role", role, input=f"{PASSWORD}\n{PASSWORD}\n")
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    command = [sys.executable, "-m", "bot.cli", "serve", str(folder), "--port", "0"]
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        yield next(line.split()[-1] for line in process.stdout if line.startswith("Chat:")).rstrip("/")
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("Chromium is not installed: apt-get install chromium")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield browser
        browser.close()


def customer(browser: Any, address: str, words: str) -> Any:
    """The chat of somebody new, who has asked."""
    page = browser.new_context(locale="en-GB").new_page()
    page.set_default_timeout(120_000)
    page.goto(f"{address}/")
    page.get_by_role("textbox").fill(words)
    page.keyboard.press("Enter")
    return page


def signed_in(browser: Any, address: str, name: str, where: str) -> Any:
    page = browser.new_context(locale="en-GB", viewport={"width": 1280, "height": 800}).new_page()
    page.set_default_timeout(120_000)
    page.goto(f"{address}/console")
    page.get_by_label("Your name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.locator("header.top").wait_for()
    page.goto(f"{address}/console#/{where}")
    return page


def test_a_question_nobody_knew_is_answered_in_the_end(address: str, browser: Any) -> None:
    chats = [customer(browser, address, words) for words in ASKED]
    for chat in chats:
        chat.get_by_text("colleague").first.wait_for()

    ann = signed_in(browser, address, "Ann", "desk")
    ann.get_by_role("button").filter(has_text=ASKED[0]).first.click()
    ann.get_by_label("Reply to the customer").fill(ANSWER)
    ann.get_by_label("Reply to the customer").press("Enter")
    chats[0].get_by_text(ANSWER).wait_for()

    sue = signed_in(browser, address, "Sue", "review")
    sue.locator(".review .row").filter(has_text="gift").first.click()
    sue.locator(".item").first.wait_for()
    sue.keyboard.press("n")
    dialog = sue.get_by_role("dialog")
    dialog.get_by_label("Name").fill("gift_wrap")
    dialog.get_by_label("Answer in English").fill(ANSWER)
    dialog.get_by_role("button", name="Make it").click()
    sue.locator(".note", has_text="gift_wrap").wait_for()

    ada = signed_in(browser, address, "Ada", "releases")
    ada.get_by_role("button", name="Train a release").click()
    ada.get_by_label("Recipe").select_option("fast")
    ada.get_by_role("button", name="Start", exact=True).click()
    job = ada.get_by_role("region", name="Training")
    job.get_by_role("status").filter(has_text="done").wait_for(timeout=PATIENT_MS)
    ada.get_by_role("button", name="Promote").first.click()
    ada.get_by_role("dialog").get_by_role("button", name="Yes").click()
    ada.get_by_text("promoted").first.wait_for()

    customer(browser, address, OTHER_WORDS).get_by_text(ANSWER).wait_for()
