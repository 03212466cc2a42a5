"""Values that the tests of the store write."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.messages import Message
from bot.store.records import ConversationUpdate, OutboxRow, Turn

START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


class Clock:
    """A clock that stands still until it is told to move on."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def move(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


def message(id: str, *, conversation: str = "c", text: str = "Where is my parcel?") -> Message:
    return Message(
        id=id,
        account="shop",
        conversation_id=conversation,
        channel="rest",
        sender=f"sender of {conversation}",
        text=text,
        received_at=START,
    )


def event(text: str, *, kind: str = "user") -> dict[str, Any]:
    return {"event": kind, "timestamp": START.timestamp(), "text": text}


def row(text: str) -> OutboxRow:
    return OutboxRow(channel="whatsapp", account="shop", recipient="49151", payload={"text": text})


def turn(conversation: str = "c", *, after: int = 0, count: int = 1, **facts: Any) -> Turn:
    """A turn of `count` events behind event `after`."""
    update: dict[str, Any] = {"channel": "rest", "account": "shop", "sender": f"sender of {conversation}"}
    update |= facts.pop("update", {})
    events = tuple(event(f"{conversation} {after + number}") for number in range(1, count + 1))
    return Turn(
        conversation_id=conversation,
        expected_seq=after,
        conversation=ConversationUpdate(**update),
        **{"events": events, **facts},
    )


def psql(uri: str, statement: str) -> None:
    import pgserver

    program = Path(pgserver.__file__).parent / "pginstall" / "bin" / "psql"
    subprocess.run([program, uri, "-qc", statement], check=True, capture_output=True)
