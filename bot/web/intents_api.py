"""What the console asks of the intent model."""

from __future__ import annotations

from aiohttp import web

from bot.people.person import Role
from bot.web.errors import ApiError
from bot.web.keys import SERVICES
from bot.web.operation import operation
from bot.web.people import require
from bot.web.reading import read_api_object, text_field
from bot.web.shapes import record, string
from encoders.workers import WorkersBusy

_LONGEST = 2000


@operation(
    "The words and the training examples behind a prediction.",
    access="console",
    body=record({"text": string(_LONGEST, empty=False)}),
    answers={200: {"type": "object"}},
)
async def explain(request: web.Request) -> web.Response:
    """POST /api/intents/explain {text}: the words and the training examples behind a prediction"""
    await require(request, Role.AGENT)
    text = text_field(await read_api_object(request), "text", longest=_LONGEST)
    explained = request.app[SERVICES].explain
    if explained is None:
        raise ApiError(503, "No intent model is loaded.")
    try:
        return web.json_response(await explained(text))
    except WorkersBusy as error:
        raise ApiError(503, "The models are busy. Try again a little later.") from error
