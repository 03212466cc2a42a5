"""Conversations out of whatever holds them: a project, a folder or a file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from encoders.errors import InputError
from encoders.progress import Progress
from intents.transcripts.agent_assist import read_agent_assist
from intents.transcripts.canonical import read_canonical
from intents.transcripts.chatwoot import read_chatwoot
from intents.transcripts.contact_lens import read_contact_lens
from intents.transcripts.conversation import BadRecord, Conversation
from intents.transcripts.csv_table import read_table
from intents.transcripts.intercom import read_intercom
from intents.transcripts.json_stream import json_records
from intents.transcripts.rasa_events import is_sqlite, read_rasa
from intents.transcripts.zendesk import read_zendesk


class Reader(Protocol):
    """A format: from a file to its conversations and its bad records, one at a time."""

    def __call__(self, path: Path, *, step: Progress | None = None) -> Iterator[Conversation | BadRecord]:
        """`step` is told the kibibytes read, where the format can say it."""
        ...


FORMATS: Mapping[str, Reader] = {
    "jsonl": read_canonical,
    "csv": read_table,
    "tsv": read_table,
    "rasa": read_rasa,
    "chatwoot": read_chatwoot,
    "agent-assist": read_agent_assist,
    "contact-lens": read_contact_lens,
    "zendesk": read_zendesk,
    "intercom": read_intercom,
}
"""Format name → its reader."""

QUARANTINE = "quarantine"
"""The folder beside imported dialogs with what could not be read; it is never read as dialogs."""

_JSON = (".jsonl", ".ndjson", ".json")
_SQLITE = (".db", ".sqlite", ".sqlite3")
_SUFFIXES = (*_JSON, ".csv", ".tsv", *_SQLITE)
_TELLING: tuple[tuple[str, frozenset[str]], ...] = (
    ("jsonl", frozenset({"turns"})),
    ("agent-assist", frozenset({"entries"})),
    ("contact-lens", frozenset({"Transcript"})),
    ("rasa", frozenset({"sender_id"})),
    ("intercom", frozenset({"conversation_parts", "conversation_message", "source"})),
    ("chatwoot", frozenset({"messages", "payload", "message_type"})),
    ("zendesk", frozenset({"comments", "requester_id", "history"})),
)


def read_conversations(source: Path) -> Iterator[Conversation]:
    """The conversations of a project (its `dialogs/`), a folder of dialog files, or one file.

    Raises:
        InputError: at the first record that cannot be used, with file and line.
    """
    for path in dialog_files(source):
        for item in reader_of(path)(path):
            if isinstance(item, BadRecord):
                raise item.as_error()
            yield item


def dialog_files(source: Path) -> list[Path]:
    """The dialog files of a project, a folder or a file, by name.

    Raises:
        InputError: when there is no such file or folder, or none in it.
    """
    if source.is_file():
        return [source]
    if not source.is_dir():
        raise InputError(source, "there is no such file or folder.")
    folder = source / "dialogs" if (source / "dialogs").is_dir() else source
    files = [path for path in sorted(folder.rglob("*")) if _is_dialog_file(path, folder)]
    if not files:
        raise InputError(folder, f"holds no dialogs ({', '.join('*' + name for name in _SUFFIXES)}).")
    return files


def reader_of(path: Path, *, format: str = "auto", columns: Mapping[str, str] | None = None) -> Reader:
    """The reader for a file, by what is in it or by the format's name.

    `columns` names a table's columns for conversation, speaker, text and time.

    Raises:
        InputError: for a format that we do not know, or cannot tell.
    """
    name = _format_of(path) if format == "auto" else format
    if name not in FORMATS:
        raise InputError(
            path,
            f"the format {name!r} is not known.",
            remedy=f"Name one with --format: {', '.join(FORMATS)}.",
        )
    if columns and FORMATS[name] is read_table:
        return partial(read_table, columns=columns)
    return FORMATS[name]


def _format_of(path: Path) -> str:
    """The format's name; for a file that is of none, its suffix."""
    suffix = path.suffix.lower()
    if is_sqlite(path):
        return "rasa"
    if suffix not in _JSON:
        return suffix.removeprefix(".")
    first = next((item for item in json_records(path) if not isinstance(item, BadRecord)), None)
    if first is None:
        return "jsonl"
    fields: Mapping[str, Any] = first[1]
    found = next((name for name, telling in _TELLING if telling & fields.keys()), None)
    return found or ("jsonl" if suffix != ".json" else "json")


def _is_dialog_file(path: Path, folder: Path) -> bool:
    parts = path.relative_to(folder).parts
    if any(part.startswith(".") for part in parts) or QUARANTINE in parts[:-1]:
        return False
    return path.is_file() and path.suffix.lower() in _SUFFIXES
