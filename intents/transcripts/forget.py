"""One conversation out of a folder of dialogs."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

from encoders.errors import InputError
from intents.transcripts.conversation import Conversation
from intents.transcripts.read import QUARANTINE, reader_of


def forget_in_dialogs(folder: Path, conversation: str) -> int:
    """Take a conversation out of the dialogs and their quarantine; how many records went.

    What an interrupted import has done of it goes too, and that import begins anew.

    Raises:
        InputError: before anything is changed, when a file of another format has the conversation.
    """
    if not folder.is_dir():
        return 0
    lines = [path for path in sorted(folder.rglob("*.jsonl")) if not _is_hidden(path, folder)]
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path not in lines and not _is_hidden(path, folder) and path.suffix:
            _refuse(path, conversation)
    gone = 0
    for path in lines:
        is_of = _is_quarantined if QUARANTINE in path.relative_to(folder).parts else _is_dialog
        gone += forget_lines(path, lambda line, is_of=is_of: is_of(line, conversation))  # type: ignore[misc]
    for work in folder.glob(".*.import"):
        if lines_without(work / "dialogs.jsonl", lambda line: _is_dialog(line, conversation))[1]:
            shutil.rmtree(work)
            gone += 1
    return gone


def forget_lines(path: Path, unwanted: Callable[[str], bool]) -> int:
    """Take lines out of a file, which is replaced at once when there are any; how many went."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.part")
    gone = 0
    try:
        with (
            path.open(encoding="utf-8", errors="surrogateescape", newline="") as old,
            draft.open("w", encoding="utf-8", errors="surrogateescape", newline="") as new,
        ):
            for line in old:
                if unwanted(line):
                    gone += 1
                else:
                    new.write(line)
        if gone:
            draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    return gone


def lines_without(path: Path, unwanted: Callable[[str], bool]) -> tuple[list[str], int]:
    """The file's other lines, and how many are unwanted; no file has none."""
    if not path.is_file():
        return [], 0
    lines = path.read_text(encoding="utf-8", errors="surrogateescape").splitlines(keepends=True)
    kept = [line for line in lines if not unwanted(line)]
    return kept, len(lines) - len(kept)


def _is_dialog(line: str, conversation: str) -> bool:
    if conversation not in line and "\\u" not in line:
        return False
    try:
        record = json.loads(line)
    except ValueError:
        return False
    return isinstance(record, dict) and str(record.get("conversation_id")).strip() == conversation


def _is_quarantined(line: str, conversation: str) -> bool:
    """Whether the record that could not be used is of the conversation, as far as it can be read."""
    try:
        shown = json.loads(line).get("record", "")
    except (ValueError, AttributeError):
        return False
    return _is_dialog(shown, conversation) or json.dumps(conversation, ensure_ascii=False) in shown


def _refuse(path: Path, conversation: str) -> None:
    try:
        items = reader_of(path)(path)
    except InputError:
        return
    if any(isinstance(item, Conversation) and item.id == conversation for item in items):
        raise InputError(
            path, f"has the conversation {conversation!r} in a form that is not rewritten here.",
            remedy="Take it out there, or import the file and remove it from dialogs/.",
        )  # fmt: skip


def _is_hidden(path: Path, folder: Path) -> bool:
    return any(part.startswith(".") for part in path.relative_to(folder).parts)
