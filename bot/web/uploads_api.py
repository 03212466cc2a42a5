"""Files in the chat: sent by visitors within limits, given back to whom they belong."""

from __future__ import annotations

import secrets
from typing import Final

from aiohttp import hdrs, web

from bot.channels.wording import clean
from bot.store.uploads import Upload
from bot.web.errors import ApiError
from bot.web.keys import NEWCOMERS, SERVICES, UPLOADERS
from bot.web.operation import Content, operation
from bot.web.reading import address_of, read_file, refuse_too_often
from bot.web.shapes import one_of, record, string
from bot.web.visitors_api import own_conversation, visitor_of

# Type → how such a file begins, as (place, bytes). What could run in a browser (SVG, HTML) is not among them.
_BEGINNINGS: Final = {
    "image/png": ((0, b"\x89PNG\r\n\x1a\n"),),
    "image/jpeg": ((0, b"\xff\xd8\xff"),),
    "image/gif": ((0, b"GIF8"),),
    "image/webp": ((0, b"RIFF"), (8, b"WEBP")),
    "application/pdf": ((0, b"%PDF-"),),
}
_LONGEST_NAME = 120

# Whatever it is, a browser runs nothing of it.
MEDIA_HEADERS: Final = {
    "Content-Disposition": "attachment",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
}


@operation(
    "A file for the next message of a conversation, which may not have begun.",
    access="visitor",
    query={"conversation_id": string(), "name": string()},
    body=Content(types={kind: {"type": "string", "format": "binary"} for kind in _BEGINNINGS}),
    answers={200: record({"id": string(), "kind": one_of("image", "file"), "name": string()})},
    refuses=(404, 429, 503),
)
async def put(request: web.Request) -> web.Response:
    """POST /api/chat/attachments?conversation_id=&name= with the file as the body: `{id, kind, name}`.

    The file belongs to the conversation, which may not have begun; the next message takes it along by its id.
    """
    visitor = visitor_of(request)
    conversation_id = own_conversation(visitor, request.query.get("conversation_id"))
    refuse_too_often(request.app[UPLOADERS], visitor.id)
    refuse_too_often(request.app[NEWCOMERS], ("file", address_of(request)))
    kind = request.content_type
    if kind not in _BEGINNINGS:
        raise ApiError(415, f"Only files of these types can be sent: {', '.join(_BEGINNINGS)}.")
    services = request.app[SERVICES]
    content = await read_file(request, services.widget.largest_file_bytes)
    if not all(content[at : at + len(wanted)] == wanted for at, wanted in _BEGINNINGS[kind]):
        raise ApiError(415, "The file is not of the type that it says.")
    upload = Upload(
        id=secrets.token_urlsafe(18),
        conversation_id=conversation_id,
        name=clean(request.query.get("name", "")).strip()[:_LONGEST_NAME],
        mime_type=kind,
        content=content,
    )
    if not await services.uploads.add(upload, most_bytes=services.widget.all_files_bytes):
        raise ApiError(503, "There is no room for files at the moment.")
    return web.json_response(
        {"id": upload.id, "kind": "image" if kind.startswith("image/") else "file", "name": upload.name}
    )


@operation("A file that the visitor sent.", access="visitor", answers={200: Content(types={"*/*": {}})})
async def get(request: web.Request) -> web.Response:
    """GET /api/chat/attachments/{id}: a file of the visitor's own."""
    visitor = visitor_of(request)
    found = await request.app[SERVICES].uploads.get(request.match_info["id"])
    if found is None or not visitor.owns(found.conversation_id):
        raise ApiError(404, "There is no such file of yours.")
    return web.Response(body=found.content, headers={**MEDIA_HEADERS, hdrs.CONTENT_TYPE: found.mime_type})
