"""Articles over HTTP: put, deleted and searched while it serves."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from aiohttp import web

from bot.articles import Articles
from bot.people.person import Role
from bot.web.errors import ApiError
from bot.web.keys import SERVICES
from bot.web.operation import operation
from bot.web.people import require
from bot.web.reading import read_api_object, text_field, whole_number
from bot.web.shapes import NUMBER, STATUS, array, record, string, whole
from encoders.errors import ArtifactError, InputError
from encoders.workers import WorkersBusy
from knowledge.documents import Document, Passage
from knowledge.ingest import document_of

_LONGEST_QUESTION = 4000
_MOST_HITS = 50


@operation(
    "Add an article, or change the one of its id; it is searched when this returns.",
    access="console",
    body=record({"text": string()}, dict.fromkeys(("title", "url", "language", "updated"), string())),
    answers={200: record({"status": string(), "id": string()})},
)
async def put(request: web.Request) -> web.Response:
    """PUT /api/knowledge/documents/{id} {text, title?, url?, language?, updated?, questions?, metadata?}"""
    await require(request, Role.SUPERVISOR)
    articles, record = articles_of(request), await read_api_object(request)
    try:
        document = document_of({**record, "id": request.match_info["id"]}, Path("document"), 1)
    except InputError as error:
        raise ApiError(400, f"The document {error.problem}") from error
    await put_all(articles, [document])
    return web.json_response({"status": "ok", "id": document.id})


@operation("Delete an article.", access="console", answers={200: STATUS})
async def delete(request: web.Request) -> web.Response:
    """DELETE /api/knowledge/documents/{id}"""
    await require(request, Role.SUPERVISOR)
    try:
        await articles_of(request).delete(request.match_info["id"])
    except ArtifactError as error:
        raise ApiError(503, "The change could not be written. Nothing has changed.") from error
    except WorkersBusy as error:
        raise _busy() from error
    return web.json_response({"status": "ok"})


@operation(
    "The passages that answer a question best, with their probabilities.",
    access="console",
    body=record(
        {"question": string(_LONGEST_QUESTION, empty=False)},
        {"context": array(string()), "k": whole(1, _MOST_HITS, default=5)},
    ),
    answers={200: record({"hits": array({"type": "object"}), "p_answerable": NUMBER})},
)
async def search(request: web.Request) -> web.Response:
    """POST /api/knowledge/search {question, context?, k?}: the best passages with their probabilities"""
    await require(request, Role.AGENT)
    data = await read_api_object(request)
    question = text_field(data, "question", longest=_LONGEST_QUESTION)
    context = data.get("context") or []
    if not isinstance(context, list) or not all(isinstance(line, str) for line in context):
        raise ApiError(400, "'context' must be a list of texts.")
    k = whole_number(data, "k", default=5)
    if not 1 <= k <= _MOST_HITS:
        raise ApiError(400, f"'k' must be from 1 to {_MOST_HITS}.")
    try:
        found = await articles_of(request).search(question, context=context, k=k)
    except WorkersBusy as error:
        raise _busy() from error
    return web.json_response(
        {"hits": [as_json(one) for one in found.passages], "p_answerable": round(found.p_answerable, 6)}
    )


def as_json(hit: Passage) -> dict[str, Any]:
    """A passage as the console sees it."""
    return {
        "document_id": hit.document_id,
        "passage_id": hit.id,
        "p": round(hit.p, 6),
        "title": hit.title,
        "text": hit.text,
        "url": hit.url,
        "language": hit.language,
    }


async def put_all(articles: Articles, documents: Sequence[Document]) -> None:
    """Put documents as one change.

    Raises:
        ApiError: when they cannot be written, or too many calls wait.
    """
    try:
        await articles.put(documents)
    except ArtifactError as error:
        raise ApiError(503, "The change could not be written. Nothing has changed.") from error
    except WorkersBusy as error:
        raise _busy() from error


def articles_of(request: web.Request) -> Articles:
    """The articles of the release in use.

    Raises:
        ApiError: when it has none.
    """
    articles = request.app[SERVICES].articles
    if articles is None or not articles.there:
        raise ApiError(503, "The release was trained without articles: train one with some first.")
    return articles


def _busy() -> ApiError:
    return ApiError(503, "The models are busy. Try again a little later.")
