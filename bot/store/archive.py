"""Finding conversations: by what was said, meant and decided in them, by where, whose and when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, Row, and_, exists, func, literal, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.store.engine import store_errors
from bot.store.records import Conversation, Owner
from bot.store.tables import conversations, events, review_items

DecisionKind = Literal["answer", "cite", "clarify", "hand_over"]
SPOKEN = ("user", "bot", "agent")


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What a conversation has to have; empty fields ask for nothing.

    Attributes:
        text: words that somebody said in it, or a part of the customer's id.
        intent: what one of the customer's messages was understood as, or corrected to.
        decided: how the bot decided about one of them.
        since, until: when it was last written to; the end is not part of it.
    """

    text: str = ""
    channel: str = ""
    language: str = ""
    owner: Owner | None = None
    intent: str = ""
    decided: DecisionKind | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A conversation, and the first line in it that has the words."""

    conversation: Conversation
    line: str = ""


class Archive:
    """Reads conversations page by page, the one last written to first."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def find(
        self, search: Search, *, limit: int = 50, before: tuple[datetime, str] | None = None
    ) -> tuple[Found, ...]:
        """A page of conversations; `before`: `(updated_at, id)` of the last one of the page before."""
        statement = select(conversations).where(*_conditions(search))
        if before is not None:
            edge = tuple_(literal(before[0], conversations.c.updated_at.type), literal(before[1]))
            statement = statement.where(tuple_(conversations.c.updated_at, conversations.c.id) < edge)
        newest = statement.order_by(conversations.c.updated_at.desc(), conversations.c.id.desc())
        rows = await self._rows(newest.limit(limit))
        lines = await self._lines([row.id for row in rows], search.text)
        return tuple(
            Found(conversation=Conversation(**row._asdict()), line=lines.get(row.id, "")) for row in rows
        )

    async def values(self) -> dict[str, list[str]]:
        """The channels and languages that there are."""
        found = {}
        for name in ("channel", "language"):
            column = conversations.c[name]
            rows = await self._rows(select(column).distinct().order_by(column))
            found[f"{name}s"] = [str(row[0]) for row in rows if row[0]]
        return found

    async def of_person(self, conversation_id: str) -> tuple[str, ...]:
        """All conversations of the customer who had this one; none where it is not there."""
        own = select(conversations).where(conversations.c.id == conversation_id).subquery()
        same = and_(*(conversations.c[name] == own.c[name] for name in ("channel", "account", "sender")))
        rows = await self._rows(select(conversations.c.id).where(same).order_by(conversations.c.id))
        return tuple(str(row.id) for row in rows)

    async def _lines(self, ids: Sequence[str], text: str) -> dict[str, str]:
        """The first line with the words in each conversation."""
        if not ids or not text:
            return {}
        first = (
            select(events.c.conversation_id, func.min(events.c.seq).label("seq"))
            .where(events.c.conversation_id.in_(ids), _says(text))
            .group_by(events.c.conversation_id)
            .subquery()
        )
        said = events.c.data["text"].as_string()
        statement = select(events.c.conversation_id, said).join(
            first, and_(events.c.conversation_id == first.c.conversation_id, events.c.seq == first.c.seq)
        )
        return {row[0]: row[1] for row in await self._rows(statement)}

    async def _rows(self, statement: Any) -> Sequence[Row[*tuple[Any, ...]]]:
        with store_errors("searching conversations"):
            async with self._engine.connect() as connection:
                return (await connection.execute(statement)).all()


def _conditions(search: Search) -> list[ColumnElement[bool]]:
    plain = {"channel": search.channel, "language": search.language, "owner": search.owner}
    found: list[ColumnElement[bool]] = [
        conversations.c[name] == value for name, value in plain.items() if value
    ]
    if search.since is not None:
        found.append(conversations.c.updated_at >= search.since)
    if search.until is not None:
        found.append(conversations.c.updated_at < search.until)
    if search.text:
        sender = conversations.c.sender.icontains(search.text, autoescape=True)
        found.append(or_(_has_event(_says(search.text)), sender))
    if search.decided is not None:
        decided = events.c.data["kind"].as_string() == search.decided
        found.append(_has_event(and_(events.c.type == "decision", decided)))
    if search.intent:
        found.append(or_(_has_event(_means(search.intent)), _was_corrected_to(search.intent)))
    return found


def _has_event(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(events.c.conversation_id == conversations.c.id, condition)


def _says(text: str) -> ColumnElement[bool]:
    said = events.c.data["text"].as_string()
    return and_(events.c.type.in_(SPOKEN), said.icontains(text, autoescape=True))


def _means(intent: str) -> ColumnElement[bool]:
    understood = events.c.data[("parse_data", "intent", "name")].as_string()
    return and_(events.c.type == "user", understood == intent)


def _was_corrected_to(intent: str) -> ColumnElement[bool]:
    mine = review_items.c.conversation_id == conversations.c.id
    return exists().where(mine, review_items.c.draft == "", review_items.c.proposed == intent)
