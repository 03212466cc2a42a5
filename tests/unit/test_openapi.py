"""The description of our HTTP interface: every route is in it, and it says what the routes do."""

from __future__ import annotations

from typing import Any, cast

import pytest
from aiohttp import web

from bot.settings import ServerSettings
from bot.web.openapi import document, undescribed
from bot.web.operation import operation
from bot.web.rasa_access import Access
from bot.web.rasa_api import RasaApi
from bot.web.routes import build_app
from bot.web.service import Services


@pytest.fixture
def app() -> web.Application:
    """All routes; nothing is behind them."""
    absent: Any = None
    rasa = RasaApi(access=Access(token="t"), trackers=absent, releases=absent)
    return build_app(
        Services(
            turns=absent,
            desk=absent,
            deliveries=absent,
            sessions=absent,
            uploads=absent,
            people=absent,
            presence=absent,
            version="1.2",
            console_token="t",
            server=ServerSettings(),
            rasa=rasa,
        )
    )


def test_every_route_is_described(app: web.Application) -> None:
    assert undescribed(app) == []


def test_a_route_without_a_description_is_named_with_what_to_do() -> None:
    async def new_thing(_request: web.Request) -> web.Response:
        return web.Response()

    app = web.Application()
    app.router.add_get("/api/new/{id}", new_thing)
    (missing,) = undescribed(app)
    assert missing.startswith("GET /api/new/{id}: ")
    assert "new_thing" in missing
    assert "@operation" in missing


def test_parameters_of_the_path_are_read_off_the_route() -> None:
    @operation("A thing.", access="console")
    async def thing(_request: web.Request) -> web.Response:
        return web.Response()

    app = web.Application()
    app.router.add_post(r"/api/x/{id}/{n:\d{1,9}}/{deed:claim|close}", thing)
    shape = document(app, "1")["paths"]["/api/x/{id}/{n}/{deed}"]["post"]
    assert {one["name"]: one["schema"] for one in shape["parameters"]} == {
        "id": {"type": "string", "minLength": 1},
        "n": {"type": "string", "pattern": "^[0-9]{1,9}$"},
        "deed": {"type": "string", "enum": ["claim", "close"]},
    }
    assert {"200", "401", "404"} <= shape["responses"].keys()
    assert shape["security"] == [{"console": []}]


def test_operations_have_names_of_their_own(app: web.Application) -> None:
    shapes = cast(dict[str, dict[str, Any]], document(app, "1")["paths"])
    names = [one["operationId"] for path in shapes.values() for one in path.values()]
    assert len(names) == len(set(names))
    assert len(names) > 30
