"""Moving house: the conversations of a running Rasa tracker store, to go on where they are."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import create_async_engine

from bot.dialog.events import BotUttered, Event, OwnerSet, UserUttered, event_from_dict, event_to_dict
from bot.dialog.tracker import Tracker
from bot.store.engine import database_url
from bot.store.records import ConversationUpdate, Turn
from bot.store.store import Store
from bot.turns import PREVIEW
from encoders.errors import InputError

_ROWS = text("SELECT sender_id, data FROM events ORDER BY sender_id, id")
_COUNT = text("SELECT count(DISTINCT sender_id) FROM events")
ACCOUNT = "default"
Step = Callable[[int, str], None]


@dataclass(slots=True)
class Moved:
    """How many conversations came along.

    Attributes:
        there: were there before and were left alone.
        in_forms: go on inside a form.
        left_out: events that could not be read.
    """

    conversations: int = 0
    there: int = 0
    events: int = 0
    in_forms: int = 0
    left_out: int = 0


def source_url(source: str) -> str:
    """A tracker store as given: a database URL, or the path of an SQLite file.

    Raises:
        InputError: when it is a path and there is no such file.
    """
    if "://" in source:
        return source
    path = Path(source)
    if not path.is_file():
        raise InputError(path, "there is no such file.", remedy="Give a file or a database URL.")
    return f"sqlite:///{path.absolute()}"


async def move_conversations(source: str, store: Store, start: Tracker, step: Step) -> Moved:
    """Copy every conversation of a tracker store that our own store does not have.

    Events keep their order by id, not by time. The move counts as something that happened: a form that
    somebody left half filled is still open when they come back.

    Args:
        source: a SQLAlchemy URL.
        start: an empty conversation of the assistant, to fold the events under its domain.
        step: called with 1 and the conversation's id after each.

    Raises:
        InputError: when the tracker store cannot be read.
    """
    moved = Moved()
    async with aclosing(read_conversations(source)) as conversations:
        async for sender, rows in conversations:
            await _moved(sender, rows, store, start, moved)
            step(1, sender)
    return moved


async def count_conversations(source: str) -> int:
    """How many conversations a tracker store has.

    Raises:
        InputError: when it cannot be read.
    """
    engine = create_async_engine(database_url(source))
    try:
        async with engine.connect() as connection:
            return int((await connection.execute(_COUNT)).scalar_one())
    except (SQLAlchemyError, OSError) as error:
        raise _unreadable(source, error) from error
    finally:
        await engine.dispose()


async def read_conversations(source: str) -> AsyncGenerator[tuple[str, list[str]], None]:
    """(sender, events as JSON) of each conversation in a tracker store, one at a time.

    Raises:
        InputError: when the tracker store cannot be read.
    """
    engine = create_async_engine(database_url(source))
    try:
        async with engine.connect() as connection:
            sender: Any = None
            rows: list[str] = []
            async for row in await connection.stream(_ROWS):
                if row[0] != sender and rows:
                    yield str(sender), rows
                    rows = []
                sender = row[0]
                rows.append(row[1])
            if rows:
                yield str(sender), rows
    except (SQLAlchemyError, OSError) as error:
        raise _unreadable(source, error) from error
    finally:
        await engine.dispose()


async def _moved(sender: str, rows: list[str], store: Store, start: Tracker, moved: Moved) -> None:
    if await store.conversation(sender) is not None:
        moved.there += 1
        return
    events = [event for row in rows if (event := read_event(row)) is not None]
    moved.left_out += len(rows) - len(events)
    settled = OwnerSet(timestamp=time.time(), owner="bot", reason="moved from Rasa")
    events.append(settled)
    tracker = start.extended(events)
    await store.commit_turn(
        Turn(
            conversation_id=sender,
            expected_seq=0,
            events=tuple(event_to_dict(event) for event in events),
            conversation=_update(sender, events, tracker),
        )
    )
    moved.conversations += 1
    moved.events += len(events) - 1
    moved.in_forms += tracker.active_loop is not None


def read_event(row: Any) -> Event | None:
    """A row's event; None where it is none."""
    try:
        data = json.loads(row) if isinstance(row, str | bytes) else row
        return event_from_dict(data if isinstance(data, Mapping) else {})
    except ValueError:
        return None


def _update(sender: str, events: list[Event], tracker: Tracker) -> ConversationUpdate:
    said = next(
        (
            event.text
            for event in reversed(events)
            if isinstance(event, UserUttered | BotUttered) and event.text
        ),
        "",
    )
    return ConversationUpdate(
        channel=tracker.state.latest_input_channel or "rest",
        account=ACCOUNT,
        sender=sender,
        owner="bot",
        language=tracker.language or "",
        preview=(said or "")[:PREVIEW],
    )


def _unreadable(source: str, error: Exception) -> InputError:
    """Without the URL's password, which the driver's own words may repeat."""
    place = database_url(source).render_as_string(hide_password=True)
    original = getattr(error, "orig", None)
    reason = str(original) if original is not None else type(error).__name__
    return InputError(
        place,
        f"cannot be read as a tracker store ({reason}).",
        remedy="Rasa's SQL tracker store has a table events(id, sender_id, …, data).",
    )
