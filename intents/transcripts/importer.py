"""Other systems' conversations into a project's `dialogs/`, each once."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from encoders.errors import InputError, KefuError
from encoders.progress import Progress
from intents.transcripts.canonical import conversation_line, read_canonical
from intents.transcripts.conversation import BadRecord, Conversation
from intents.transcripts.encodings import mended
from intents.transcripts.journal import Journal, journal_of, publish
from intents.transcripts.read import QUARANTINE, dialog_files, reader_of
from intents.transcripts.speakers import FILLED

_EVERY = 2000  # items between two checkpoints: a second or so


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """What an import did.

    Attributes:
        conversations, turns: that are new in the project.
        known: conversations that the project had already, word for word.
        quarantined: records that could not be used; they stand in `quarantine` with file, line and reason.
        mended: texts that had been decoded wrongly.
        speakers_filled, without_time: turns whose speaker is a guess, or that have no time.
        resumed: how many records an interrupted import of the same files had done already.
        dialogs, quarantine: the files written, or None where there was nothing to write.
    """

    files: int
    conversations: int
    turns: int
    known: int
    quarantined: int
    mended: int
    speakers_filled: int
    without_time: int
    resumed: int
    dialogs: Path | None
    quarantine: Path | None


def import_sources(
    sources: Sequence[Path], into: Path, *, format: str = "auto", columns: Mapping[str, str] | None = None,
    step: Progress | None = None,
) -> ImportReport:  # fmt: skip
    """Read the sources, one conversation in memory at a time, into `into/dialogs/imported-*.jsonl`.

    The new file is there when all sources are read, or not at all. An import that is interrupted keeps what it
    did in a hidden folder beside it; started again with the same, unchanged sources it goes on from there. A
    conversation that the project has is not written twice; one with the same id but other turns, and every record
    that cannot be used, goes to `dialogs/quarantine/`. `step` is told the kibibytes read.

    Raises:
        KefuError: when `into` is no folder, or the same sources are being imported by another process.
        InputError: for a source that is missing, of no known format, or has no usable header.
    """
    if not into.is_dir():
        raise KefuError(f"There is no project at {into}. Make one with: kefu new {into}")
    folder = into / "dialogs"
    files = source_files(sources)
    readers = [reader_of(path, format=format, columns=columns) for path in files]
    name = _import_name(sources)
    with journal_of(folder / f".{name}.import", files) as journal:
        counts = journal.counts
        resumed = counts.conversations + counts.known + counts.quarantined
        _remember_present(journal, folder)
        for path, reader in list(zip(files, readers, strict=True))[counts.file :]:
            _read(reader(path, step=step), path, journal)
        dialogs, quarantine = publish(
            journal, folder / f"imported-{name}.jsonl", folder / QUARANTINE / f"{name}.jsonl"
        )
    return ImportReport(
        files=len(files), conversations=counts.conversations, turns=counts.turns, known=counts.known,
        quarantined=counts.quarantined, mended=counts.mended, speakers_filled=counts.speakers_filled,
        without_time=counts.without_time, resumed=resumed, dialogs=dialogs, quarantine=quarantine,
    )  # fmt: skip


def source_files(sources: Sequence[Path]) -> list[Path]:
    """The files that an import of the sources reads, in order.

    Raises:
        InputError: for a source that is missing or holds no dialogs, and when there is none.
    """
    if not sources:
        raise InputError("SOURCE", "nothing to import was named.")
    return [path.absolute() for source in sources for path in dialog_files(source)]


def _read(items: Iterator[Conversation | BadRecord], path: Path, journal: Journal) -> None:
    counts = journal.counts
    for item in islice(items, counts.items, None):
        _take(item, path, journal)
        counts.items += 1
        if counts.items % _EVERY == 0:
            journal.checkpoint()
    counts.file, counts.items = counts.file + 1, 0
    journal.checkpoint()


def _take(item: Conversation | BadRecord, path: Path, journal: Journal) -> None:
    counts = journal.counts
    bad = item if isinstance(item, BadRecord) else _add(_mended(item, journal), path, journal)
    if bad is not None:
        counts.quarantined += 1
        record = {"file": str(bad.path), "line": bad.line or None, "reason": bad.reason, "record": bad.record}
        journal.quarantine.write(json.dumps(record, ensure_ascii=False) + "\n")


def _add(conversation: Conversation, path: Path, journal: Journal) -> BadRecord | None:
    """Write the conversation unless it is there; why it cannot be, when it cannot."""
    counts, key = journal.counts, _key(conversation.id)
    content = journal.seen(key)
    if content == conversation.content_hash:
        counts.known += 1
        return None
    reason = "" if conversation.turns else "the conversation has no turns."
    if content is not None:
        reason = f"the conversation {conversation.id!r} is in the project already, with other turns."
    if reason:
        return BadRecord(path=path, line=0, record=conversation_line(conversation).rstrip(), reason=reason)
    journal.remember(key, conversation.content_hash)
    counts.conversations += 1
    counts.turns += len(conversation.turns)
    counts.without_time += sum(turn.time is None for turn in conversation.turns)
    counts.speakers_filled += int(conversation.metadata.get(FILLED, 0))
    journal.dialogs.write(conversation_line(conversation))
    return None


def _mended(conversation: Conversation, journal: Journal) -> Conversation:
    if all(turn.text.isascii() for turn in conversation.turns):
        return conversation
    turns = tuple(replace(turn, text=mended(turn.text)) for turn in conversation.turns)
    journal.counts.mended += sum(
        new is not old and new.text != old.text for new, old in zip(turns, conversation.turns, strict=True)
    )
    return replace(conversation, turns=turns)


def _remember_present(journal: Journal, folder: Path) -> None:
    """All conversations that the project has."""
    for path in sorted(folder.glob("*.jsonl")):
        for item in read_canonical(path):
            if isinstance(item, Conversation):
                journal.remember(_key(item.id), item.content_hash)


def _key(identifier: str) -> bytes:
    return hashlib.blake2b(identifier.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def _import_name(sources: Sequence[Path]) -> str:
    """A file name that says where the dialogs came from and is the same for the same sources."""
    stem = re.sub(r"[^\w.-]+", "-", sources[0].absolute().stem)[:40].strip("-.") or "dialogs"
    places = "\n".join(str(source.absolute()) for source in sources)
    return f"{stem}-{hashlib.blake2b(places.encode('utf-8', 'surrogateescape'), digest_size=4).hexdigest()}"
