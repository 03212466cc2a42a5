"""Tables of messages, one a row: CSV and TSV exports of help desks and chat systems."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterator, Mapping
from itertools import chain
from pathlib import Path

from encoders.errors import InputError
from encoders.progress import Progress
from encoders.records import MAX_LINE
from intents.transcripts.conversation import BadRecord, Conversation
from intents.transcripts.encodings import lines_of
from intents.transcripts.fields import speaker_field, time_field
from intents.transcripts.gather import gathering
from intents.transcripts.markup import plain_text
from intents.transcripts.speakers import Said

COLUMNS: Mapping[str, str] = {
    "conversation": "conversation_id conversation conversationid ticket_id ticket chat_id chat session_id session "
    "dialog_id dialogue_id case_id thread_id 会话id 会话 会话编号 对话id 对话 工单号 工单编号",
    "speaker": "speaker role sender_type author_type sender author from participant who sent_by "
    "发送者 角色 说话人 发送方 消息来源",
    "text": "text message body content utterance 内容 消息 文本 消息内容 聊天内容",
    "time": "time timestamp date created_at sent_at datetime when sent 时间 日期 发送时间 消息时间",
}
"""What a column is for → the names that it usually has."""


def read_table(
    path: Path, *, columns: Mapping[str, str] | None = None, step: Progress | None = None
) -> Iterator[Conversation | BadRecord]:
    """The file's conversations, in the order in which they begin; a row that cannot be used is a BadRecord.

    The columns are found by their usual names, or by those that `columns` gives for conversation, speaker,
    text and time. The rows of one conversation need not stand together: they are gathered on disk, so that
    memory stays bounded.

    Raises:
        InputError: when the file cannot be read or lacks a column; the message names those it has.
    """
    csv.field_size_limit(min(sys.maxsize, 2**31 - 1))
    lines = (line for _, line in _all_lines(path, step))
    first = next(lines, "")
    delimiter = "\t" if path.suffix.lower() == ".tsv" else max(",;\t|", key=first.count)
    reader = csv.reader(chain([first], lines), delimiter=delimiter)
    places = sniff_columns(next(reader, []), path, columns or {})
    with gathering() as messages:
        line = reader.line_num + 1
        for row in reader:
            try:
                said = _message(row, places)
            except ValueError as error:
                shown = json.dumps(row, ensure_ascii=False)
                yield BadRecord(path=path, line=line, reason=str(error), record=shown)
            else:
                if said is not None:
                    messages.add(said[0], line, said[1])
            line = reader.line_num + 1  # a quoted field may hold line breaks: a row is where it begins
        yield from messages.conversations(path)


def sniff_columns(header: list[str], path: Path, given: Mapping[str, str]) -> dict[str, int]:
    """Where conversation, speaker, text and (if there) time stand in the header; `given` names come first.

    Raises:
        InputError: when one but time is missing, or one that was given.
    """
    names = [_plain(name) for name in header]
    shown = ", ".join(names) or "none"
    found: dict[str, int] = {}
    for column, known in COLUMNS.items():
        wanted = [_plain(given[column])] if column in given else known.split()
        place = next((names.index(name) for name in wanted if name in names), None)
        if place is not None:
            found[column] = place
        elif column in given:
            raise InputError(path, f"has no column {given[column]!r} (found: {shown}).", line=1)
        elif column != "time":
            raise InputError(
                path, f"has no column for the {column} (found: {shown}).", line=1,
                remedy=f"Name one with --{column} COLUMN.",
            )  # fmt: skip
    return found


def _plain(name: str) -> str:
    return name.strip().lstrip("\ufeff").lower().replace(" ", "_")


def _all_lines(path: Path, step: Progress | None) -> Iterator[tuple[int, str]]:
    """The file's lines with the empty ones between them, which count where a row's line is named."""
    last = 0
    for number, line in lines_of(path, step=step):
        for _ in range(number - last - 1):
            yield 0, "\n"
        yield number, line
        last = number


def _message(row: list[str], places: Mapping[str, int]) -> tuple[str, Said] | None:
    """The row as (conversation, message); None for an empty one."""
    if not any(cell.strip() for cell in row):
        return None
    if len(row) <= max(places.values()):
        raise ValueError(f"has {len(row)} fields, fewer than the header.")
    cells = {column: row[place].strip() for column, place in places.items()}
    if not cells["conversation"]:
        raise ValueError("the conversation's id is empty.")
    if "\ufffd" in cells["text"]:
        raise ValueError("holds bytes that are no text in the file's encoding.")
    if len(cells["text"]) > MAX_LINE:
        raise ValueError(f"the text is longer than {MAX_LINE} characters.")
    speaker = speaker_field(cells["speaker"]) if cells["speaker"] else None
    said = Said(speaker=speaker, text=plain_text(cells["text"]), time=time_field(cells.get("time")))
    return cells["conversation"], said
