"""A conversation as it was held, whatever system it came from."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from encoders.errors import InputError

Speaker = Literal["customer", "agent", "bot"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One message of a conversation; `time` is aware, or None where the source has none."""

    speaker: Speaker
    text: str
    time: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """A whole conversation, turns in the order in which they were said."""

    id: str
    turns: tuple[Turn, ...]
    channel: str = ""
    metadata: Mapping[str, Any] = field(default_factory=dict)

    @property
    def content_hash(self) -> bytes:
        """16 bytes that tell two conversations apart by who said what (times and channel aside)."""
        said = json.dumps([(turn.speaker, turn.text) for turn in self.turns], ensure_ascii=False)
        return hashlib.blake2b(said.encode("utf-8", "surrogatepass"), digest_size=16).digest()


@dataclass(frozen=True, slots=True, kw_only=True)
class BadRecord:
    """What a reader could not use: where it stands, why, and the record as it was found."""

    path: Path
    line: int
    reason: str
    record: str

    def as_error(self) -> InputError:
        """For those who want all or nothing."""
        return InputError(self.path, self.reason, line=self.line)
