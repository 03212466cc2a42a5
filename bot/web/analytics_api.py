"""The analytics page: figures of a period, on the page and as CSV. For supervisors."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from aiohttp import hdrs, web

from bot.insight.csv_file import csv_text
from bot.insight.figures import Each, Selection
from bot.insight.reports import TABLES, Insight
from bot.people.person import Role
from bot.web.errors import ApiError
from bot.web.keys import SERVICES
from bot.web.operation import Content, operation
from bot.web.people import require
from bot.web.shapes import ANY, Json, array, one_of, record, string

_EACH: tuple[Each, ...] = ("hour", "day", "week")
_MOST_DAYS: dict[Each, int] = {"hour": 31, "day": 400, "week": 2000}
_MOST_OFFSET_MIN = 14 * 60
_DATE = {"type": "string", "format": "date"}
_QUERY: Mapping[str, Json] = {
    "from": _DATE,
    "to": _DATE,
    "offset": {"type": "integer", "minimum": -_MOST_OFFSET_MIN, "maximum": _MOST_OFFSET_MIN, "default": 0},
    "each": one_of(*_EACH),
    "channel": string(80),
    "language": string(80),
    "release": string(81),
}


@operation(
    "The figures from one day to another, both included, and those of the days before.",
    access="console",
    query=_QUERY,
    answers={200: record({"totals": ANY, "before": ANY, "over_time": array(ANY), "by": ANY})},
)
async def report(request: web.Request) -> web.Response:
    """GET /api/console/analytics?from=&to=&offset=&each=&channel=&language=&release="""
    insight = await _allowed(request)
    selection, each = _selection(request)
    return web.json_response({**await insight.report(selection, each), "each": each})


@operation(
    "One table of the figures as CSV.",
    access="console",
    query=_QUERY,
    answers={200: Content(types={"text/csv": {"type": "string"}})},
    refuses=(404,),
)
async def file(request: web.Request) -> web.Response:
    """GET /api/console/analytics/{table}.csv?…"""
    insight = await _allowed(request)
    name = request.match_info["table"]
    if name not in TABLES:
        raise ApiError(404, f"The tables are {', '.join(TABLES)}.")
    selection, each = _selection(request)
    text = csv_text(await insight.rows(name, selection, each), offset_min=selection.offset_min)
    return web.Response(
        text=text,
        content_type="text/csv",
        charset="utf-8",
        headers={hdrs.CONTENT_DISPOSITION: f'attachment; filename="kefu-{name}.csv"'},
    )


async def _allowed(request: web.Request) -> Insight:
    await require(request, Role.SUPERVISOR)
    insight = request.app[SERVICES].insight
    if insight is None:
        raise ApiError(503, "There are no figures here.")
    return insight


def _selection(request: web.Request) -> tuple[Selection, Each]:
    """The days in the query, in the reader's time; the last 30 where none are named."""
    offset = _offset(request.query.get("offset", "0"))
    today = (datetime.now(UTC) + timedelta(minutes=offset)).date()
    last = _date(request, "to", today.isoformat())
    first = _date(request, "from", (last - timedelta(days=29)).date().isoformat())
    days = (last - first).days + 1
    each = request.query.get("each") or ("hour" if days <= 2 else "day")
    if each not in _EACH:
        raise ApiError(400, f"'each' is one of {', '.join(_EACH)}.")
    if not 1 <= days <= _MOST_DAYS[each]:
        raise ApiError(400, f"'from' and 'to' must be 1 to {_MOST_DAYS[each]} days by {each}.")
    since = int((first - timedelta(minutes=offset)).timestamp() * 1000)
    chosen = {name: request.query.get(name) for name in ("channel", "language", "release")}
    return Selection(since=since, until=since + days * 86_400_000, offset_min=offset, **chosen), each


def _date(request: web.Request, name: str, default: str) -> datetime:
    text = request.query.get(name) or default
    try:
        day = datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        raise ApiError(400, f"'{name}' must be a day such as 2026-11-25.") from None
    if not 1970 < day.year < 3000:
        raise ApiError(400, f"'{name}' must be a day such as 2026-11-25.")
    return day


def _offset(text: str) -> int:
    digits = text.removeprefix("-")
    offset = (
        int(text) if digits.isascii() and digits.isdecimal() and len(digits) < 5 else _MOST_OFFSET_MIN + 1
    )
    if abs(offset) > _MOST_OFFSET_MIN:
        raise ApiError(400, "'offset' must be minutes ahead of UTC, at most 840.")
    return offset


def attach(app: web.Application) -> None:
    """The routes of the page."""
    app.router.add_get("/api/console/analytics", report)
    app.router.add_get("/api/console/analytics/{table:[a-z_]{1,20}}.csv", file)
