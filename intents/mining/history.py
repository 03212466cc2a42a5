"""What mining reads: redacted conversations or bare utterances, and what customers state in them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from encoders.errors import InputError
from encoders.progress import progress
from encoders.records import read_jsonl
from encoders.text import detect_language
from intents.mining.problem_turns import Statement, statements
from intents.transcripts.clean import clean_conversation, has_customer, unseen
from intents.transcripts.conversation import Conversation
from intents.transcripts.read import read_conversations
from intents.transcripts.redact import Redaction, redact


@dataclass(slots=True)
class History:
    """Everything that mining reads, redacted.

    Attributes:
        statements: what customers state, with the rules' reasons; bare utterances are all `given`.
        conversations: by id; empty where the utterances are bare.
        redacted: how many values of each type were replaced.
        cleaned: how much was left out, by reason.
    """

    statements: list[Statement] = field(default_factory=list)
    conversations: dict[str, Conversation] = field(default_factory=dict)
    redacted: Counter[str] = field(default_factory=Counter)
    cleaned: Counter[str] = field(default_factory=Counter)

    @property
    def bare(self) -> bool:
        return not self.conversations


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A conversation that was cleaned and redacted, None where no customer says anything; what was done, counted."""

    conversation: Conversation | None
    cleaned: Counter[str]
    redacted: Mapping[str, int]


class Mapper(Protocol):
    """How conversations are prepared: `map`, or that of a cluster."""

    def __call__(
        self, function: Callable[[Conversation], Prepared], items: Iterable[Conversation], /
    ) -> Iterator[Prepared]: ...


def read_history(source: Path, *, each: Mapper = map) -> History:
    """The statements of a project, a folder, or a file of dialogs or of bare utterances.

    Raises:
        InputError: for a record that cannot be used, and when no problem is stated anywhere.
    """
    history = History()
    with progress("Reading", None) as step:
        if _is_bare(source):
            _read_utterances(history, source)
        else:
            for prepared in each(prepare, unseen(read_conversations(source), history.cleaned)):
                _add(history, prepared, source)
                step()
    if not any(statement.reason for statement in history.statements):
        raise InputError(source, "no customer states a problem here.")
    return history


def prepare(original: Conversation) -> Prepared:
    """The conversation without what must not be learned from."""
    cleaned: Counter[str] = Counter()
    clean = clean_conversation(original, cleaned)
    if not has_customer(clean):
        cleaned["no customer"] += 1
        return Prepared(conversation=None, cleaned=cleaned, redacted={})
    conversation, redacted = redact(clean)
    return Prepared(conversation=conversation, cleaned=cleaned, redacted=redacted)


def _add(history: History, prepared: Prepared, source: Path) -> None:
    history.cleaned.update(prepared.cleaned)
    conversation = prepared.conversation
    if conversation is None:
        return
    if conversation.id in history.conversations:
        raise InputError(source, f"there are two conversations with the id {conversation.id!r}.")
    history.conversations[conversation.id] = conversation
    history.redacted.update(prepared.redacted)
    history.statements.extend(statements(conversation))


def _is_bare(source: Path) -> bool:
    """Whether the file's first record is an utterance and no dialog."""
    if not source.is_file() or source.suffix.lower() != ".jsonl":
        return False
    first = next(read_jsonl(source), None)
    return first is not None and "turns" not in first[1] and "text" in first[1]


def _read_utterances(history: History, path: Path) -> None:
    for line, record in read_jsonl(path):
        history.statements.append(_utterance(history, record, path, line))


def _utterance(history: History, record: Mapping[str, object], path: Path, line: int) -> Statement:
    identifier, text = record.get("utterance_id"), record.get("text")
    if not isinstance(identifier, str | int) or not isinstance(text, str):
        raise InputError(path, "'utterance_id' and 'text' are needed.", line=line)
    redaction = Redaction()
    redaction.learn_names(text)
    clean = redaction.apply(text)
    history.redacted.update(redaction.counts)
    return Statement(
        id=str(identifier), turns=(), texts=(clean,), language=detect_language(clean), asked=False, reason="given",
    )  # fmt: skip
