"""Who may use the console: accounts, signing in, sessions, roles, and those who try without."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from typer.testing import CliRunner

from bot.cli import app
from bot.people.passwords import hashed
from bot.people.person import Role, name_key
from bot.people.sessions import IDLE, LONGEST, Sessions
from bot.store.people import Account
from bot.store.store import Store
from bot.web import console_live
from bot.web.keys import ATTEMPTS, FAILURES
from tests.served_bot import TOKEN, Bot, served

pytestmark = pytest.mark.integration
PASSWORD = "correct horse battery"
SESSION = "/api/console/session"
CONVERSATIONS = "/api/console/conversations"
BEARER = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture
async def bot(tmp_path: Path) -> AsyncIterator[Bot]:
    async with served(tmp_path, lambda _: {}) as bot:
        for name, role in (("Ann", Role.AGENT), ("Sue", Role.SUPERVISOR), ("Ada", Role.ADMIN)):
            assert await bot.store.people.add(account(name, role))
        yield bot


@cache
def stored() -> str:
    return hashed(PASSWORD)


def account(name: str, role: Role) -> Account:
    return Account(
        name=name,
        key=name_key(name),
        role=role.word,
        password=stored(),
        languages=(),
        skills=(),
        most_chats=5,
        created_at=datetime.now(UTC),
    )


async def sign_in(bot: Bot, name: str, password: str = PASSWORD, **headers: str) -> aiohttp.ClientResponse:
    return await bot.client.post(SESSION, json={"name": name, "password": password}, headers=headers)


async def page_of(bot: Bot, name: str) -> dict[str, str]:
    """Sign in; the headers that the page sends along."""
    answer = await sign_in(bot, name)
    assert answer.status == 200, await answer.text()
    return {"X-CSRF-Token": (await answer.json())["csrf"]}


def cookie(answer: aiohttp.ClientResponse) -> Any:
    return answer.cookies["kefu_session"]


# ── signing in ───────────────────────────────────────────────────────────────────────────────────────────


async def test_a_person_signs_in_and_out(bot: Bot) -> None:
    assert await (await bot.client.get(SESSION)).json() == {"person": None, "accounts": True}
    page = await page_of(bot, " ann ")
    shown = await (await bot.client.get(SESSION)).json()
    assert (shown["person"]["name"], shown["person"]["role"]) == ("Ann", "agent")
    assert (await bot.client.get(CONVERSATIONS)).status == 200
    assert (await bot.client.delete(SESSION, headers=page)).status == 200
    assert (await bot.client.get(CONVERSATIONS)).status == 401


async def test_the_cookie_is_kept_from_scripts_other_sites_and_open_wires(bot: Bot) -> None:
    here = cookie(await sign_in(bot, "Ann"))
    assert here["httponly"]
    assert here["samesite"] == "Strict"
    assert not here["secure"], "on this machine there is no TLS"
    outside = cookie(await sign_in(bot, "Ann", Host="kefu.example"))
    assert outside["secure"]


async def test_a_session_that_was_planted_is_not_the_one_that_is_signed_in(bot: Bot) -> None:
    planted = "a" * 43
    bot.client.session.cookie_jar.update_cookies({"kefu_session": planted})
    first = cookie(await sign_in(bot, "Ann")).value
    assert first != planted
    second = cookie(await sign_in(bot, "Ann")).value
    for old in (planted, first):
        answer = await bot.client.get(CONVERSATIONS, cookies={"kefu_session": old})
        assert answer.status == 401
    assert second != first


async def test_a_wrong_name_and_a_wrong_password_are_told_the_same(bot: Bot) -> None:
    told = []
    for name, password in (("Ann", "wrong password"), ("Nobody", PASSWORD), ("Ann", ""), ("Ann", "x" * 5000)):
        answer = await sign_in(bot, name, password)
        assert answer.status == 401
        assert "kefu_session" not in answer.cookies
        told.append((await answer.json())["error"]["message"])
    assert len(set(told)) == 1


def stopped(bot: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no time pass for those who count attempts, however slow the machine is."""
    now = time.monotonic()
    assert bot.client.app is not None
    for key in (FAILURES, ATTEMPTS):
        monkeypatch.setattr(bot.client.app[key], "_clock", lambda: now)


async def test_who_guesses_a_password_must_wait_also_with_the_right_one(
    bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopped(bot, monkeypatch)
    for _ in range(10):
        assert (await sign_in(bot, "Ann", "guess")).status == 401
    for name in ("Ann", "Sue"):  # by the name, and by the address
        answer = await sign_in(bot, name)
        assert answer.status == 429
        assert int(answer.headers["Retry-After"]) >= 1


async def test_a_name_is_guarded_from_all_addresses_together(
    bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopped(bot, monkeypatch)
    monkeypatch.setattr("bot.web.session_api.refuse_who_guesses", lambda _: None)
    statuses = [(await sign_in(bot, "ANN", "guess")).status for _ in range(11)]
    assert statuses == [401] * 10 + [429]
    assert (await sign_in(bot, "Sue")).status == 200


async def test_the_consoles_token_signs_in_where_there_is_no_account_of_that_name(bot: Bot) -> None:
    answer = await bot.client.post(SESSION, json={"name": "Guest", "token": TOKEN})
    assert (await answer.json())["person"]["role"] == "admin"
    assert (await bot.client.post(SESSION, json={"name": "ann", "token": TOKEN})).status == 409
    assert (await bot.client.post(SESSION, json={"name": "Guest", "token": "wrong"})).status == 401


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        ('{"name": "Ann", "password": "x"}', {"Content-Type": "text/plain"}, 415),
        ("name=Ann&password=x", {"Content-Type": "application/x-www-form-urlencoded"}, 415),
        ('{"name": "Ann", "password": "x"}', {"Origin": "https://evil.example"}, 403),
        ("{}", {}, 400),
        ('{"name": "Ann", "token": 7}', {}, 400),
    ],
)
async def test_no_page_elsewhere_signs_anybody_in(
    bot: Bot, body: str, headers: dict[str, str], status: int
) -> None:
    answer = await bot.client.post(
        SESSION, data=body, headers={"Content-Type": "application/json", **headers}
    )
    assert answer.status == status


# ── other people's pages, and roles ──────────────────────────────────────────────────────────────────────


async def test_a_cookie_alone_changes_nothing(bot: Bot) -> None:
    await bot.say("my cat is purple", "cat")
    page = await page_of(bot, "Ann")
    claim = f"{CONVERSATIONS}/cat/claim"
    for headers in (
        {},
        {"X-CSRF-Token": ""},
        {"X-CSRF-Token": "0" * 48},
        {**page, "Origin": "https://evil.example"},
    ):
        assert (await bot.client.post(claim, json={}, headers=headers)).status == 403
    assert (await bot.client.delete(SESSION)).status == 403
    assert [row.owner for row in await bot.conversations()] == ["waiting"]
    assert (await bot.client.post(claim, json={}, headers=page)).status == 200


async def test_one_session_is_not_opened_by_the_pages_token_of_another(bot: Bot) -> None:
    others = await page_of(bot, "Sue")
    await page_of(bot, "Ann")
    assert (await bot.client.post(f"{CONVERSATIONS}/cat/claim", json={}, headers=others)).status == 403


async def test_an_agent_acts_in_no_other_name(bot: Bot) -> None:
    await bot.say("my cat is purple", "cat")
    page = await page_of(bot, "Ann")
    body = {"agent": "Sue", "text": "Hello, Sue here."}
    assert (await bot.client.post(f"{CONVERSATIONS}/cat/reply", json=body, headers=page)).status == 200
    assert [row.agent for row in await bot.conversations()] == ["Ann"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/api/console/deliveries/1/replay"),
        ("POST", "/api/console/deliveries/1/drop"),
        ("PUT", "/api/knowledge/documents/returns"),
        ("DELETE", "/api/knowledge/documents/returns"),
        ("PUT", "/api/knowledge/files/returns.md"),
        ("POST", "/api/knowledge/pages"),
    ],
)
async def test_what_supervisors_do_agents_may_not(bot: Bot, method: str, path: str) -> None:
    for name, refused in (("Ann", True), ("Sue", False)):
        page = await page_of(bot, name)
        answer = await bot.client.request(method, path, json={}, headers=page)
        assert (answer.status == 403) is refused


async def test_a_new_role_a_new_password_and_a_removal_hold_at_once(bot: Bot) -> None:
    drop, people = "/api/console/deliveries/1/drop", bot.store.people
    page = await page_of(bot, "Sue")
    assert (await bot.client.post(drop, headers=page)).status == 404
    await people.change("sue", role="agent")
    assert (await bot.client.post(drop, headers=page)).status == 403
    await people.change("sue", password=stored())
    assert (await bot.client.get(CONVERSATIONS)).status == 401
    await page_of(bot, "Sue")
    await people.remove("sue")
    assert (await bot.client.get(CONVERSATIONS)).status == 401


async def test_the_socket_closes_when_its_person_is_signed_out(
    bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(console_live, "LOOK_EVERY_S", 0.05)
    await page_of(bot, "Ann")
    async with bot.client.ws_connect("/api/console/live") as socket:
        await socket.send_json({})
        assert (await socket.receive_json(timeout=30))["type"] == "resync"
        await bot.store.people.remove("ann")
        async for message in socket:  # who else is there may be told before
            assert message.type == aiohttp.WSMsgType.TEXT
        assert socket.close_code == 4401


# ── how long a session lasts ─────────────────────────────────────────────────────────────────────────────


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    store = await Store.open(f"sqlite:///{tmp_path}/kefu.db")
    await store.people.add(account("Ann", Role.AGENT))
    yield store
    await store.close()


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 3, 1, 9, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


async def test_a_session_ends_when_nothing_is_asked_for(store: Store) -> None:
    clock = Clock()
    sessions = Sessions(store.people, TOKEN, clock)
    opened = await sessions.sign_in("Ann", PASSWORD)
    assert opened is not None
    clock.now += IDLE
    assert await sessions.find(opened.token, in_use=False) is not None
    clock.now += timedelta(seconds=1)
    assert await sessions.find(opened.token) is None
    clock.now -= IDLE
    assert await sessions.find(opened.token) is None, "what has ended does not come back"


async def test_a_session_in_use_ends_in_the_end(store: Store) -> None:
    clock = Clock()
    sessions = Sessions(store.people, TOKEN, clock)
    opened = await sessions.sign_in("Ann", PASSWORD)
    assert opened is not None
    for _ in range(int(LONGEST / IDLE)):
        clock.now += IDLE
        assert await sessions.find(opened.token) is not None
    clock.now += timedelta(seconds=1)
    assert await sessions.find(opened.token) is None


async def test_a_new_console_token_ends_the_sessions_of_the_old_one(store: Store) -> None:
    sessions = Sessions(store.people, TOKEN)
    guest = await sessions.sign_in_with_token("Guest")
    assert await sessions.find(guest.token) is not None
    assert await Sessions(store.people, "another").find(guest.token) is None
    assert await Sessions(store.people, "").find(guest.token) is None


async def test_the_database_has_neither_passwords_nor_cookies(store: Store, tmp_path: Path) -> None:
    session = await Sessions(store.people, TOKEN).sign_in("Ann", PASSWORD)
    assert session is not None
    stored = contents(tmp_path)
    for secret in (PASSWORD, session.token, session.csrf, TOKEN):
        assert secret.encode() not in stored


def contents(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.iterdir())


# ── the command ──────────────────────────────────────────────────────────────────────────────────────────


def people(*arguments: str, text: str | None = None) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["people", *arguments], input=text)
    return done.exit_code, done.output + (str(done.exception) if done.exception else "")


def test_the_command_makes_lists_changes_and_removes_people(tmp_path: Path) -> None:
    project = tmp_path / "mine"
    CliRunner().invoke(app, ["new", str(project)], catch_exceptions=False)
    folder = str(project)
    assert "Nobody yet" in people("list", folder)[1]
    assert people("add", folder, "Ada", "--role", "admin", text=f"{PASSWORD}\n")[0] == 0
    assert "already" in people("add", folder, "ADA", text=f"{PASSWORD}\n")[1]
    assert "10 to 200" in people("add", folder, "Bob", text="short\n")[1]
    assert "first line" in people("add", folder, "Bob", text="")[1]
    added = people("add", folder, "Bob", "--language", "zh", "--skill", "returns", text=f"{PASSWORD}\n")
    assert added[0] == 0
    assert "zh; returns; 5 chats" in people("list", folder)[1]
    assert people("change", folder, "bob", "--most-chats", "3", "--role", "supervisor")[0] == 0
    assert "supervisor  Bob" in people("list", folder)[1]
    assert "3 chats" in people("list", folder)[1]
    assert "last admin" in people("remove", folder, "Ada")[1]
    assert people("password", folder, "Bob", text="another password\n")[0] == 0
    assert people("remove", folder, "Bob")[0] == 0
    assert "nobody called Bob" in people("remove", folder, "Bob")[1]
