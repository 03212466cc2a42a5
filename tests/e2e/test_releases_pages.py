"""The releases and analytics pages in Chromium, by role: trained, compared, tried, promoted, rolled back, counted."""

from __future__ import annotations

import csv
import os
import shutil
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.e2e
sync_api = pytest.importorskip("playwright.sync_api")
TOKEN = "a-console-token-for-tests-only"
PASSWORD = "correct horse battery"
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
]  # fmt: skip
PATIENT_MS = 300_000


def kefu(*arguments: object, **options: Any) -> str:
    command = [sys.executable, "-m", "bot.cli", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600, **options)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """A small shop with one release, served; its address and its folder."""
    folder = tmp_path_factory.mktemp("pages") / "shop"
    kefu("new", folder)
    (folder / "evaluation").mkdir(exist_ok=True)
    (folder / "evaluation" / "intents.csv").write_text(
        "text,intent\nhello there,greet\ngood morning to you,greet\nthe weather on Mars,out_of_scope\n",
        encoding="utf-8",
    )
    kefu("train", folder, "--recipe", "fast")
    for name, role in (("Sue", "supervisor"), ("Ada", "admin"), ("Ann", "agent")):
        kefu("people", "add", folder, name, "--role", role, input=f"{PASSWORD}\n{PASSWORD}\n")
    environment = {**os.environ, "KEFU_CONSOLE_TOKEN": TOKEN, "PYTHONUNBUFFERED": "1"}
    command = [sys.executable, "-m", "bot.cli", "serve", str(folder), "--port", "0"]
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        address = next(line.split()[-1] for line in process.stdout if line.startswith("Chat:"))
        yield address.rstrip("/"), folder
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=180)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("Chromium is not installed: apt-get install chromium")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield browser
        browser.close()


def signed_in(browser: Any, address: str, name: str, where: str, **options: Any) -> Any:
    """A page of somebody who has signed in, at `#/where`."""
    page = browser.new_context(**{"locale": "en-GB", **options}).new_page()
    page.set_default_timeout(120_000)
    page.goto(f"{address}/console")
    page.get_by_label("Your name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("navigation", name="Pages").wait_for()
    page.goto(f"{address}/console#/{where}")
    return page


def serious(page: Any) -> list[str]:
    """What axe finds that keeps somebody out."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    return [
        f"{one['id']}: {one['nodes'][0]['html'][:200]}"
        for one in found
        if one["impact"] in ("serious", "critical")
    ]


def say(address: str, sender: str, text: str) -> None:
    body = f'{{"sender": "{sender}", "message": "{text}"}}'.encode()
    request = urllib.request.Request(
        f"{address}/webhooks/rest/webhook", body, {"Content-Type": "application/json"}
    )
    urllib.request.urlopen(request, timeout=60).close()


def test_a_release_is_trained_compared_promoted_and_rolled_back(
    served: tuple[str, Path], browser: Any
) -> None:
    address, folder = served
    (first,) = [path.name for path in (folder / "releases").iterdir()]
    page = signed_in(browser, address, "Ada", "releases")
    page.get_by_role("button", name="Train a release").click()
    page.get_by_label("Recipe").select_option("fast")
    assert serious(page) == []
    page.get_by_role("button", name="Start", exact=True).click()
    page.get_by_role("status").filter(has_text="running").wait_for()
    page.reload()  # the job goes on without the page
    job = page.get_by_role("region", name="Training")
    job.get_by_role("status").filter(has_text="done").wait_for(timeout=PATIENT_MS)
    job.locator("summary").click()
    job.get_by_text("is in").first.wait_for()
    (second,) = {path.name for path in (folder / "releases").iterdir()} - {first}
    page.get_by_role("button", name=second).click()
    page.get_by_role("button", name="Worse 0").wait_for()
    page.get_by_text("No message.").wait_for()
    page.get_by_text("The whole evaluation").click()
    page.get_by_role("heading", name="By kind of message").wait_for()

    page.get_by_role("button", name="Let it look on").click()
    page.get_by_role("button", name="End the shadow").wait_for()
    page.get_by_label("percent of conversations").fill("30")
    page.get_by_role("button", name="Give it").click()
    page.get_by_text("30 % of chats").first.wait_for()
    page.get_by_role("button", name="End the split").click()
    page.get_by_role("button", name="Give it").wait_for()
    for number in range(40):
        say(address, f"shadow {number}", "hello there")
        if page.get_by_text("Decides the same").count():
            break
        page.wait_for_timeout(500)
    page.get_by_text("Decides the same").wait_for()
    assert serious(page) == []

    page.get_by_role("button", name="Promote").click()
    page.get_by_role("dialog").get_by_role("button", name="No").click()
    page.get_by_role("button", name="Promote").click()
    page.get_by_role("dialog").get_by_role("button", name="Yes").click()
    releases = page.get_by_role("region", name="All releases")
    releases.get_by_role("row", name=second).get_by_text("serves").wait_for()
    page.get_by_role("button", name="Roll back").click()
    page.get_by_role("dialog").get_by_role("button", name="Yes").click()
    releases.get_by_role("row", name=first).get_by_text("serves").wait_for()
    page.get_by_text(f"rolled back to {first}").wait_for()
    page.context.close()


def test_a_job_is_cancelled_on_the_page(served: tuple[str, Path], browser: Any) -> None:
    page = signed_in(browser, served[0], "Ada", "releases")
    page.get_by_role("button", name="Train a release").click()
    page.get_by_label("Recipe").select_option("finetune")
    page.get_by_role("button", name="Start", exact=True).click()
    page.get_by_role("button", name="Cancel the job").click()
    page.get_by_role("status").filter(has_text="cancelled").wait_for(timeout=PATIENT_MS)
    page.context.close()


def test_supervisors_look_and_agents_do_not(served: tuple[str, Path], browser: Any) -> None:
    phone = {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark"}
    page = signed_in(browser, served[0], "Sue", "releases", **phone)
    page.get_by_text("Admins train and promote.").wait_for()
    assert page.get_by_role("button", name="Promote").count() == 0
    assert page.get_by_role("button", name="Roll back").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert serious(page) == []
    page.context.close()
    page = signed_in(browser, served[0], "Ann", "releases")
    page.get_by_role("navigation", name="Pages").get_by_role("link").first.wait_for()
    assert page.get_by_role("link", name="Releases").count() == 0
    assert page.get_by_role("link", name="Analytics").count() == 0
    page.context.close()


def test_the_figures_of_a_conversation(served: tuple[str, Path], browser: Any, tmp_path: Path) -> None:
    address, _ = served
    say(address, "counted", "hello there")
    page = signed_in(browser, address, "Sue", "analytics")
    page.get_by_role("button", name="Chats").first.wait_for()
    page.locator(".analytics canvas").wait_for()
    page.get_by_role("button", name="Contained").click()
    page.get_by_role("heading", name="Contained").wait_for()
    page.get_by_text("The same as a table").click()
    page.get_by_role("columnheader", name="First answer").first.wait_for()
    page.get_by_role("button", name="By release").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="By release as CSV").click()
    download.value.save_as(tmp_path / "release.csv")
    rows = list(csv.DictReader((tmp_path / "release.csv").read_text(encoding="utf-8-sig").splitlines()))
    assert sum(int(row["chats"]) for row in rows) >= 1
    assert serious(page) == []
    page.context.close()
