"""All endpoints in one OpenAPI document, made from the routes and what stands above their handlers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any, Final

from aiohttp import hdrs, web

from bot.web.keys import SERVICES
from bot.web.operation import Content, Operation, operation, operation_of
from bot.web.shapes import ANY, record, string, whole

Json = dict[str, Any]

_TAGS: Final = (
    ("/api/console/", "console", "What people of the company see and do."),
    ("/api/chat/", "chat", "What the chat page and its widget talk to."),
    ("/api/", "api", "Our own API for programs."),
    ("/webhooks/", "channels", "Where platforms and Rasa's REST clients knock."),
    ("/conversations/", "rasa", "Rasa's HTTP API; served where it was asked for (`--enable-api`)."),
)
_OTHER_TAG: Final = "server"
_SECURITY: Final[Mapping[str, list[Json]]] = {
    "anyone": [],
    "visitor": [{"visitor": []}],
    "console": [{"console": []}],
    "rasa": [{"rasaToken": []}, {"rasaJwt": []}],
    "platform": [],
}
_SCHEMES: Final[Json] = {
    "console": {"type": "http", "scheme": "bearer", "description": "`KEFU_CONSOLE_TOKEN`"},
    "visitor": {"type": "http", "scheme": "bearer", "description": "from `POST /api/chat/visitor`"},
    "rasaToken": {"type": "apiKey", "in": "query", "name": "token", "description": "`KEFU_API_TOKEN`"},
    "rasaJwt": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
}
_REFUSED_BY_ACCESS: Final[Mapping[str, tuple[int, ...]]] = {
    "anyone": (),
    "visitor": (401,),
    "console": (401, 403, 429, 503),
    "rasa": (401, 403, 429),
    "platform": (401, 403),
}
_ERROR: Final = record({"error": record({"code": string(), "message": string(), "request_id": string()})})
_RASA_ERROR: Final = record(
    {
        "version": string(), "status": {"const": "failure"}, "message": string(), "reason": string(),
        "details": ANY, "help": ANY, "code": whole(400, 599),
    }
)  # fmt: skip


@operation("This document.", answers={200: record({"openapi": string(), "paths": {"type": "object"}})})
async def serve(request: web.Request) -> web.Response:
    """GET /api/openapi.json"""
    services = request.app[SERVICES]
    return web.json_response(document(request.app, services.version))


def document(app: web.Application, version: str) -> Json:
    """The description of everything that this application serves, as OpenAPI 3.1."""
    paths: dict[str, Json] = {}
    for path, route, described in sorted(_operations(app), key=lambda one: (one[0], one[1].method)):
        paths.setdefault(path, {})[route.method.lower()] = _as_json(path, route, described)
    return {
        "openapi": "3.1.0",
        "info": {"title": "kefu", "version": version, "license": {"name": "Apache-2.0"}},
        "tags": [{"name": name, "description": about} for _, name, about in _TAGS],
        "paths": paths,
        "components": {
            "securitySchemes": _SCHEMES,
            "schemas": {"Error": _ERROR, "RasaError": _RASA_ERROR},
        },
    }


def undescribed(app: web.Application) -> list[str]:
    """What is served and not in the document: routes whose handlers have no `operation` above them."""
    return [
        f"{route.method} {_path(route)}: {route.handler.__module__}.{route.handler.__name__} is not described; "
        "put @operation(…) of bot.web.operation above it"
        for route in _routes(app)
        if operation_of(route) is None
    ]


def _operations(app: web.Application) -> Iterator[tuple[str, web.AbstractRoute, Operation]]:
    for route in _routes(app):
        described = operation_of(route)
        if described is not None:
            yield _path(route), route, described


def _routes(app: web.Application) -> Iterator[web.AbstractRoute]:
    """Endpoints: no files, no HEAD beside a GET, and not Socket.IO's transport, which its own protocol describes."""
    for route in app.router.routes():
        resource = route.resource
        if isinstance(resource, web.StaticResource) or route.method == hdrs.METH_HEAD:
            continue
        if route.handler.__module__ != "bot.web.socket_io":
            yield route


def _path(route: web.AbstractRoute) -> str:
    return route.resource.canonical if route.resource is not None else ""


def _as_json(path: str, route: web.AbstractRoute, described: Operation) -> Json:
    shape: Json = {
        "tags": [_tag(path)],
        "summary": described.summary,
        "operationId": f"{route.method.lower()}{re.sub('[^A-Za-z0-9]+', '_', path).rstrip('_')}",
        "security": _SECURITY[described.access],
        "responses": _responses(path, described),
    }
    parameters = [*_path_parameters(route), *_query_parameters(described)]
    if parameters:
        shape["parameters"] = parameters
    if described.body is not None:
        shape["requestBody"] = {"required": True, "content": _content(described.body)}
    return shape


def _tag(path: str) -> str:
    return next((name for prefix, name, _ in _TAGS if path.startswith(prefix)), _OTHER_TAG)


def _path_parameters(route: web.AbstractRoute) -> Iterator[Json]:
    """The parameters of a path with what the route lets through for each."""
    info = route.resource.get_info() if route.resource is not None else {}
    pattern = info.get("pattern")
    if pattern is None:
        return
    for name in pattern.groupindex:
        yield {"name": name, "in": "path", "required": True, "schema": _segment(pattern.pattern, name)}


def _segment(pattern: str, name: str) -> Json:
    """The schema of one group: `\\d{1,9}` and `claim|reply` as they are, anything else as a text."""
    start = pattern.index(f"(?P<{name}>") + len(f"(?P<{name}>")
    inner = pattern[start : pattern.index(")", start)]
    if re.fullmatch(r"[\w|]+", inner):
        return {"type": "string", "enum": inner.split("|")}
    if re.fullmatch(r"\\d\{\d+,\d+\}", inner):
        return {"type": "string", "pattern": f"^{inner.replace(chr(92) + 'd', '[0-9]')}$"}
    return {"type": "string", "minLength": 1}


def _query_parameters(described: Operation) -> Iterator[Json]:
    for name, schema in described.query.items():
        yield {"name": name, "in": "query", "required": False, "schema": dict(schema)}


def _responses(path: str, described: Operation) -> Json:
    answers = {str(status): _answer(status, content) for status, content in described.answers.items()}
    error = _error_content(path, described)
    refused = {
        str(status): {"description": HTTPStatus(status).phrase, "content": error}
        for status in sorted(_refused(path, described))
    }
    return {**answers, **refused}


def _answer(status: int, content: Content) -> Json:
    shape: Json = {"description": HTTPStatus(status).phrase}
    return {**shape, "content": _content(content)} if content.types else shape


def _refused(path: str, described: Operation) -> set[int]:
    """The statuses of errors that this kind of endpoint has."""
    found = {*_REFUSED_BY_ACCESS[described.access], *described.refuses}
    if "{" in path:
        found.add(404)
    if described.query or described.body is not None or described.access == "rasa":
        found.add(400)
    if described.body is not None:
        found |= {408, 413}
        if path.startswith("/api/"):  # where pages elsewhere must not be able to post (`read_api_object`)
            found.add(415)
    return found


def _error_content(path: str, described: Operation) -> Json:
    if described.access == "rasa":
        return {"application/json": {"schema": {"$ref": "#/components/schemas/RasaError"}}}
    if path.startswith(("/api/", "/webhooks/", "/health")):
        return {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    return {"text/plain": {"schema": string()}}


def _content(content: Content) -> Json:
    return {media_type: {"schema": dict(schema)} for media_type, schema in content.types.items()}
