"""What people review: the queue of messages, who looks at which, and the changes that settled them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import CursorResult, Row, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.store.engine import insert, store_errors
from bot.store.records import ConflictError, Json
from bot.store.tables import review_changes, review_items
from bot.store.writer import Writer

Source = Literal["mined", "unanswered", "unsure", "out_of_scope", "corrected"]
Kind = Literal["assign", "out_of_scope", "dismiss", "answer", "article", "forget"]
SOURCES: tuple[Source, ...] = ("corrected", "unanswered", "unsure", "out_of_scope", "mined")

_KEY = ("draft", "conversation_id", "place")
CLAIM_S = 120.0
"""How long a claim holds that is not renewed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewItem:
    """A message for the queue.

    Attributes:
        place: where in the conversation: the number of its event, of its turn, or a bare utterance's id.
        draft: the folder of drafts it was mined into; empty for live messages.
        text: without personal data.
        proposed: an intent that a person or mining named for it.
    """

    source: Source
    conversation_id: str
    place: str
    text: str
    language: str
    draft: str = ""
    reason: str = ""
    candidates: tuple[Json, ...] = ()
    cluster: str = ""
    position: int = 0
    proposed: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item(NewItem):
    """A message in the queue. `version` grows with every decision: who decides names the one they saw."""

    id: int
    state: Literal["open", "done"]
    version: int
    claimed_by: str
    claimed_until: datetime | None
    change_id: int | None
    created_at: datetime

    def holder(self, now: datetime) -> str:
        """Who is at it; a claim ends by itself."""
        until = self.claimed_until
        return self.claimed_by if until is not None and until >= now else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Something a person decided, with what is needed to take it back."""

    id: int
    kind: Kind
    target: str
    person: str
    edits: tuple[Json, ...]
    items: int
    made_at: datetime
    undone_by: str
    undone_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """A change to be written, and the items, as (id, version seen), that it settles."""

    kind: Kind
    target: str
    person: str
    edits: tuple[Json, ...]
    seen: tuple[tuple[int, int], ...]


class Reviews:
    """Reads and writes the queue and its history."""

    def __init__(self, engine: AsyncEngine, writer: Writer, clock: Callable[[], datetime]) -> None:
        self._engine = engine
        self._writer = writer
        self._clock = clock

    async def add(self, items: Sequence[NewItem]) -> int:
        """Add the messages that are not in the queue yet; how many were new.

        Mined messages that are there and open move to the cluster that they are mined into now, and count too.
        """
        now = self._clock()
        return await self._writer.run(_add, (tuple(items), now)) if items else 0

    async def correct(self, item: NewItem) -> bool:
        """Put a message whose label a person corrected on the queue; False where it was decided already."""
        return await self._writer.run(_correct, (item, self._clock()))

    async def items(self, ids: Sequence[int]) -> tuple[Item, ...]:
        """The items of these ids that are there, by id."""
        rows = await self._rows(select(review_items).where(review_items.c.id.in_(list(ids))))
        return tuple(sorted((_item(row) for row in rows), key=lambda item: item.id))

    async def of_change(self, change_id: int) -> tuple[Item, ...]:
        """The items that a change settled."""
        statement = select(review_items).where(review_items.c.change_id == change_id)
        return tuple(_item(row) for row in await self._rows(statement.order_by(review_items.c.id)))

    async def of_conversation(self, conversation_id: str) -> tuple[Item, ...]:
        """The items of a live conversation."""
        statement = select(review_items).where(
            review_items.c.conversation_id == conversation_id, review_items.c.draft == ""
        )
        return tuple(_item(row) for row in await self._rows(statement))

    async def open_items(
        self, *, source: Source | None = None, live: bool = False, limit: int = 5000
    ) -> tuple[Item, ...]:
        """Open items, cluster by cluster, the most typical first; with `live` none that was mined."""
        statement = select(review_items).where(review_items.c.state == "open")
        if source is not None:
            statement = statement.where(review_items.c.source == source)
        if live:
            statement = statement.where(review_items.c.draft == "")
        newest = statement.order_by(review_items.c.id.desc()).limit(limit)
        items = [_item(row) for row in await self._rows(newest)]
        return tuple(sorted(items, key=lambda item: (item.cluster, item.position, item.id)))

    async def mined(self, draft: str) -> tuple[Item, ...]:
        """The items of a folder of drafts."""
        return tuple(
            _item(row) for row in await self._rows(select(review_items).where(review_items.c.draft == draft))
        )

    async def arrange(self, places: Mapping[int, tuple[str, int]]) -> None:
        """Put open items into clusters: id → (cluster, position)."""
        if places:
            await self._writer.run(_arrange, dict(places))

    async def claim(self, ids: Sequence[int], person: str) -> dict[int, str]:
        """Claim what nobody else has, and let go of what the person had before; answers who has the others."""
        now = self._clock()
        return await self._writer.run(_claim, (tuple(ids), person, now, now + timedelta(seconds=CLAIM_S)))

    async def reword(self, item_id: int, version: int, text: str) -> bool:
        """Change an open item's text; False when it is not open any more as it was seen."""
        return await self._writer.run(_reword, (item_id, version, text))

    async def decide(self, decided: Decided) -> int:
        """Write a change and settle its items; answers the change's id.

        Raises:
            ConflictError: an item is gone, was decided meanwhile or is claimed by somebody else; nothing is
                written.
        """
        return await self._writer.run(_decide, (decided, self._clock()))

    async def undo(self, change_id: int, person: str, *, reopen: bool = True) -> None:
        """Mark a change as undone and open its items again.

        Raises:
            ConflictError: when it was undone meanwhile.
        """
        await self._writer.run(_undo, (change_id, person, self._clock(), reopen))

    async def settle(self, ids: Sequence[int]) -> None:
        """Close items that were decided elsewhere."""
        if ids:
            await self._writer.run(_settle, tuple(ids))

    async def change(self, change_id: int) -> Change | None:
        """The change of that id."""
        rows = await self._rows(select(review_changes).where(review_changes.c.id == change_id))
        return _change(rows[0]) if rows else None

    async def changes(self, *, before: int | None = None, limit: int = 50) -> tuple[Change, ...]:
        """The history, the newest first; `before`: the last id of the page before."""
        statement = select(review_changes)
        if before is not None:
            statement = statement.where(review_changes.c.id < before)
        return tuple(
            _change(row)
            for row in await self._rows(statement.order_by(review_changes.c.id.desc()).limit(limit))
        )

    async def counts(self) -> dict[str, int]:
        """How many items are open, by source."""
        statement = select(review_items.c.source, func.count()).where(review_items.c.state == "open")
        return {row[0]: row[1] for row in await self._rows(statement.group_by(review_items.c.source))}

    async def _rows(self, statement: Any) -> Sequence[Row[*tuple[Any, ...]]]:
        with store_errors("reading the review queue"):
            async with self._engine.connect() as connection:
                return (await connection.execute(statement)).all()


def _item(row: Row[*tuple[Any, ...]]) -> Item:
    return Item(**{**row._asdict(), "candidates": tuple(row.candidates)})


def _change(row: Row[*tuple[Any, ...]]) -> Change:
    return Change(**{**row._asdict(), "edits": tuple(row.edits)})


def _values(item: NewItem, now: datetime) -> dict[str, Any]:
    return {
        "source": item.source, "conversation_id": item.conversation_id, "place": item.place,
        "draft": item.draft, "text": item.text, "language": item.language, "reason": item.reason,
        "candidates": [dict(one) for one in item.candidates], "cluster": item.cluster,
        "position": item.position, "proposed": item.proposed, "state": "open", "version": 1,
        "claimed_by": "", "created_at": now,
    }  # fmt: skip


async def _add(
    connection: AsyncConnection, requests: Sequence[tuple[tuple[NewItem, ...], datetime]]
) -> list[int | Exception]:
    answers: list[int | Exception] = []
    for items, now in requests:
        new = insert(connection, review_items)
        moved = {name: new.excluded[name] for name in ("cluster", "position", "proposed")}
        mined_again = (review_items.c.draft != "") & (review_items.c.state == "open")
        differs = (review_items.c.cluster != new.excluded.cluster) | (
            review_items.c.proposed != new.excluded.proposed
        )
        statement = new.on_conflict_do_update(
            index_elements=_KEY, set_=moved, where=mined_again & differs
        ).returning(review_items.c.id)
        stored = await connection.execute(statement, [_values(item, now) for item in items])
        answers.append(len(stored.all()))
    return answers


async def _correct(
    connection: AsyncConnection, requests: Sequence[tuple[NewItem, datetime]]
) -> list[bool | Exception]:
    answers: list[bool | Exception] = []
    for item, now in requests:
        new = insert(connection, review_items).values(_values(item, now))
        renewed = {name: new.excluded[name] for name in ("source", "reason", "proposed", "text")}
        statement = new.on_conflict_do_update(
            index_elements=_KEY,
            set_={**renewed, "version": review_items.c.version + 1},
            where=review_items.c.state == "open",
        )
        stored = await connection.execute(statement.returning(review_items.c.id))
        answers.append(bool(stored.all()))
    return answers


async def _arrange(
    connection: AsyncConnection, requests: Sequence[dict[int, tuple[str, int]]]
) -> list[Exception | None]:
    for places in requests:
        for item_id, (cluster, position) in places.items():
            statement = update(review_items).where(review_items.c.id == item_id)
            await connection.execute(statement.values(cluster=cluster, position=position))
    return [None] * len(requests)


async def _claim(
    connection: AsyncConnection, requests: Sequence[tuple[tuple[int, ...], str, datetime, datetime]]
) -> list[dict[int, str] | Exception]:
    answers: list[dict[int, str] | Exception] = []
    for ids, person, now, until in requests:
        mine = update(review_items).where(review_items.c.claimed_by == person)
        await connection.execute(mine.values(claimed_by="", claimed_until=None))
        theirs = (review_items.c.claimed_by != "") & (review_items.c.claimed_until >= now)
        wanted = review_items.c.id.in_(ids) & (review_items.c.state == "open")
        await connection.execute(
            update(review_items).where(wanted, ~theirs).values(claimed_by=person, claimed_until=until)
        )
        rows = await connection.execute(
            select(review_items.c.id, review_items.c.claimed_by).where(wanted, theirs)
        )
        answers.append({row.id: row.claimed_by for row in rows if row.claimed_by != person})
    return answers


async def _reword(
    connection: AsyncConnection, requests: Sequence[tuple[int, int, str]]
) -> list[bool | Exception]:
    answers: list[bool | Exception] = []
    for item_id, version, text in requests:
        seen = (review_items.c.id == item_id) & (review_items.c.version == version)
        statement = update(review_items).where(seen, review_items.c.state == "open")
        result: CursorResult[Any] = await connection.execute(statement.values(text=text, version=version + 1))
        answers.append(result.rowcount == 1)
    return answers


async def _decide(
    connection: AsyncConnection, requests: Sequence[tuple[Decided, datetime]]
) -> list[int | Exception]:
    return [await _decide_one(connection, decided, now) for decided, now in requests]


async def _decide_one(connection: AsyncConnection, decided: Decided, now: datetime) -> int | Exception:
    ids = [item_id for item_id, _ in decided.seen]
    statement = select(review_items).where(review_items.c.id.in_(ids)).order_by(review_items.c.id)
    rows = {row.id: row for row in await connection.execute(statement.with_for_update())}
    if problem := collision(
        decided.seen, {key: _item(row) for key, row in rows.items()}, decided.person, now
    ):
        return ConflictError(problem)
    made = {
        "kind": decided.kind, "target": decided.target, "person": decided.person,
        "edits": [dict(edit) for edit in decided.edits], "items": len(ids), "made_at": now, "undone_by": "",
    }  # fmt: skip
    stored = await connection.execute(
        insert(connection, review_changes).values(made).returning(review_changes.c.id)
    )
    change_id = int(stored.scalar_one())
    settled = update(review_items).where(review_items.c.id.in_(ids))
    await connection.execute(
        settled.values(
            state="done", change_id=change_id, version=review_items.c.version + 1, claimed_by="",
            claimed_until=None,
        )
    )  # fmt: skip
    return change_id


def collision(seen: Sequence[tuple[int, int]], items: Mapping[int, Item], person: str, now: datetime) -> str:
    """Why items cannot be decided by this person as they saw them; empty where they can."""
    for item_id, version in seen:
        item = items.get(item_id)
        if item is None:
            return "A message is not there any more."
        if item.state != "open" or item.version != version:
            return "Somebody else decided about one of these messages a moment ago."
        if item.claimed_by not in ("", person) and item.claimed_until and item.claimed_until >= now:
            return f"{item.claimed_by} is deciding about one of these messages."
    return ""


async def _undo(
    connection: AsyncConnection, requests: Sequence[tuple[int, str, datetime, bool]]
) -> list[Exception | None]:
    answers: list[Exception | None] = []
    for change_id, person, now, reopen in requests:
        open_one = (review_changes.c.id == change_id) & review_changes.c.undone_at.is_(None)
        result: CursorResult[Any] = await connection.execute(
            update(review_changes).where(open_one).values(undone_by=person, undone_at=now)
        )
        if not result.rowcount:
            answers.append(ConflictError("It was undone already."))
            continue
        if reopen:
            items = update(review_items).where(review_items.c.change_id == change_id)
            await connection.execute(
                items.values(state="open", change_id=None, version=review_items.c.version + 1)
            )
        answers.append(None)
    return answers


async def _settle(connection: AsyncConnection, requests: Sequence[tuple[int, ...]]) -> list[Exception | None]:
    for ids in requests:
        done = update(review_items).where(review_items.c.id.in_(ids), review_items.c.state == "open")
        await connection.execute(done.values(state="done", version=review_items.c.version + 1))
    return [None] * len(requests)
