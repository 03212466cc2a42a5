"""A project of its own, served by `kefu serve`, and browsers that look at it (Playwright's synchronous API)."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

PASSWORD = "correct horse battery"
WAIT_MS = 120_000
"""For anything that a page does by itself, on a machine that is busy."""
TRAIN_MS = 300_000
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
]  # fmt: skip


def kefu(*arguments: object, **options: Any) -> str:
    """Run a command that works; what it says."""
    command = [sys.executable, "-m", "bot.cli", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600, **options)
    assert done.returncode == 0, done.stderr
    return done.stdout


def add_person(folder: Path, name: str, role: str) -> None:
    kefu("people", "add", folder, name, "--role", role, input=f"{PASSWORD}\n{PASSWORD}\n")


@contextmanager
def serving(folder: Path, environment: Mapping[str, str] = os.environ) -> Iterator[str]:
    """`kefu serve` on a free port; its address."""
    command = [sys.executable, "-m", "bot.cli", "serve", str(folder), "--port", "0"]
    with subprocess.Popen(
        command,
        env={**environment, "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdout is not None
        address = next(line.split()[-1] for line in process.stdout if line.startswith("Chat:"))
        yield address.rstrip("/")
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=180)


@contextmanager
def chromium() -> Iterator[Any]:
    sync_api = pytest.importorskip("playwright.sync_api")
    found = shutil.which("chromium")
    if found is None:
        pytest.skip("Chromium is not installed: apt-get install chromium")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield browser
        browser.close()


def new_page(browser: Any, **options: Any) -> Any:
    """A page of somebody who was never here."""
    page = browser.new_context(**{"locale": "en-GB", **options}).new_page()
    page.set_default_timeout(WAIT_MS)
    return page


def signed_in(browser: Any, address: str, name: str, where: str, **options: Any) -> Any:
    """A page of somebody who has signed in, at `#/where`."""
    page = new_page(browser, **options)
    page.goto(f"{address}/console")
    page.get_by_label("Your name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
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


def say(address: str, sender: str, text: str) -> list[dict[str, Any]]:
    """What the bot answers on REST."""
    body = json.dumps({"sender": sender, "message": text}).encode()
    request = urllib.request.Request(
        f"{address}/webhooks/rest/webhook", body, {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        return list(json.load(answer))
