"""Other systems' conversations into a project's `dialogs/`, each once."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from encoders.errors import InputError, KefuError
from encoders.progress import Progress
from intents.transcripts.canonical import conversation_line, read_canonical
from intents.transcripts.conversation import BadRecord, Conversation
from intents.transcripts.read import QUARANTINE, dialog_files, reader_of


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """What an import did.

    Attributes:
        conversations, turns: that are new in the project.
        known: conversations that the project had already, word for word.
        quarantined: records that could not be used; they stand in `quarantine` with file, line and reason.
        dialogs, quarantine: the files written, or None where there was nothing to write.
    """

    files: int
    conversations: int
    turns: int
    known: int
    quarantined: int
    dialogs: Path | None
    quarantine: Path | None


@dataclass(slots=True)
class _Counts:
    files: int = 0
    conversations: int = 0
    turns: int = 0
    known: int = 0
    quarantined: int = 0
    seen: dict[bytes, bytes] = field(default_factory=dict)


def import_sources(
    sources: Sequence[Path], into: Path, *, format: str = "auto", step: Progress | None = None
) -> ImportReport:
    """Read the sources, one conversation in memory at a time, into `into/dialogs/imported-*.jsonl`.

    The new file is there when all sources are read, or not at all: an import that is interrupted leaves
    nothing and is simply started again. A conversation that the project has is not written twice; one with
    the same id but other turns, and every record that cannot be used, goes to `dialogs/quarantine/`.
    `step` is called for every conversation.

    Raises:
        KefuError: when `into` is no folder.
        InputError: for a source that is missing, of no known format, or has no usable header.
    """
    if not into.is_dir():
        raise KefuError(f"There is no project at {into}. Make one with: kefu new {into}")
    folder = into / "dialogs"
    files = [path.absolute() for source in sources for path in dialog_files(source)]
    readers = [(path, reader_of(path, format=format)) for path in files]
    counts = _Counts(files=len(files), seen=_already_there(folder))
    name = _import_name(sources)
    with ExitStack() as stack:
        dialogs = stack.enter_context(_appearing(folder / f"imported-{name}.jsonl"))
        quarantine = stack.enter_context(_appearing(folder / QUARANTINE / f"{name}.jsonl"))
        for path, reader in readers:
            for item in reader(path):
                if step is not None:
                    step(1, path.name)
                _take(item, path, counts, dialogs.file, quarantine.file)
    return ImportReport(
        files=counts.files, conversations=counts.conversations, turns=counts.turns, known=counts.known,
        quarantined=counts.quarantined, dialogs=dialogs.final, quarantine=quarantine.final,
    )  # fmt: skip


def _take(
    item: Conversation | BadRecord, path: Path, counts: _Counts, dialogs: IO[str], quarantine: IO[str]
) -> None:
    if isinstance(item, Conversation):
        key = _key(item.id)
        if counts.seen.get(key) == item.content_hash:
            counts.known += 1
            return
        if key not in counts.seen:
            counts.seen[key] = item.content_hash
            counts.conversations += 1
            counts.turns += len(item.turns)
            dialogs.write(conversation_line(item))
            return
        item = BadRecord(
            path=path, line=0, record=conversation_line(item).rstrip(),
            reason=f"the conversation {item.id!r} is in the project already, with other turns.",
        )  # fmt: skip
    counts.quarantined += 1
    record = {"file": str(item.path), "line": item.line or None, "reason": item.reason, "record": item.record}
    quarantine.write(json.dumps(record, ensure_ascii=False) + "\n")


def _already_there(folder: Path) -> dict[bytes, bytes]:
    """Conversation (by the hash of its id) → content hash, of all that the project has."""
    seen: dict[bytes, bytes] = {}
    for path in sorted(folder.glob("*.jsonl")):
        for item in read_canonical(path):
            if isinstance(item, Conversation):
                seen[_key(item.id)] = item.content_hash
    return seen


def _key(identifier: str) -> bytes:
    return hashlib.blake2b(identifier.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def _import_name(sources: Sequence[Path]) -> str:
    """A file name that says where the dialogs came from and is the same for the same sources."""
    if not sources:
        raise InputError("SOURCE", "nothing to import was named.")
    stem = re.sub(r"[^\w.-]+", "-", sources[0].absolute().stem)[:40].strip("-.") or "dialogs"
    places = "\n".join(str(source.absolute()) for source in sources)
    return f"{stem}-{hashlib.blake2b(places.encode('utf-8', 'surrogateescape'), digest_size=4).hexdigest()}"


@dataclass(slots=True)
class _Appearing:
    file: IO[str]
    final: Path | None = None


@contextmanager
def _appearing(path: Path) -> Iterator[_Appearing]:
    """A file to write that appears under its name, or the next free one, when the block ends well.

    Nothing appears when nothing was written. The quarantine of the same sources is replaced by its equal.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with draft.open("w", encoding="utf-8", errors="surrogatepass") as file:
            appearing = _Appearing(file)
            yield appearing
            file.flush()
            os.fsync(file.fileno())
        if draft.stat().st_size:
            appearing.final = path if path.parent.name == QUARANTINE else _free(path)
            draft.replace(appearing.final)
    finally:
        draft.unlink(missing_ok=True)
        if path.parent.name == QUARANTINE and not any(path.parent.iterdir()):
            path.parent.rmdir()


def _free(path: Path) -> Path:
    number = 2
    free = path
    while free.exists():
        free = path.with_stem(f"{path.stem}-{number}")
        number += 1
    return free
