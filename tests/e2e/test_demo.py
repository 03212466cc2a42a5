"""The demo as its users meet it: trained, measured, served, killed, and looked at in a browser."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.e2e
SHOP = Path(__file__).parents[2] / "data" / "shop"
TOKEN = "a-console-token-for-tests-only"
SECRET = "app-secret"


def kefu(*arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "bot.cli", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=900, **options)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the demo with a release, trained by the quick recipe."""
    folder = tmp_path_factory.mktemp("demo") / "shop"
    leave = shutil.ignore_patterns("releases", "reports", ".kefu", "*.sqlite*")
    shutil.copytree(SHOP, folder, ignore=leave)
    (folder / "credentials.yml").write_text(
        'whatsapp:\n  phone_number_id: "PN1"\n  access_token: t\n  app_secret: app-secret\n  verify_token: v\n'
        "  api_url: http://127.0.0.1:9\n"
    )
    done = kefu("train", str(folder), "--recipe", "fast")
    assert done.returncode == 0, done.stderr
    return folder


class Server:
    """A `kefu serve` process on a free port."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        environment = {**os.environ, "KEFU_CONSOLE_TOKEN": TOKEN}
        command = [sys.executable, "-m", "bot.cli", "serve", str(folder), "--port", str(self.port)]
        self.process = subprocess.Popen(
            command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        for _ in range(240):
            try:
                if self.request("/health/ready")[0] == 200:
                    return
            except OSError:
                time.sleep(0.25)
        raise AssertionError("the server did not become ready")

    def request(self, path: str, body: Any = None, **headers: str) -> tuple[int, str]:
        data = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if data is not None:
            named.setdefault("Content-Type", "application/json")
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", data, named)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def say(self, text: str, sender: str, **metadata: str) -> list[dict[str, Any]]:
        body = {"sender": sender, "message": text, "metadata": metadata}
        status, answer = self.request("/webhooks/rest/webhook", body)
        assert status == 200, answer
        return list(json.loads(answer))

    def console(self, path: str, body: Any = None) -> Any:
        status, answer = self.request(f"/api/console/{path}", body, Authorization=f"Bearer {TOKEN}")
        assert status == 200, answer
        return json.loads(answer)

    def stop(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(timeout=30)


@pytest.fixture
def server(shop: Path) -> Iterator[Server]:
    running = Server(shop)
    yield running
    if running.process.poll() is None:
        assert running.stop() == 0


def test_the_held_out_figures_hold(shop: Path) -> None:
    """Wide floors: they catch what breaks, not what wavers."""
    done = kefu("evaluate", str(shop))
    assert done.returncode == 0, done.stderr
    report = json.loads(next((shop / "reports").glob("*/report.json")).read_text())
    for part in (report["intents"], *report["intents"]["by_language"].values()):
        assert part["accuracy"] > 0.85
        assert part["out_of_scope_auroc"] > 0.9
    for part in (report["knowledge"], *report["knowledge"]["by_language"].values()):
        assert part["recall_at_3"] > 0.85
    for part in (report["end_to_end"], *report["end_to_end"]["by_language"].values()):
        assert part["shares"]["wrong"] < 0.08
        assert part["cost"]["kefu"] < min(part["cost"]["always_hand_over"], part["cost"]["threshold_0.7"])


def test_conversation_tests_pass(shop: Path) -> None:
    done = kefu("test", str(shop))
    assert done.returncode == 0, done.stdout + done.stderr
    (shop / "tests" / "test_wrong.yml").write_text(
        'version: "3.1"\nstories:\n- story: wrong\n  steps:\n  - user: hi\n  - action: utter_goodbye\n'
    )
    failed = kefu("test", str(shop))
    (shop / "tests" / "test_wrong.yml").unlink()
    assert failed.returncode == 1
    assert "wanted utter_goodbye, got utter_greet" in failed.stdout


def test_a_conversation_over_rest(server: Server) -> None:
    assert "order number" in server.say("where is my parcel?", "form")[0]["text"]
    assert "can't find" in server.say("WB-999999", "form")[0]["text"]
    assert "Kestrel D7" in server.say("sorry, it's WB-204817", "form")[0]["text"]
    assert "help/zh/espresso-descaling" in server.say("意式咖啡机多久除一次垢？", "article")[0]["text"]


def test_the_same_message_is_answered_once(server: Server) -> None:
    first = server.say("hello there", "twice", message_id="m1")
    assert server.say("hello there", "twice", message_id="m1") == first
    events = server.console("conversations/twice")["events"]
    assert sum(event["event"] == "user" for event in events) == 1


def test_a_person_takes_over_and_hands_back(server: Server) -> None:
    server.say("I want to talk to a real person", "people")
    assert "people" in [one["id"] for one in server.console("conversations?owner=waiting")]
    server.console("conversations/people/reply", {"agent": "Ann", "text": "Ann here, how can I help?"})
    answer = server.say("my desk wobbles", "people")
    assert [item["text"] for item in answer] == ["Ann here, how can I help?"]
    server.console("conversations/people/hand_back", {"agent": "Ann"})
    assert "Willowbay" in server.say("hello", "people")[0]["text"]


def test_what_was_not_answered_is_listed(server: Server) -> None:
    server.say("what is the integral of x squared, it's for my homework", "lost")
    rows = server.console("unanswered")
    row = next(one for one in rows if one["conversation_id"] == "lost")
    server.console(f"unanswered/{row['id']}/done", {"agent": "Ann"})
    assert row["id"] not in [one["id"] for one in server.console("unanswered")]


def test_a_signed_whatsapp_message_is_accepted_and_a_forged_one_refused(server: Server) -> None:
    message = {
        "from": "4915",
        "id": "wamid.A",
        "timestamp": "1700000000",
        "type": "text",
        "text": {"body": "hi"},
    }
    value = {"messaging_product": "whatsapp", "metadata": {"phone_number_id": "PN1"}, "messages": [message]}
    body = {
        "object": "whatsapp_business_account",
        "entry": [{"id": "W", "changes": [{"field": "messages", "value": value}]}],
    }
    raw = json.dumps(body).encode()
    signature = "sha256=" + hmac.new(SECRET.encode(), raw, hashlib.sha256).hexdigest()
    path = "/webhooks/whatsapp/webhook"
    assert server.request(f"{path}?hub.mode=subscribe&hub.verify_token=v&hub.challenge=77") == (200, "77")
    assert server.request(path, raw, X_Hub_Signature_256=signature)[0] == 200
    assert server.request(path, raw, X_Hub_Signature_256=signature)[0] == 200
    assert server.request(path, raw, X_Hub_Signature_256="sha256=" + "0" * 64)[0] == 401
    for _ in range(60):
        found = [one for one in server.console("conversations") if one["channel"] == "whatsapp"]
        if found:
            break
        time.sleep(0.1)
    events = server.console(f"conversations/{found[0]['id']}")["events"]
    assert sum(event["event"] == "user" for event in events) == 1
    assert any(event["event"] == "bot" for event in events)


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"{", 400), (b"[]", 400), (b'{"sender": "x"}', 400), (b'{"message": 7}', 400), (b"\xff\xfe", 400)],
)
def test_bad_bodies_get_a_clear_error(server: Server, body: bytes, status: int) -> None:
    code, answer = server.request("/webhooks/rest/webhook", body)
    assert code == status
    assert json.loads(answer)["error"]["message"]


def test_oversized_bodies_are_cut_off(server: Server) -> None:
    big = json.dumps({"message": "x" * 4_000_000}).encode()
    assert server.request("/webhooks/rest/webhook", big)[0] == 413


def test_the_console_wants_its_token(server: Server) -> None:
    assert server.request("/api/console/conversations")[0] == 401
    assert server.request("/api/console/conversations", None, Authorization="Bearer wrong")[0] == 401


def test_a_killed_server_goes_on_where_it_was(shop: Path) -> None:
    first = Server(shop)
    first.say("where is my order", "killed")
    first.stop(signal.SIGKILL)
    second = Server(shop)
    answer = second.say("WB-204818", "killed")
    assert second.stop() == 0
    assert "being packed" in answer[0]["text"]


def test_a_second_server_on_the_same_database_is_refused(server: Server, shop: Path) -> None:
    done = kefu("serve", str(shop), "--port", "0")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert done.stderr.startswith("kefu: ")


def test_public_hosts_need_a_token(shop: Path) -> None:
    done = kefu("serve", str(shop), "--host", "0.0.0.0")
    assert done.returncode == 1
    assert "secrets" in done.stderr or "KEFU_CONSOLE_TOKEN" in done.stderr


def test_a_damaged_release_is_refused(shop: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    shutil.copytree(shop, broken, ignore=shutil.ignore_patterns("*.sqlite*", "reports"))
    model = next((broken / "releases").glob("*/intents/weights.npy"))
    model.write_bytes(model.read_bytes()[:-8] + b"deadbeef")
    done = kefu("serve", str(broken), "--port", "0")
    assert done.returncode == 1
    assert "weights.npy has changed" in done.stderr
    assert "kefu train" in done.stderr


def test_a_visitor_and_an_agent_meet_in_the_browser(server: Server) -> None:
    sync_api = pytest.importorskip("playwright.sync_api")
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("Chromium is not installed: apt-get install chromium")
    flags = [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
    ]
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=flags)
        chat = browser.new_page(locale="en-GB")
        chat.goto(f"http://127.0.0.1:{server.port}/")
        chat.get_by_role("textbox").fill("<img src=x onerror=alert(1)> I want to talk to a human")
        chat.keyboard.press("Enter")
        chat.get_by_text("passing you on to a colleague").wait_for()
        assert chat.locator("img[src=x]").count() == 0
        console = browser.new_page(locale="en-GB")
        console.goto(f"http://127.0.0.1:{server.port}/console#token={TOKEN}")
        console.get_by_label("Your name").fill("Ann")
        console.get_by_role("button", name="Sign in").click()
        console.locator("aside .row", has_text="talk to a human").click()
        console.get_by_label("Reply to the customer").fill("Ann here: I will look into it.")
        console.keyboard.press("Enter")
        chat.get_by_text("Ann here: I will look into it.").wait_for()
        if folder := os.environ.get("SCREENSHOTS"):
            chat.screenshot(path=f"{folder}/chat.png")
            console.screenshot(path=f"{folder}/console.png")
        browser.close()
