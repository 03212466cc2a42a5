"""The releases and analytics pages in Chromium, by role: trained, compared, tried, promoted, rolled back, counted."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.shop import add_person, chromium, kefu, say, serious, serving, signed_in

pytestmark = pytest.mark.e2e
TOKEN = "a-console-token-for-tests-only"
PATIENT_MS = 300_000


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as browser:
        yield browser


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
        add_person(folder, name, role)
    with serving(folder, {**os.environ, "KEFU_CONSOLE_TOKEN": TOKEN}) as address:
        yield address, folder


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
