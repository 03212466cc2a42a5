"""Conversations that are another one over again, found without holding any of them in memory.

MinHash signatures (Broder, 1997, "On the resemblance and containment of documents") in bands (Leskovec,
Rajaraman & Ullman, "Mining of Massive Datasets", ch. 3.4): two texts meet in a band with a probability that rises
steeply with the share of word triples that they have in common; those that meet are compared by their signatures.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any
from zlib import crc32

import numpy as np

from encoders.text import HAN
from intents.transcripts.conversation import Conversation

SIMILAR = 0.95
"""Conversations that share more of their word triples than this are one: the figure is the Jaccard similarity."""

LEAST = 20
"""Conversations of fewer word triples are never compared: many customers say the same few words."""

_HASHES, _BANDS = 96, 12
_PRIME = np.uint64((1 << 31) - 1)
_WORD = re.compile(rf"{HAN.pattern}|[^\W_]+")


@dataclass(frozen=True, slots=True)
class Seen:
    """The conversations so far, by their signatures."""

    database: sqlite3.Connection
    factors: Any
    shifts: Any

    def before(self, conversation: Conversation) -> str:
        """`duplicate` or `near-duplicate` of one that was seen before, else ""; it counts as seen from now on."""
        shingles = _shingles(conversation)
        if len(shingles) < LEAST:
            return ""
        content = conversation.content_hash
        if self.database.execute("SELECT 1 FROM seen WHERE content = ?", (content,)).fetchone():
            return "duplicate"
        signature = self._signature(shingles)
        bands = [hash_ for hash_ in _bands(signature)]
        if any(similar >= SIMILAR for similar in self._similarities(signature, bands)):
            return "near-duplicate"
        row = self.database.execute(
            "INSERT INTO seen VALUES (?, ?)", (content, signature.tobytes())
        ).lastrowid
        self.database.executemany(
            "INSERT OR IGNORE INTO bands VALUES (?, ?)", [(band, row) for band in bands]
        )
        return ""

    def _signature(self, shingles: Any) -> Any:
        """The least of each hash function over the shingles, (hashes,) uint32."""
        hashed = (shingles[:, None] * self.factors[None, :] + self.shifts[None, :]) % _PRIME
        return hashed.min(axis=0).astype(np.uint32)

    def _similarities(self, signature: Any, bands: list[int]) -> Iterator[float]:
        marks = ",".join("?" * len(bands))
        rows = self.database.execute(
            f"SELECT DISTINCT signature FROM bands JOIN seen ON seen.rowid = row WHERE band IN ({marks})",  # noqa: S608
            bands,
        )
        for (other,) in rows:
            yield float((signature == np.frombuffer(other, np.uint32)).mean())


@contextmanager
def seen_conversations() -> Iterator[Seen]:
    """Nothing seen yet; what is learned is kept in a temporary file."""
    drawn = np.random.default_rng(0).integers(1, int(_PRIME), size=(2, _HASHES)).astype(np.uint64)
    with closing(sqlite3.connect("", isolation_level=None)) as database:
        database.executescript(
            "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-32000;"
            "CREATE TABLE seen (content BLOB UNIQUE, signature BLOB);"
            "CREATE TABLE bands (band INTEGER, row INTEGER, PRIMARY KEY (band, row)) WITHOUT ROWID;"
            "BEGIN"
        )
        yield Seen(database, drawn[0], drawn[1])


def _shingles(conversation: Conversation) -> Any:
    """The different triples of words (Chinese: characters) of all turns, hashed to 31 bits, (n,) uint64."""
    words = [word for turn in conversation.turns for word in _WORD.findall(turn.text.lower())]
    triples = {"\0".join(words[place : place + 3]) for place in range(len(words) - 2)}
    hashes = (crc32(triple.encode("utf-8", "surrogatepass")) & 0x7FFFFFFF for triple in triples)
    return np.fromiter(hashes, np.uint64, len(triples))


def _bands(signature: Any) -> Iterator[int]:
    rows = _HASHES // _BANDS
    for band in range(_BANDS):
        yield (band << 32) | crc32(signature[band * rows : (band + 1) * rows].tobytes())
