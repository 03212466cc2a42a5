"""What an endpoint is for, takes and answers, said above its handler; `bot.web.openapi` makes one document of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, TypeVar

from aiohttp import web

Schema = Mapping[str, Any]
"""A JSON schema (draft 2020-12), as OpenAPI 3.1 takes it; `bot.web.shapes` spells the usual ones."""

Access = Literal["anyone", "visitor", "console", "rasa", "platform"]
"""Who may: anybody, a visitor of the chat, people of the company, programs that steer Rasa, a platform that signs."""

H = TypeVar("H", bound=Callable[..., Any])

_KEPT: Final = "kefu_operation"


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """A body that is not plain JSON of one kind: its schema by media type. With none there is no body."""

    types: Mapping[str, Schema] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One endpoint.

    Attributes:
        query: the parameters behind the question mark; those of the path are read off the route.
        body: what is sent, None where nothing is.
        answers: by status, without errors.
        refuses: statuses of errors besides those that its kind has anyway (`bot.web.openapi`).
    """

    summary: str
    access: Access
    query: Mapping[str, Schema]
    body: Content | None
    answers: Mapping[int, Content]
    refuses: tuple[int, ...]


def operation(
    summary: str,
    *,
    access: Access = "anyone",
    query: Mapping[str, Schema] | None = None,
    body: Schema | Content | None = None,
    answers: Mapping[int, Schema | Content] | None = None,
    refuses: tuple[int, ...] = (),
) -> Callable[[H], H]:
    """Describe a handler. Schemas stand for JSON; without `answers` it is 200 with any JSON."""
    described = Operation(
        summary=summary,
        access=access,
        query=query or {},
        body=None if body is None else _content(body),
        answers={status: _content(one) for status, one in (answers or {200: {}}).items()},
        refuses=refuses,
    )

    def mark(handler: H) -> H:
        setattr(handler, _KEPT, described)
        return handler

    return mark


def operation_of(route: web.AbstractRoute) -> Operation | None:
    """What stands above a route's handler, None where nothing does."""
    found: Operation | None = getattr(route.handler, _KEPT, None)
    return found


def _content(given: Schema | Content) -> Content:
    return given if isinstance(given, Content) else Content(types={"application/json": given})
