"""Messages that stand scattered over a file, gathered into conversations without holding them in memory."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from intents.transcripts.conversation import BadRecord, Conversation
from intents.transcripts.fields import time_field
from intents.transcripts.json_stream import bad_record
from intents.transcripts.speakers import FILLED, Said, turns_of


@dataclass(frozen=True, slots=True)
class Gathering:
    """A temporary database of messages."""

    database: sqlite3.Connection

    def add(
        self, conversation: str, line: int, said: Said, *, channel: str = "", key: str | None = None
    ) -> None:
        """Keep a message of a conversation; `line` orders those that have the same time or none.

        A message with a `key` that the conversation has already is left out.
        """
        time = None if said.time is None else said.time.timestamp()
        row = (conversation, line, said.speaker, said.text, time, channel, key)
        self.database.execute("INSERT OR IGNORE INTO said VALUES (?, ?, ?, ?, ?, ?, ?)", row)

    def conversations(self, path: Path) -> Iterator[Conversation | BadRecord]:
        """The conversations in the order in which they begin in the file at `path`, turns by time.

        Rows without a time stand where the file has them, provided that no row of theirs has one. A
        conversation of which too little is known who speaks is a BadRecord.
        """
        rows = self.database.execute(
            "SELECT conversation, speaker, text, time, channel, line FROM said"
            " ORDER BY min(line) OVER (PARTITION BY conversation), conversation, time, line"
        )
        for identifier, group in groupby(rows, key=lambda row: str(row[0])):
            members = list(group)
            said = [Said(speaker=row[1], text=row[2], time=time_field(row[3])) for row in members]
            try:
                turns, filled = turns_of(said)
            except ValueError as error:
                record = {"conversation_id": identifier, "texts": [one.text for one in said]}
                yield bad_record(path, members[0][5], str(error), record)
                continue
            metadata = {FILLED: filled} if filled else {}
            yield Conversation(id=identifier, turns=turns, channel=members[0][4], metadata=metadata)


@contextmanager
def gathering() -> Iterator[Gathering]:
    """An empty Gathering on disk that is gone when the block ends."""
    with (
        tempfile.TemporaryDirectory(prefix="kefu-import-") as folder,
        closing(sqlite3.connect(Path(folder) / "said.sqlite", isolation_level=None)) as database,
    ):
        database.executescript(
            "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA temp_store=FILE; PRAGMA cache_size=-16000;"
            "CREATE TABLE said (conversation, line INTEGER, speaker, text, time REAL, channel, key);"
            "CREATE UNIQUE INDEX once ON said (conversation, key) WHERE key IS NOT NULL;"
            "BEGIN"
        )
        yield Gathering(database)
