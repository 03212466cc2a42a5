"""What the page of all conversations talks to: finding them, reading one, correcting labels, deleting a customer."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from typing import Any, cast, get_args

from aiohttp import web

from bot.forget import said
from bot.people.person import Role
from bot.store.archive import DecisionKind, Found, Search
from bot.store.records import Owner
from bot.store.reviews import Item
from bot.web.errors import ApiError
from bot.web.keys import SERVICES
from bot.web.operation import operation
from bot.web.people import acting, require
from bot.web.reading import query_number, read_api_object, text_field, whole_number
from bot.web.review_api import problems, review_of
from bot.web.shapes import STATUS, array, one_of, record, string, whole

log = logging.getLogger("kefu.archive")

Json = dict[str, Any]
_OWNERS = get_args(Owner)
_KINDS = get_args(DecisionKind)
_ROW = record({"id": string(), "channel": string(), "owner": one_of(*_OWNERS), "line": string()})
_QUERY = {
    "text": string(200), "channel": string(80), "language": string(8), "owner": one_of(*_OWNERS),
    "intent": string(80), "decided": one_of(*_KINDS), "since": string(10), "until": string(10),
    "limit": whole(1, 200, default=50), "before": string(400),
}  # fmt: skip


@operation(
    "Conversations by what was said, understood and decided in them, the one last written to first.",
    access="console",
    query=_QUERY,
    answers={200: record({"conversations": array(_ROW), "next": string()})},
)
async def find(request: web.Request) -> web.Response:
    """GET /api/console/archive?text=&channel=&language=&owner=&intent=&decided=&since=&until=&limit=&before="""
    await require(request, Role.AGENT)
    limit = query_number(request, "limit", default=50, largest=200)
    found = await review_of(request).archive.find(_search(request), limit=limit + 1, before=_before(request))
    page, more = found[:limit], len(found) > limit
    return web.json_response(
        {"conversations": [_row(one) for one in page], "next": _cursor(page[-1]) if more else ""}
    )


@operation(
    "The channels and languages that conversations have.",
    access="console",
    answers={200: record({"channels": array(string()), "languages": array(string())})},
)
async def values(request: web.Request) -> web.Response:
    """GET /api/console/archive/values"""
    await require(request, Role.AGENT)
    return web.json_response(await review_of(request).archive.values())


@operation(
    "A conversation with its events, what reviewers made of its messages, and how many the customer has had.",
    access="console",
    answers={
        200: record({"id": string(), "events": array({"type": "object"}), "labels": {"type": "object"}})
    },
)
async def show(request: web.Request) -> web.Response:
    """GET /api/console/archive/{id}"""
    await require(request, Role.AGENT)
    review, conversation_id = review_of(request), request.match_info["id"]
    found = await request.app[SERVICES].desk.conversation(conversation_id)
    if found is None:
        raise ApiError(404, "There is no such conversation.")
    items = await review.reviews.of_conversation(conversation_id)
    labels = {item.place: await _label(request, item) for item in items}
    same = await review.archive.of_person(conversation_id)
    return web.json_response({**found, "labels": labels, "same_customer": len(same)})


@operation(
    "Say what a customer's message means: it goes onto the review queue.",
    access="console",
    body=record({"seq": whole(0), "intent": string(80, empty=False)}, {"agent": string(80)}),
    answers={200: STATUS},
    refuses=(409,),
)
async def correct(request: web.Request) -> web.Response:
    """POST /api/console/archive/{id}/labels {seq, intent}"""
    person = await require(request, Role.SUPERVISOR)
    data = await read_api_object(request)
    review, seq = review_of(request), whole_number(data, "seq", default=0)
    intent = text_field(data, "intent", longest=80)
    with problems(review):
        put = await review.correct(request.match_info["id"], seq, intent, acting(person, data))
    if not put:
        raise ApiError(409, "This message was reviewed already: take that decision back first.")
    return web.json_response({"status": "ok"})


@operation(
    "Delete all that is stored of the customer who had this conversation, and what was learned from it.",
    access="console",
    body=record({}, {"agent": string(80)}),
    answers={200: record({"said": array(string()), "conversations": whole(0)})},
)
async def erase(request: web.Request) -> web.Response:
    """POST /api/console/archive/{id}/erase"""
    person = await require(request, Role.ADMIN)
    who = acting(person, await read_api_object(request))
    review = review_of(request)
    with problems(review):
        done = await review.forget(request.match_info["id"], who)
    if not done.anything:
        raise ApiError(404, "There is no such conversation.")
    log.info("a customer's data was deleted", extra={"by": who, "conversations": done.live})
    lines = [line.replace(f"{review.project.folder}/", "") for line in said(review.project, done)]
    return web.json_response({"said": lines, "conversations": done.live})


def _search(request: web.Request) -> Search:
    query = request.query
    owner, decided = query.get("owner") or None, query.get("decided") or None
    if owner is not None and owner not in _OWNERS:
        raise ApiError(400, f"'owner' is one of {', '.join(_OWNERS)}.")
    if decided is not None and decided not in _KINDS:
        raise ApiError(400, f"'decided' is one of {', '.join(_KINDS)}.")
    until = _day(request, "until")
    return Search(
        text=query.get("text", "").replace("\0", "").strip()[:200],
        channel=query.get("channel", "").replace("\0", ""),
        language=query.get("language", "").replace("\0", ""),
        owner=cast(Owner | None, owner),
        intent=query.get("intent", "").replace("\0", ""),
        decided=cast(DecisionKind | None, decided),
        since=_day(request, "since"),
        until=until + timedelta(days=1) if until else None,
    )


def _day(request: web.Request, name: str) -> datetime | None:
    """The beginning of a day, in UTC."""
    given = request.query.get(name)
    if not given:
        return None
    try:
        return datetime.strptime(given, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        raise ApiError(400, f"'{name}' is a day such as 2026-01-31.") from None


def _before(request: web.Request) -> tuple[datetime, str] | None:
    given = request.query.get("before")
    if not given:
        return None
    when, _, conversation_id = given.partition("|")
    try:
        return datetime.fromisoformat(when).astimezone(UTC), conversation_id.replace("\0", "")
    except (ValueError, OverflowError):
        raise ApiError(400, "'before' is what the page before gave as 'next'.") from None


def _cursor(last: Found) -> str:
    return f"{last.conversation.updated_at.isoformat()}|{last.conversation.id}"


def _row(found: Found) -> Json:
    row = found.conversation
    return {
        "id": row.id, "channel": row.channel, "sender": row.sender, "owner": row.owner, "agent": row.agent,
        "language": row.language, "preview": row.preview, "line": found.line,
        "created_at": row.created_at.isoformat(), "updated_at": row.updated_at.isoformat(),
    }  # fmt: skip


async def _label(request: web.Request, item: Item) -> Json:
    """What reviewers made of a message."""
    change = await review_of(request).reviews.change(item.change_id) if item.change_id else None
    return {
        "source": item.source, "state": item.state, "proposed": item.proposed,
        "kind": change.kind if change else "", "target": change.target if change else "",
        "person": change.person if change else item.reason if item.source == "corrected" else "",
    }  # fmt: skip
