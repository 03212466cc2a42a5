"""Tables of messages, one a row: CSV and TSV exports of help desks and chat systems."""

from __future__ import annotations

import csv
import json
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from encoders.errors import InputError
from intents.transcripts.conversation import BadRecord, Conversation, Turn
from intents.transcripts.fields import speaker_field, time_field

_COLUMNS = {
    "conversation": "conversation_id conversation conversationid ticket_id ticket chat_id chat session_id session "
    "dialog_id dialogue_id case_id thread_id 会话id 会话 对话id 对话 工单号",
    "speaker": "speaker role sender_type author_type sender author from participant 发送者 角色 说话人",
    "text": "text message body content utterance 内容 消息 文本",
    "time": "time timestamp date created_at sent_at datetime 时间 日期",
}


def read_table(path: Path) -> Iterator[Conversation | BadRecord]:
    """The file's conversations, in the order in which they begin; a row that cannot be used is a BadRecord.

    The columns are found by their usual names. The rows of one conversation need not stand together: they
    are sorted by conversation, time and row in a temporary database, so that memory stays bounded.

    Raises:
        InputError: when the file cannot be read or lacks a column; the message names those it has.
    """
    csv.field_size_limit(min(sys.maxsize, 2**31 - 1))
    with (
        tempfile.TemporaryDirectory(prefix="kefu-import-") as folder,
        closing(sqlite3.connect(Path(folder) / "rows.sqlite")) as database,
    ):
        database.execute("CREATE TABLE said (conversation, line, speaker, text, time REAL)")
        yield from _store(path, database)
        yield from _conversations(database)


def sniff_columns(header: list[str], path: Path) -> dict[str, int]:
    """Where conversation, speaker, text and (if there) time stand in the header.

    Raises:
        InputError: when one but time is missing.
    """
    names = [name.strip().lstrip("\ufeff").lower().replace(" ", "_") for name in header]
    found: dict[str, int] = {}
    for column, known in _COLUMNS.items():
        place = next((names.index(name) for name in known.split() if name in names), None)
        if place is not None:
            found[column] = place
        elif column != "time":
            raise InputError(
                path, f"has no column for the {column} (found: {', '.join(names) or 'none'}).", line=1,
                remedy=f"Name one of its columns {column}.",
            )  # fmt: skip
    return found


@dataclass(frozen=True, slots=True)
class _Message:
    conversation: str
    turn: Turn


def _store(path: Path, database: sqlite3.Connection) -> Iterator[BadRecord]:
    try:
        file = path.open(encoding="utf-8-sig", errors="replace", newline="")
    except OSError as error:
        raise InputError(path, f"cannot be read ({error.strerror}).") from error
    with file:
        first = file.readline()
        delimiter = "\t" if path.suffix.lower() == ".tsv" else max(",;\t", key=first.count)
        file.seek(0)
        reader = csv.reader(file, delimiter=delimiter)
        columns = sniff_columns(next(reader, []), path)
        line = reader.line_num + 1
        for row in reader:
            try:
                message = _message(row, columns)
            except ValueError as error:
                shown = json.dumps(row, ensure_ascii=False)
                yield BadRecord(path=path, line=line, reason=str(error), record=shown)
            else:
                if message is not None:
                    _insert(database, line, message)
            line = reader.line_num + 1  # a quoted field may hold line breaks: a row is where it begins


def _message(row: list[str], columns: dict[str, int]) -> _Message | None:
    """The row as a message; None for an empty one."""
    if not any(cell.strip() for cell in row):
        return None
    if len(row) <= max(columns.values()):
        raise ValueError(f"has {len(row)} fields, fewer than the header.")
    cells = {column: row[place].strip() for column, place in columns.items()}
    if not cells["conversation"]:
        raise ValueError("the conversation's id is empty.")
    if "\ufffd" in cells["text"]:
        raise ValueError("is not UTF-8.")
    speaker, time = speaker_field(cells["speaker"]), time_field(cells.get("time"))
    return _Message(cells["conversation"], Turn(speaker=speaker, text=cells["text"], time=time))


def _insert(database: sqlite3.Connection, line: int, message: _Message) -> None:
    turn = message.turn
    time = None if turn.time is None else turn.time.timestamp()
    database.execute(
        "INSERT INTO said VALUES (?, ?, ?, ?, ?)", (message.conversation, line, turn.speaker, turn.text, time)
    )


def _conversations(database: sqlite3.Connection) -> Iterator[Conversation]:
    """Rows without a time stand where the file has them, provided that no row of theirs has one."""
    rows = database.execute(
        "SELECT conversation, speaker, text, time FROM said"
        " ORDER BY min(line) OVER (PARTITION BY conversation), time, line"
    )
    for identifier, group in groupby(rows, key=lambda row: str(row[0])):
        turns = (Turn(speaker=row[1], text=row[2], time=time_field(row[3])) for row in group)
        yield Conversation(id=identifier, turns=tuple(turns))
