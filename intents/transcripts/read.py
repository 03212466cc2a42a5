"""Conversations out of whatever holds them: a project, a folder or a file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from encoders.errors import InputError
from intents.transcripts.canonical import read_canonical
from intents.transcripts.conversation import BadRecord, Conversation
from intents.transcripts.csv_table import read_table

Reader = Callable[[Path], Iterator[Conversation | BadRecord]]

FORMATS: Mapping[str, Reader] = {"jsonl": read_canonical, "csv": read_table, "tsv": read_table}
"""Format name → its reader. A format is found by the file's suffix when it is not named."""

QUARANTINE = "quarantine"
"""The folder beside imported dialogs with what could not be read; it is never read as dialogs."""


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
        raise InputError(folder, f"holds no dialogs ({', '.join('*.' + name for name in FORMATS)}).")
    return files


def reader_of(path: Path, *, format: str = "auto") -> Reader:
    """The reader for a file, by its suffix or by the format's name.

    Raises:
        InputError: for a format or a suffix that we do not know.
    """
    name = path.suffix.lower().removeprefix(".") if format == "auto" else format
    if name not in FORMATS:
        raise InputError(
            path,
            f"the format {name!r} is not known.",
            remedy=f"Name one with --format: {', '.join(FORMATS)}.",
        )
    return FORMATS[name]


def _is_dialog_file(path: Path, folder: Path) -> bool:
    parts = path.relative_to(folder).parts
    if any(part.startswith(".") for part in parts) or QUARANTINE in parts[:-1]:
        return False
    return path.is_file() and path.suffix.lower().removeprefix(".") in FORMATS
