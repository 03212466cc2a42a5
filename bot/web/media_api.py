"""What customers sent besides text, for the people who answer: fetched from the platform when somebody looks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiohttp import hdrs, web

from bot.channels.media import HasMedia, Media, MediaUnavailable, mime_type
from bot.people.person import Role
from bot.store.uploads import upload_id
from bot.web.errors import ApiError
from bot.web.keys import SERVICES
from bot.web.operation import Content, operation
from bot.web.people import require
from bot.web.uploads_api import MEDIA_HEADERS


@operation(
    "Attachment `n`, from 0, of the message with number `seq`, fetched from its platform.",
    access="console",
    answers={200: Content(types={"*/*": {}})},
)
async def fetch(request: web.Request) -> web.Response:
    """GET /api/console/conversations/{id}/media/{seq}/{n}: attachment `n`, from 0, of the message with number `seq`."""
    await require(request, Role.AGENT)
    found = await _attachment(request)
    media = await _media(request, str(found.get("reference", "")))
    kind = mime_type(str(found.get("mime_type") or media.mime_type).partition(";")[0])
    return web.Response(body=media.content, headers={**MEDIA_HEADERS, hdrs.CONTENT_TYPE: kind})


async def _attachment(request: web.Request) -> Mapping[str, Any]:
    seq, place = int(request.match_info["seq"]), int(request.match_info["n"])
    conversation = await request.app[SERVICES].desk.conversation(request.match_info["id"], after=seq - 1)
    events = [event for event in (conversation or {"events": []})["events"] if event["seq"] == seq]
    attachments = [one for event in events for one in (event.get("metadata") or {}).get("attachments") or ()]
    if place >= len(attachments) or not isinstance(attachments[place], Mapping):
        raise ApiError(404, "There is no such attachment.")
    found: Mapping[str, Any] = attachments[place]
    return found


async def _media(request: web.Request, reference: str) -> Media:
    services = request.app[SERVICES]
    if one := upload_id(reference):
        found = await services.uploads.get(one)
        if found is None or found.conversation_id != request.match_info["id"]:
            raise ApiError(404, "The file is not there any more.")
        return Media(content=found.content, mime_type=found.mime_type)
    conversation = await services.desk.conversation(request.match_info["id"], after=2**31 - 1)
    channel = services.channels.get(conversation["channel"]) if conversation else None
    if not isinstance(channel, HasMedia):
        raise ApiError(404, "This channel has nothing to fetch.")
    try:
        return await channel.media(reference)
    except MediaUnavailable as error:
        raise ApiError(404, str(error)) from error
