"""A long conversation is taken up at the cost of a short one, and is the same conversation."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.dialog.events import event_from_dict
from bot.dialog.tracker import WINDOW, Tracker
from bot.folding import EVERY, folded
from bot.store.records import ConversationUpdate, Turn
from bot.store.store import Store
from tests.served_bot import answering, runtime

from .store_values import message

pytestmark = pytest.mark.integration
DOMAIN = runtime(0.0)().assistant.domain
TURNS = 180
MOST_READ = 2 * EVERY + WINDOW + EVERY
"""The first part, the window before the snapshot, and what followed it."""


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = await Store.open(f"sqlite+aiosqlite:///{tmp_path / 'bot.sqlite'}")
    yield opened
    await opened.close()


async def talk(store: Store) -> Tracker:
    """A long conversation; its fold, from its first event."""
    turns = answering(store)
    for number in range(TURNS):
        await turns.handle(
            message(f"m{number}", text=("hello", "where is my order?", "a return, please")[number % 3])
        )
    rows = await store.load_events("c")
    assert len(rows) > 2 * EVERY + WINDOW
    return Tracker.fold("c", DOMAIN, (event_from_dict(data) for _, data in rows))


async def test_the_fold_is_the_same_and_reads_no_more_than_it_must(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = await talk(store)
    read: list[int] = []
    load = store.load_events

    async def counted(*args: object, **options: object) -> list[tuple[int, dict[str, object]]]:
        rows = await load(*args, **options)  # type: ignore[arg-type]
        read.append(len(rows))
        return rows

    monkeypatch.setattr(store, "load_events", counted)
    live = await folded(store, "c", DOMAIN)
    assert live.seq == whole.length
    assert live.tracker.state == whole.state
    assert live.tracker.length == whole.length
    assert live.tracker.events[-WINDOW:] == whole.events[-WINDOW:]
    assert sum(read) <= MOST_READ


async def test_it_goes_on_where_it_was(store: Store) -> None:
    await talk(store)
    reply = await answering(store).handle(message("again", text="hello"))
    assert [part.text for part in reply.parts] == ["Hello from Willowbay."]


async def test_a_snapshot_that_cannot_be_read_costs_time_and_nothing_else(store: Store) -> None:
    whole = await talk(store)
    turn = Turn(
        conversation_id="c",
        expected_seq=whole.length,
        conversation=ConversationUpdate(channel="rest", account="default", sender="c"),
        snapshot={"of": "another version"},
    )
    await store.commit_turn(turn)
    assert (await folded(store, "c", DOMAIN)).tracker.state == whole.state


async def test_with_the_conversation_goes_its_snapshot(store: Store) -> None:
    await talk(store)
    assert await store.snapshot("c") is not None
    await store.erase_conversation("c")
    assert await store.snapshot("c") is None
