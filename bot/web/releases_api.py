"""The releases page: supervisors see, admins train, measure, try, promote and roll back."""

from __future__ import annotations

import math
import time
from collections.abc import Awaitable
from typing import Any, TypeVar

from aiohttp import web

from bot.errors import SettingsError
from bot.insight.compare import against
from bot.insight.figures import Selection
from bot.people.person import Person, Role
from bot.rollout.board import Board, NotComparable, job_json
from bot.store.jobs import JobRunning
from bot.web.errors import ApiError
from bot.web.keys import SERVICES
from bot.web.operation import operation
from bot.web.people import require
from bot.web.reading import query_number, read_api_object, text_field
from bot.web.shapes import ANY, STATUS, array, one_of, record, string, whole
from encoders.errors import ArtifactError

R = TypeVar("R")
_RECIPES = ("auto", "finetune", "fast")
_LONGEST_ID = 81
_MOST_MINUTES = 24 * 60
_DAY_MS = 86_400_000
_RELEASE = record({"release": string(_LONGEST_ID)})
_PERCENT = {"type": "number", "minimum": 0, "maximum": 100}
_BEGUN = record({"job": whole(1)})


@operation(
    "The releases with their figures, what each does, the last jobs and changes.",
    access="console",
    answers={
        200: record({"active": string(), "releases": array(ANY), "jobs": array(ANY), "changes": array(ANY)})
    },
)
async def overview(request: web.Request) -> web.Response:
    """GET /api/console/releases"""
    board, _ = await _allowed(request, Role.SUPERVISOR)
    return web.json_response(await board.overview())


@operation(
    "What each release's conversations came to in the last days, and how they differ from the serving one's.",
    access="console",
    query={"days": whole(1, 366, default=30)},
    answers={200: array(ANY)},
)
async def live_figures(request: web.Request) -> web.Response:
    """GET /api/console/releases/live?days="""
    board, _ = await _allowed(request, Role.SUPERVISOR)
    insight = request.app[SERVICES].insight
    if insight is None:
        raise ApiError(503, "There are no figures here.")
    days = query_number(request, "days", default=30, largest=366)
    now = int(time.time() * 1000) + 1
    rows = await insight.by_release(Selection(since=now - days * _DAY_MS, until=now))
    serving = next((row for row in rows if row["key"] == board.active), None)
    for row in rows:
        row["differs"] = against(row, serving) if serving is not None and row is not serving else {}
    return web.json_response(rows)


@operation("The newest job with its log; null before the first.", access="console")
async def job(request: web.Request) -> web.Response:
    """GET /api/console/releases/job"""
    board, _ = await _allowed(request, Role.SUPERVISOR)
    newest = await board.work.newest()
    return web.json_response(job_json(newest[0]) if newest else None)


@operation(
    "Train a release, and measure it.",
    access="console",
    body=record(
        {"recipe": one_of(*_RECIPES), "minutes": {"type": "number", "minimum": 0, "maximum": _MOST_MINUTES}}
    ),
    answers={202: _BEGUN},
    refuses=(409,),
)
async def train(request: web.Request) -> web.Response:
    """POST /api/console/releases/train {recipe, minutes}"""
    board, person = await _allowed(request, Role.ADMIN)
    data = await read_api_object(request)
    recipe = text_field(data, "recipe", longest=20)
    if recipe not in _RECIPES:
        raise ApiError(400, f"'recipe' is one of {', '.join(_RECIPES)}.")
    minutes = _number(data, "minutes", most=_MOST_MINUTES)
    started = await _started(board.work.train(recipe=recipe, minutes=minutes, by=_name(person)))
    return web.json_response({"job": started}, status=202)


@operation(
    "Measure a release on the held-out messages.",
    access="console",
    answers={202: _BEGUN},
    refuses=(404, 409),
)
async def evaluate(request: web.Request) -> web.Response:
    """POST /api/console/releases/{id}/evaluation"""
    board, person = await _allowed(request, Role.ADMIN)
    release = request.match_info["id"]
    if not await board.has(release):
        raise ApiError(404, "There is no such release.")
    return web.json_response(
        {"job": await _started(board.work.evaluate(release, by=_name(person)))}, status=202
    )


@operation("End the job that runs.", access="console", answers={200: STATUS}, refuses=(409,))
async def cancel(request: web.Request) -> web.Response:
    """POST /api/console/releases/job/cancel"""
    board, person = await _allowed(request, Role.ADMIN)
    if not await board.work.cancel(_name(person)):
        raise ApiError(409, "No job runs.")
    return web.json_response({"status": "ok"})


@operation("The whole report of a release.", access="console", answers={200: ANY}, refuses=(404,))
async def evaluation(request: web.Request) -> web.Response:
    """GET /api/console/releases/{id}/evaluation"""
    board, _ = await _allowed(request, Role.SUPERVISOR)
    found = await board.evaluation(request.match_info["id"])
    if found is None:
        raise ApiError(404, "This release was not measured.")
    return web.json_response(found)


@operation(
    "What changes from one release to another, message by message.",
    access="console",
    query={"against": string(_LONGEST_ID)},
    answers={200: record({"better": array(ANY), "worse": array(ANY), "other": array(ANY)})},
    refuses=(404, 409),
)
async def diff(request: web.Request) -> web.Response:
    """GET /api/console/releases/{id}/diff?against="""
    board, _ = await _allowed(request, Role.SUPERVISOR)
    release, against = request.match_info["id"], request.query.get("against", "")
    for one in (release, against):
        if not await board.has(one):
            raise ApiError(404, "There is no such release.")
    try:
        return web.json_response(await board.difference(release, against))
    except NotComparable as error:
        raise ApiError(409, str(error)) from error


@operation("How a release in the shadow agrees with what answered.", access="console", answers={200: ANY})
async def shadow(request: web.Request) -> web.Response:
    """GET /api/console/releases/{id}/shadow"""
    board, _ = await _allowed(request, Role.SUPERVISOR)
    return web.json_response(await board.shadow(request.match_info["id"]))


@operation("Serve a release.", access="console", body=_RELEASE, answers={200: STATUS}, refuses=(409,))
async def promote(request: web.Request) -> web.Response:
    """POST /api/console/releases/promote {release}"""
    board, person = await _allowed(request, Role.ADMIN)
    release = text_field(await read_api_object(request), "release", longest=_LONGEST_ID)
    return await _done(board.promote(release, by=_name(person)))


@operation("Serve what served before.", access="console", answers={200: STATUS}, refuses=(409,))
async def roll_back(request: web.Request) -> web.Response:
    """POST /api/console/releases/rollback"""
    board, person = await _allowed(request, Role.ADMIN)
    return await _done(board.roll_back(by=_name(person)))


@operation(
    "Let a release decide about live messages, unheard; an empty id ends it.",
    access="console",
    body=_RELEASE,
    answers={200: STATUS},
    refuses=(409,),
)
async def shadow_with(request: web.Request) -> web.Response:
    """POST /api/console/releases/shadow {release}"""
    board, person = await _allowed(request, Role.ADMIN)
    release = _id(await read_api_object(request))
    return await _done(board.shadow_with(release, by=_name(person)))


@operation(
    "Let a release answer a part of the conversations; an empty id ends it.",
    access="console",
    body=record({"release": string(_LONGEST_ID)}, {"percent": _PERCENT}),
    answers={200: STATUS},
    refuses=(409,),
)
async def split_with(request: web.Request) -> web.Response:
    """POST /api/console/releases/split {release, percent}"""
    board, person = await _allowed(request, Role.ADMIN)
    data = await read_api_object(request)
    release = _id(data)
    percent = _number(data, "percent", most=100) if release else 0.0
    return await _done(board.split_with(release, percent, by=_name(person)))


async def _allowed(request: web.Request, role: Role) -> tuple[Board, Person]:
    person = await require(request, role)
    board = request.app[SERVICES].releases
    if board is None:
        raise ApiError(503, "There are no releases here.")
    return board, person


def _name(person: Person) -> str:
    """Who is on record for it; a program with the console's token has no name."""
    return person.name or "API"


async def _started(work: Awaitable[R]) -> R:
    try:
        return await work
    except JobRunning as error:
        raise ApiError(409, "Another job has not ended yet.") from error


async def _done(work: Awaitable[Any]) -> web.Response:
    try:
        await work
    except (ArtifactError, SettingsError) as error:
        raise ApiError(409, str(error)) from error
    return web.json_response({"status": "ok"})


def _id(data: dict[str, Any]) -> str:
    """A release's id, or nothing."""
    return "" if data.get("release") == "" else text_field(data, "release", longest=_LONGEST_ID)


def _number(data: dict[str, Any], name: str, *, most: float) -> float:
    value = data.get(name)
    if (
        isinstance(value, bool)
        or not isinstance(value, int | float)
        or not math.isfinite(value)
        or not 0 <= value <= most
    ):
        raise ApiError(400, f"'{name}' must be a number from 0 to {most}.")
    return float(value)


def attach(app: web.Application) -> None:
    """The routes of the page."""
    base, release = "/api/console/releases", r"/api/console/releases/{id:[A-Za-z0-9][A-Za-z0-9._-]{0,80}}"
    router = app.router
    router.add_get(base, overview)
    router.add_get(f"{base}/live", live_figures)
    router.add_get(f"{base}/job", job)
    router.add_post(f"{base}/job/cancel", cancel)
    router.add_post(f"{base}/train", train)
    router.add_post(f"{base}/promote", promote)
    router.add_post(f"{base}/rollback", roll_back)
    router.add_post(f"{base}/shadow", shadow_with)
    router.add_post(f"{base}/split", split_with)
    router.add_post(f"{release}/evaluation", evaluate)
    router.add_get(f"{release}/evaluation", evaluation)
    router.add_get(f"{release}/diff", diff)
    router.add_get(f"{release}/shadow", shadow)
