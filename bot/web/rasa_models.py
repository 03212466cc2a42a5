"""Rasa's HTTP API about the model: what serves, what it understands, its domain, and another one in its place."""

from __future__ import annotations

import io
from typing import Any

from aiohttp import hdrs, web

from bot.actions.message import parse_data_of
from bot.actions.protocol import VERSION
from bot.channels.json_body import read_object
from bot.channels.wording import clean
from bot.dialog.payloads import parse_payload, payload_parse_data
from bot.web.errors import ApiError
from bot.web.keys import RASA
from bot.web.operation import Content, operation
from bot.web.reading import read_body
from bot.web.shapes import ANY, NOTHING, array, record, string
from encoders.errors import ArtifactError
from encoders.workers import WorkersBusy

OLDEST_MODELS = "3.5.0"
"""As Rasa's last open release says of its own models; clients compare it with the version."""
_LONGEST = 4000


@operation("The version that Rasa's clients look for.", answers={200: {"type": "object"}})
async def version(_request: web.Request) -> web.Response:
    """GET /version"""
    return web.json_response({"version": VERSION, "minimum_compatible_version": OLDEST_MODELS})


@operation("The active release.", access="rasa", answers={200: {"type": "object"}}, refuses=(409,))
async def status(request: web.Request) -> web.Response:
    """GET /status"""
    release = require_model(request).current.release
    return web.json_response(
        {"model_file": str(release.folder), "model_id": release.id, "num_active_training_jobs": 0}
    )


@operation(
    "Intent, ranking and entities of a text.",
    access="rasa",
    query={"emulation_mode": string(0)},
    body=record({"text": string(_LONGEST)}, {"message_id": ANY}),
    answers={200: record({"text": string(), "intent": {"type": "object"}, "entities": array(ANY)})},
    refuses=(409, 503),
)
async def parse(request: web.Request) -> web.Response:
    """POST /model/parse {text, message_id?}"""
    data = read_object(await read_body(request))
    text, message_id = data.get("text"), data.get("message_id")
    if not isinstance(text, str) or len(text) > _LONGEST:
        raise ApiError(400, f"'text' must be a text of at most {_LONGEST} characters.")
    if request.query.get("emulation_mode"):
        raise ApiError(400, "No other service's answers are emulated here: leave 'emulation_mode' out.")
    text = clean(text)
    payload = parse_payload(text)
    found = payload_parse_data(payload, text) if payload else await _understood(request, text)
    return web.json_response({**found, **({"message_id": message_id} if message_id is not None else {})})


async def _understood(request: web.Request, text: str) -> dict[str, Any]:
    if not text.strip():
        intent = {"name": None, "confidence": 0.0}
        return {"text": text, "intent": intent, "intent_ranking": [], "entities": []}
    try:
        reading = await require_model(request).current.reader.read(text)
    except WorkersBusy as error:
        raise ApiError(503, "The models are busy. Try again a little later.", retry_after_s=1.0) from error
    return parse_data_of(reading.understanding)


@operation(
    "The domain, as JSON or YAML by `Accept`.",
    access="rasa",
    answers={200: Content(types={"application/json": {"type": "object"}, "application/yaml": ANY})},
    refuses=(406, 409),
)
async def domain(request: web.Request) -> web.Response:
    """GET /domain, as JSON or YAML by `Accept`"""
    found = require_model(request).current.assistant.domain.as_dict()
    accept = request.headers.get(hdrs.ACCEPT, "*/*").lower()
    if "yaml" in accept or "yml" in accept:
        return web.Response(text=_yaml(found), content_type="application/yaml")
    if "json" in accept or "*/*" in accept or "application/*" in accept:
        return web.json_response(found)
    raise ApiError(406, "The domain comes as application/json or application/yaml.")


@operation(
    "Serve another release: its id, or a path that ends in it.",
    access="rasa",
    body=record({"model_file": string(empty=False)}),
    answers={204: NOTHING},
)
async def replace(request: web.Request) -> web.Response:
    """PUT /model {model_file}: the id of a release, or a path that ends in it"""
    data = read_object(await read_body(request))
    wanted = data.get("model_file")
    if not isinstance(wanted, str) or not wanted:
        raise ApiError(400, "'model_file' must name a release of this project: its id, or its folder.")
    release_id = wanted.rstrip("/").rpartition("/")[2].removesuffix(".tar.gz")
    try:
        await request.app[RASA].releases.promote(release_id)
    except ArtifactError as error:
        raise ApiError(400, f"The model is not replaced: {error}") from error
    return web.Response(status=204)


@operation("Let go of the models until another release is put.", access="rasa", answers={204: NOTHING})
async def unload(request: web.Request) -> web.Response:
    """DELETE /model: until another one is put, free texts go to people"""
    await request.app[RASA].releases.unload()
    return web.Response(status=204)


def require_model(request: web.Request) -> Any:
    """The active release.

    Raises:
        ApiError: 409 while the model is unloaded.
    """
    releases = request.app[RASA].releases
    if not releases.is_loaded:
        raise ApiError(409, "No model is loaded. Put one with PUT /model.")
    return releases


def _yaml(value: Any) -> str:
    from ruamel.yaml import YAML

    writer, out = YAML(), io.StringIO()
    writer.default_flow_style = False
    writer.dump(value, out)
    return out.getvalue()
