"""Every address of the console's API, those of later days included: shut to strangers, to pages of others, by role."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from bot.people.person import Role
from tests.served_bot import Bot, served

from .test_people import account, page_of

pytestmark = pytest.mark.integration
BEHIND_DOORS = ("/api/console/", "/api/knowledge/", "/api/intents/", "/api/conversations/")
OPEN_TO_ALL = "/api/console/session"
READING = ("GET", "HEAD")
# What agents change: their own work. Everything else needs a supervisor, or an admin.
OF_AGENTS = {
    "/api/console/conversations/{id}/{deed}",
    "/api/console/unanswered/{id}/done",
    "/api/knowledge/search",
    "/api/intents/explain",
}


@pytest.fixture
async def bot(tmp_path: Path) -> AsyncIterator[Bot]:
    async with served(tmp_path, lambda _: {}) as bot:
        for name, role in (("Ann", Role.AGENT), ("Ada", Role.ADMIN)):
            assert await bot.store.people.add(account(name, role))
        yield bot


def doors(bot: Bot) -> Iterator[tuple[str, str, str]]:
    """(method, the route, an address of it) of everything behind the sign-in."""
    assert bot.client.app is not None
    for route in bot.client.app.router.routes():
        resource = route.resource
        if resource is None or not resource.canonical.startswith(BEHIND_DOORS):
            continue
        if resource.canonical != OPEN_TO_ALL and route.method != "HEAD":
            yield route.method, resource.canonical, _address(resource)


def _address(resource: Any) -> str:
    """An address that leads to the resource."""
    names = re.findall(r"\{(\w+)\}", resource.canonical)
    pattern = resource.get_info().get("pattern")
    for filling in product(("1", "claim", "replay", "channel"), repeat=len(names)):
        address = str(resource.url_for(**dict(zip(names, filling, strict=True))))
        if pattern is None or pattern.fullmatch(address):
            return address
    raise AssertionError(f"{resource.canonical}: nothing here fills it in")


async def status(bot: Bot, method: str, path: str, headers: dict[str, str] | None = None) -> int:
    body = {} if method in READING else {"json": {}}
    async with bot.client.request(method, path, headers=headers, **body) as answer:
        return answer.status


async def test_strangers_are_asked_to_sign_in_at_every_door(bot: Bot) -> None:
    found = list(doors(bot))
    assert len(found) > 40
    for method, route, path in found:
        if route != "/api/console/live":  # a socket says it with a close code
            assert await status(bot, method, path) == 401, (method, route)


async def test_the_cookie_of_an_admin_alone_changes_nothing_anywhere(bot: Bot) -> None:
    page = await page_of(bot, "Ada")
    for method, route, path in doors(bot):
        if method in READING:
            continue
        for headers in ({}, {"X-CSRF-Token": "0" * 48}, {**page, "Origin": "https://evil.example"}):
            assert await status(bot, method, path, headers) == 403, (method, route, headers)
        assert await status(bot, method, path, page) not in (401, 403), (method, route)


async def test_agents_change_nothing_but_their_own_work(bot: Bot) -> None:
    page = await page_of(bot, "Ann")
    for method, route, path in doors(bot):
        if method not in READING:
            refused = await status(bot, method, path, page) == 403
            assert refused is (route not in OF_AGENTS), (method, route)
