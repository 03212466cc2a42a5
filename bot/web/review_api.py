"""What the review page talks to: the queue, decisions about it, answers, articles and the history."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

from aiohttp import web

from bot.people.person import Role
from bot.review.aid import AidFailed
from bot.review.mined import drafted_answers, mined_intent
from bot.review.review import Done, Draft, Refused, Review
from bot.review.shelf import articles_of, intents_of
from bot.store.records import ConflictError
from bot.store.reviews import SOURCES, Change, Item, Source
from bot.web.errors import ApiError
from bot.web.keys import SERVICES
from bot.web.operation import operation
from bot.web.people import acting, require
from bot.web.reading import query_number, read_api_object, text_field, whole_number
from bot.web.shapes import ANY, STATUS, array, one_of, or_null, record, string, whole
from encoders.errors import InputError

Json = dict[str, Any]

UNSORTED = "live#"
"""In addresses: the messages that are in no cluster yet."""
_MOST_ITEMS = 500
_LONGEST_ANSWER = 4000
_LONGEST_ARTICLE = 200_000
_LONGEST_NAME = 80
_AGENT = {"agent": string(_LONGEST_NAME)}
_SEEN = {"items": array({"type": "array", "items": whole(0), "minItems": 2, "maxItems": 2})}
_ANSWERS = {"answers": {"type": "object", "additionalProperties": string(_LONGEST_ANSWER)}}
_DONE = record({"change": or_null(whole(1)), "left": {"type": "object"}})
_ARTICLE = record(
    {"id": string(), "title": string(), "language": string(), "text": string(), "seen": string()}
)
_FILTER = {"source": one_of(*SOURCES), "language": string(8)}
_CHANGE = record(
    {
        "id": whole(1), "kind": string(), "target": string(), "person": string(), "items": whole(0),
        "files": array(string()), "made_at": string(), "undone_by": string(), "undone_at": or_null(string()),
    }
)  # fmt: skip
_NOT_IN_NAMES = set("/{}[]\"'#:,\\ \t\n")


@operation(
    "The clusters of messages that wait for a decision, the largest first.",
    access="console",
    query=_FILTER,
    answers={200: record({"groups": array(record({"cluster": string(), "size": whole(1)})), "counts": ANY})},
)
async def queue(request: web.Request) -> web.Response:
    """GET /api/console/review/queue?source=&language=: the clusters of open messages, the largest first"""
    await require(request, Role.AGENT)
    review = review_of(request)
    found = await _open_items(request, review)
    groups = [_group(list(group)) for _, group in groupby(found, key=lambda item: item.cluster)]
    groups.sort(key=lambda group: (-group["size"], group["cluster"]))
    return web.json_response({"groups": groups, "counts": await review.reviews.counts()})


@operation(
    "A cluster's messages, the most typical first, and the answers that were drafted for it.",
    access="console",
    query={"cluster": string(400), **_FILTER},
    answers={200: record({"items": array({"type": "object"}), "drafted_answers": array(string())})},
)
async def items(request: web.Request) -> web.Response:
    """GET /api/console/review/items?cluster=&source=&language=: a cluster's messages, the most typical first"""
    await require(request, Role.AGENT)
    review, cluster = review_of(request), request.query.get("cluster", "")
    found = [item for item in await _open_items(request, review) if _cluster(item) == cluster]
    answers = await asyncio.to_thread(drafted_answers, review.project, found[0]) if found else []
    return web.json_response({"items": [_item(item) for item in found], "drafted_answers": answers})


@operation(
    "A reviewer is at these messages, and at no others.",
    access="console",
    body=record({"items": array(whole(0))}, _AGENT),
    answers={200: record({"taken": {"type": "object"}})},
)
async def claim(request: web.Request) -> web.Response:
    """POST /api/console/review/claims {items: [id]}: I am at these and at no others; {taken: {id: name}}"""
    person, data = await _reviewer(request)
    ids = data.get("items")
    if not isinstance(ids, list) or len(ids) > _MOST_ITEMS or not all(map(_is_number, ids)):
        raise ApiError(400, f"'items' must be a list of at most {_MOST_ITEMS} numbers.")
    return web.json_response({"taken": await review_of(request).claim(ids, person)})


@operation(
    "Make messages examples of an intent, or dismiss them.",
    access="console",
    body=record(_SEEN, {"intent": string(_LONGEST_NAME), **_ANSWERS, **_AGENT}),
    answers={200: _DONE},
    refuses=(409,),
)
async def decide(request: web.Request) -> web.Response:
    """POST /api/console/review/decisions {items: [[id, version]], intent?, answers?: {language: text}}

    Without an intent the messages are dismissed. `left` in the answer are messages that stay open, because another
    intent has their words already: id → that intent.
    """
    person, data = await _reviewer(request)
    review, seen = review_of(request), _seen(data)
    if not seen:
        raise ApiError(400, "'items' names no message.")
    if not data.get("intent"):
        with problems(review):
            return _done(await review.dismiss(seen, person))
    intent = text_field(data, "intent", longest=_LONGEST_NAME)
    if set(intent) & _NOT_IN_NAMES:
        raise ApiError(400, "An intent's name has no spaces, quotes, brackets, colons or slashes.")
    answers = _answers(data, review)
    with problems(review):
        return _done(await review.assign(seen, intent, person, answers=answers))


@operation(
    "Change what a message says as an example.",
    access="console",
    body=record({"version": whole(0), "text": string(1000, empty=False)}),
    answers={200: STATUS},
    refuses=(409,),
)
async def reword(request: web.Request) -> web.Response:
    """PUT /api/console/review/items/{id} {version, text}: what the message says as an example"""
    await require(request, Role.SUPERVISOR)
    data = await read_api_object(request)
    text = text_field(data, "text", longest=1000)
    version = whole_number(data, "version", default=0)
    if not await review_of(request).reword(int(request.match_info["id"]), version, text):
        raise ApiError(409, "Somebody else decided about this message a moment ago.")
    return web.json_response({"status": "ok"})


@operation(
    "The project's intents with their answers, and its languages.",
    access="console",
    answers={200: record({"intents": array(record({"name": string()})), "languages": array(string())})},
)
async def intents(request: web.Request) -> web.Response:
    """GET /api/console/review/intents: [{name, examples, answers: {language: text}}], and the project's languages"""
    await require(request, Role.AGENT)
    review = review_of(request)
    with problems(review):
        found = await asyncio.to_thread(intents_of, review.project)
    languages = list(review.project.settings.languages)
    return web.json_response({"intents": found, "languages": languages})


@operation(
    "Write what an intent is answered with.",
    access="console",
    body=record(_ANSWERS, _AGENT),
    answers={200: _DONE},
    refuses=(409,),
)
async def answer(request: web.Request) -> web.Response:
    """PUT /api/console/review/answers/{intent} {answers: {language: text}}"""
    person, data = await _reviewer(request)
    review = review_of(request)
    answers = _answers(data, review)
    if not answers:
        raise ApiError(400, "'answers' must have a text for a language.")
    with problems(review):
        return _done(await review.answer(f"utter_{request.match_info['intent']}", answers, person))


@operation(
    "The Markdown articles.",
    access="console",
    answers={200: record({"articles": array(_ARTICLE), "languages": array(string())})},
)
async def articles(request: web.Request) -> web.Response:
    """GET /api/console/review/articles: all Markdown articles"""
    await require(request, Role.AGENT)
    project = review_of(request).project
    found = await asyncio.to_thread(articles_of, project)
    return web.json_response({"articles": found, "languages": list(project.settings.languages)})


@operation(
    "Write an article, and let it be the answer to messages.",
    access="console",
    body=record(
        {
            "title": string(200, empty=False),
            "language": string(8),
            "text": string(_LONGEST_ARTICLE, empty=False),
        },
        {"seen": string(64), **_SEEN, **_AGENT},
    ),
    answers={200: _DONE},
    refuses=(409,),
)
async def write_article(request: web.Request) -> web.Response:
    """PUT /api/console/review/articles/{id} {title, language, text, seen?, items?}"""
    person, data = await _reviewer(request)
    draft = Draft(
        id=request.match_info["id"],
        title=text_field(data, "title", longest=200),
        language=text_field(data, "language", longest=8),
        text=text_field(data, "text", longest=_LONGEST_ARTICLE),
        seen=str(data.get("seen") or "")[:64],
    )
    review = review_of(request)
    if draft.language not in review.project.settings.languages:
        raise ApiError(400, "'language' is none of the project's.")
    with problems(review):
        return _done(await review.article(draft, _seen(data), person))


@operation(
    "What was decided, by whom and when, the newest first.",
    access="console",
    query={"before": whole(1)},
    answers={200: record({"changes": array(_CHANGE)})},
)
async def history(request: web.Request) -> web.Response:
    """GET /api/console/review/history?before=: what was decided, by whom and when, the newest first"""
    await require(request, Role.AGENT)
    before = query_number(request, "before", default=1, largest=2**31) if "before" in request.query else None
    found = await review_of(request).reviews.changes(before=before)
    return web.json_response({"changes": [_change(one) for one in found]})


@operation(
    "Take a decision back.", access="console", body=record({}, _AGENT), answers={200: STATUS}, refuses=(409,)
)
async def undo(request: web.Request) -> web.Response:
    """POST /api/console/review/history/{id}/undo"""
    person, _ = await _reviewer(request)
    review = review_of(request)
    with problems(review):
        await review.undo(int(request.match_info["id"]), person)
    return web.json_response({"status": "ok"})


def review_of(request: web.Request) -> Review:
    """The review of the project that is served.

    Raises:
        ApiError: where no project's folder is served.
    """
    review = request.app[SERVICES].review
    if review is None:
        raise ApiError(503, "There is no project to review for.")
    return review


@contextmanager
def problems(review: Review) -> Iterator[None]:
    """Refusals as clients are told them; files by their names within the project."""
    try:
        yield
    except ConflictError as error:
        raise ApiError(409, str(error)) from error
    except Refused as error:
        raise ApiError(409, str(error)) from error
    except AidFailed as error:
        raise ApiError(503, "The message cannot be read now. Try again a little later.") from error
    except InputError as error:
        where = error.where.removeprefix(f"{review.project.folder}/")
        raise ApiError(400, f"{where}: {error.problem} {error.remedy}".strip()) from error


async def _reviewer(request: web.Request) -> tuple[str, Json]:
    """Who decides, and the request's object."""
    person = await require(request, Role.SUPERVISOR)
    data = await read_api_object(request)
    return acting(person, data), data


async def _open_items(request: web.Request, review: Review) -> list[Item]:
    source: Source | None = next((one for one in SOURCES if one == request.query.get("source")), None)
    if request.query.get("source") and source is None:
        raise ApiError(400, f"'source' is one of {', '.join(SOURCES)}.")
    language = request.query.get("language")
    found = await review.reviews.open_items(source=source)
    return [item for item in found if not language or item.language == language]


def _seen(data: Json) -> list[tuple[int, int]]:
    given = data.get("items") or []
    if not isinstance(given, list) or len(given) > _MOST_ITEMS:
        raise ApiError(400, f"'items' must be a list of at most {_MOST_ITEMS} pairs of id and version.")
    for pair in given:
        if not isinstance(pair, list) or len(pair) != 2 or not all(map(_is_number, pair)):
            raise ApiError(400, "'items' must be a list of pairs of id and version.")
    if len({pair[0] for pair in given}) != len(given):
        raise ApiError(400, "'items' names a message twice.")
    return [(pair[0], pair[1]) for pair in given]


def _answers(data: Json, review: Review) -> dict[str, str]:
    given = data.get("answers") or {}
    if not isinstance(given, dict) or not set(given) <= set(review.project.settings.languages):
        raise ApiError(400, "'answers' must be an object of texts by the project's languages.")
    return {
        language: text_field(given, language, longest=_LONGEST_ANSWER)
        for language in review.project.settings.languages
        if given.get(language)
    }


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**31


def _done(done: Done) -> web.Response:
    return web.json_response({"change": done.change_id, "left": done.left})


def _cluster(item: Item) -> str:
    """What its cluster is called in addresses, also before it is in one."""
    return item.cluster or UNSORTED


def _group(members: Sequence[Item]) -> Json:
    """A cluster as the list shows it, with the intents that came closest to its messages."""
    first = members[0]
    named = Counter(
        str(one["name"]) for item in members for one in item.candidates[:1] if one.get("kind") == "intent"
    )
    return {
        "cluster": _cluster(first),
        "name": mined_intent(first.cluster),
        "title": first.text,
        "size": len(members),
        "sources": dict(Counter(item.source for item in members)),
        "languages": sorted({item.language for item in members}),
        "proposed": Counter(item.proposed for item in members if item.proposed).most_common(1)[:1],
        "closest": [name for name, _ in named.most_common(3)],
        "claimed_by": sorted({item.holder(datetime.now(UTC)) for item in members} - {""}),
    }


def _item(item: Item) -> Json:
    return {
        "id": item.id, "version": item.version, "text": item.text, "language": item.language,
        "source": item.source, "reason": item.reason, "candidates": [dict(one) for one in item.candidates],
        "proposed": item.proposed, "claimed_by": item.holder(datetime.now(UTC)),
        "conversation_id": "" if item.draft else item.conversation_id,
        "created_at": item.created_at.isoformat(),
    }  # fmt: skip


def _change(change: Change) -> Json:
    return {
        "id": change.id, "kind": change.kind, "target": change.target, "person": change.person,
        "items": change.items, "files": [edit["file"] for edit in change.edits],
        "made_at": change.made_at.isoformat(), "undone_by": change.undone_by,
        "undone_at": change.undone_at.isoformat() if change.undone_at else None,
    }  # fmt: skip
