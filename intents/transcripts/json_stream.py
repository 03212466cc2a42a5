"""Objects out of JSON files of any size: one a line, in one array, in pages of an API, or just one."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from encoders.progress import Progress
from encoders.records import MAX_LINE
from intents.transcripts.conversation import BadRecord, Conversation
from intents.transcripts.encodings import chunks_of, lines_of

Record = tuple[int, Mapping[str, Any]]
Parse = Callable[[Mapping[str, Any], str], Conversation | None]

_LISTS = ("tickets", "conversations", "chats", "results", "data", "payload", "items", "trackers")
_OPENING = re.compile(r'"(?:' + "|".join(_LISTS) + r')"\s*:\s*\[')
_LARGEST = 16 * MAX_LINE
_SHOWN = 2000  # characters of a bad record that are kept


def json_records(path: Path, *, step: Progress | None = None) -> Iterator[Record | BadRecord]:
    """(line, object) for each record of the file, one in memory at a time; what is none is a BadRecord.

    The objects may stand one a line, in one array, or in a list that is the value of `tickets`,
    `conversations`, `chats`, `results`, `data`, `payload` or the like.

    Raises:
        InputError: when the file cannot be read.
    """
    if _is_one_a_line(path):
        yield from _by_line(path, step)
    else:
        yield from _streamed(path, step)


def json_conversations(
    path: Path, parse: Parse, *, step: Progress | None = None
) -> Iterator[Conversation | BadRecord]:
    """The conversations that `parse(record, fallback id)` makes of the file's records.

    A ValueError of `parse` makes the record a BadRecord with that reason; None means that there is none in it.

    Raises:
        InputError: when the file cannot be read.
    """
    for number, item in enumerate(json_records(path, step=step)):
        if isinstance(item, BadRecord):
            yield item
            continue
        line, record = item
        try:
            conversation = parse(record, path.stem if number == 0 else f"{path.stem}-{number + 1}")
        except (ValueError, TypeError, AttributeError, KeyError) as error:
            yield bad_record(path, line, _reason(error), record)
        else:
            if conversation is not None:
                yield conversation


def bad_record(path: Path, line: int, reason: str, record: Any) -> BadRecord:
    """A record that cannot be used, shortened to what a person needs to find it."""
    shown = record if isinstance(record, str) else json.dumps(record, ensure_ascii=False, default=str)
    return BadRecord(path=path, line=line, reason=reason, record=shown.strip()[:_SHOWN])


def _reason(error: Exception) -> str:
    if isinstance(error, ValueError):
        return str(error)
    return f"has not the form that was expected ({error})."


def _is_one_a_line(path: Path) -> bool:
    """Whether the first line that holds anything is a whole object and no page of an API, or is broken by itself."""
    first = next(lines_of(path), None)
    if first is None:
        return True
    text = first[1].strip().lstrip("\ufeff")
    if text.startswith("[") and path.suffix.lower() not in (".jsonl", ".ndjson"):
        return False
    try:
        value = json.loads(text)
    except ValueError:
        return path.suffix.lower() in (".jsonl", ".ndjson")
    return not isinstance(value, dict) or _listed(value) is None


def _by_line(path: Path, step: Progress | None) -> Iterator[Record | BadRecord]:
    for line, text in lines_of(path, step=step):
        if len(text) > MAX_LINE:
            yield bad_record(path, line, f"the line is longer than {MAX_LINE} bytes.", text)
            continue
        try:
            value = json.loads(text.lstrip("\ufeff") if line == 1 else text)
        except (ValueError, RecursionError) as error:
            yield bad_record(path, line, f"is not JSON ({error}).", text)
            continue
        yield from _objects(path, line, value)


def _streamed(path: Path, step: Progress | None) -> Iterator[Record | BadRecord]:
    buffer = _Buffer(chunks_of(path, step=step))
    while buffer.peek():
        if buffer.peek() in "[,]":
            buffer.take(1)
            continue
        line = buffer.line
        try:
            value = buffer.value()
        except _TooLong:
            if not buffer.enter_list():
                yield bad_record(path, line, f"a record is longer than {_LARGEST} characters.", buffer.text)
                return
            continue
        except (ValueError, RecursionError) as error:
            reason = f"is not JSON ({error}): nothing after this line can be read."
            yield bad_record(path, line, reason, buffer.text)
            return
        yield from _objects(path, line, value)
        if buffer.inside and buffer.peek() == "]":
            return


def _objects(path: Path, line: int, value: Any) -> Iterator[Record | BadRecord]:
    if isinstance(value, dict) and (items := _listed(value)) is not None:
        for item in items:
            yield from _objects(path, line, item)
    elif isinstance(value, dict):
        yield line, value
    else:
        yield bad_record(path, line, "is not a JSON object.", value)


def _listed(value: Mapping[str, Any]) -> list[Any] | None:
    """The records of a page: the list under a known name, in an object that is no record itself."""
    if value.keys() & {"id", "conversation_id", "turns", "sender_id", "event", "entries", "Transcript"}:
        return None
    for name in _LISTS:
        inner = value.get(name)
        if isinstance(inner, dict):
            return _listed(inner)
        if isinstance(inner, list) and all(isinstance(item, dict) for item in inner):
            return None if name == "payload" and any("message_type" in item for item in inner) else inner
    return None


class _TooLong(Exception):
    """A value is longer than what is held in memory."""


@dataclass(slots=True)
class _Buffer:
    """The file's text from the place where reading is, with its line."""

    chunks: Iterator[str]
    text: str = ""
    line: int = 1
    inside: bool = False
    _decoder: json.JSONDecoder = field(default_factory=json.JSONDecoder)

    def peek(self) -> str:
        """The next character that is no space; "" at the end."""
        while True:
            spaces = len(self.text) - len(self.text.lstrip(" \t\r\n\ufeff"))
            self.take(spaces)
            if self.text or not self._fill():
                return self.text[:1]

    def take(self, count: int) -> None:
        self.line += self.text.count("\n", 0, count)
        self.text = self.text[count:]

    def value(self) -> Any:
        """The JSON value that begins here; the text is read in growing steps until it is whole."""
        wanted = 0
        while True:
            try:
                value, end = self._decoder.raw_decode(self.text)
            except ValueError:
                wanted = 2 * len(self.text)
                if len(self.text) > _LARGEST:
                    raise _TooLong from None
                if not self._fill(wanted):
                    raise
            else:
                self.take(end)
                return value

    def enter_list(self) -> bool:
        """Go on inside the list of a page that is too long to be read whole."""
        match = _OPENING.search(self.text)
        if match is None or self.inside:
            return False
        self.take(match.end())
        self.inside = True
        return True

    def _fill(self, length: int = 1) -> bool:
        parts = [self.text]
        size = len(self.text)
        grown = False
        while size < max(1, length) or not grown:
            chunk = next(self.chunks, "")
            if not chunk:
                break
            parts.append(chunk)
            size += len(chunk)
            grown = True
        self.text = "".join(parts)
        return grown
