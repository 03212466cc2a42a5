"""Many articles at once over HTTP: from a file of any kind that is read, or from pages of the web."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from aiohttp import web

from bot.people.person import Role
from bot.web.errors import ApiError
from bot.web.knowledge_api import articles_of, put_all
from bot.web.operation import Content, operation
from bot.web.people import require
from bot.web.reading import read_api_object, read_file
from bot.web.shapes import array, record, string
from encoders.errors import InputError, KefuError
from knowledge.documents import Document
from knowledge.ingest import read_received

LARGEST_FILE = 16 * 1024 * 1024
MOST_DOCUMENTS = 500
"""They are embedded while customers wait; more belong into the project's folder."""
MOST_PAGES = 50
_READ = record({"status": string(), "ids": array(string())})


@operation(
    "Add the articles of a file, or change those of the same ids; they are searched when this returns.",
    access="console",
    body=Content(types={"*/*": {"type": "string", "format": "binary"}}),
    answers={200: _READ},
)
async def put_file(request: web.Request) -> web.Response:
    """PUT /api/knowledge/files/{name}, the file as the body; the ending of its name says its kind."""
    await require(request, Role.SUPERVISOR)
    articles = articles_of(request)
    content, name = await read_file(request, LARGEST_FILE), request.match_info["name"]
    documents = await _read(lambda: read_received(name, content))
    await put_all(articles, documents)
    return _ids(documents)


@operation(
    "Add the articles at web addresses, or change them; a sitemap stands for the pages that it lists.",
    access="console",
    body=record({"addresses": array(string())}),
    answers={200: _READ},
)
async def put_pages(request: web.Request) -> web.Response:
    """POST /api/knowledge/pages {addresses}: fetched politely, and never from inside the network"""
    await require(request, Role.SUPERVISOR)
    articles, data = articles_of(request), await read_api_object(request)
    addresses = data.get("addresses")
    if not isinstance(addresses, list) or not all(isinstance(one, str) for one in addresses):
        raise ApiError(400, "'addresses' must be a list of texts.")
    if not 1 <= len(addresses) <= MOST_PAGES:
        raise ApiError(400, f"'addresses' must be 1 to {MOST_PAGES}.")
    documents = await _read(lambda: _fetched(addresses))
    await put_all(articles, documents)
    return _ids(documents)


def _fetched(addresses: Sequence[str]) -> list[Document]:
    from knowledge.ingest.web import fetch_documents

    return fetch_documents(addresses, most=MOST_PAGES)


async def _read(read: Callable[[], list[Document]]) -> list[Document]:
    """What reading gives, in a thread: it may take seconds.

    Raises:
        ApiError: when there is nothing to read, or too much.
    """
    try:
        documents = await asyncio.to_thread(read)
    except InputError as error:
        raise ApiError(400, str(error)) from error
    except KefuError as error:
        raise ApiError(415, "What reads such files is not installed here: kefu[documents].") from error
    if len(documents) > MOST_DOCUMENTS:
        raise ApiError(413, f"There are more than {MOST_DOCUMENTS} articles in it.")
    return documents


def _ids(documents: Sequence[Document]) -> web.Response:
    return web.json_response({"status": "ok", "ids": list(dict.fromkeys(one.id for one in documents))})
