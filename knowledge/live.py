"""A knowledge base that is served while its documents change, one at a time and without training.

The base is a release's index, which never changes. Beside it stands a store of what changed since, keyed by the
encoder: every release with this encoder sees the same changes. A search sees all of a change or nothing of it.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from encoders.encoder import Encoder
from encoders.errors import ArtifactError
from knowledge.documents import Document, Passage, Retrieved
from knowledge.encode import EncodedDocument, KnownQuestions, Means, assembled, content_hash, encode_documents
from knowledge.hashes import hashed
from knowledge.index import Changes, KnowledgeIndex
from knowledge.live_store import DELETED, LiveStore
from knowledge.segment import Segment

log = logging.getLogger("kefu.articles")

FRESH_S = 0.2
"""How old a look at what other processes changed may be."""


class LiveKnowledge:
    """A `knowledge.base.LiveKnowledgeBase` of files: a release's index, and a store of what changed since."""

    def __init__(self, index: KnowledgeIndex, store: LiveStore) -> None:
        """Take over `store`; `close` closes it."""
        self._index = index
        self._store = store
        self._changing = threading.Lock()
        self._number = {int(one): place for place, one in enumerate(index.base.ids)}
        self._current = index
        self._version = -1
        self._looked = 0.0
        self._refresh()

    @classmethod
    def open(cls, index: KnowledgeIndex, folder: Path) -> LiveKnowledge:
        """The index with the changes kept in `folder` for its encoder.

        Raises:
            ArtifactError: when what is kept there cannot be used.
        """
        dimension = index.base.dense.rows.shape[1]
        return cls(index, LiveStore(folder / f"{index.encoder.id}.sqlite", dimension=dimension))

    @property
    def encoder(self) -> Encoder:
        """Makes the vectors that `search_vector` takes."""
        return self._index.encoder

    def close(self) -> None:
        """Close the store; the changes stay."""
        self._store.close()

    def search(self, question: str, **options: Any) -> Retrieved:
        """See `KnowledgeBase`."""
        return self._now().search(question, **options)

    def search_vector(self, question: str, vector: Any, **options: Any) -> Retrieved:
        """See `KnowledgeBase`."""
        return self._now().search_vector(question, vector, **options)

    def passage(self, passage_id: str) -> Passage | None:
        """The passage of that id."""
        return self._now().passage(passage_id)

    def put(self, documents: Sequence[Document]) -> None:
        """See `LiveKnowledgeBase`."""
        encoded = encode_documents(documents, self.encoder)
        with self._changing:
            self._store.write(encoded)
            self._refresh()

    def delete(self, document_ids: Sequence[str]) -> None:
        """See `LiveKnowledgeBase`."""
        with self._changing:
            self._store.write(delete=document_ids)
            self._refresh()

    def sync(self, documents: Sequence[Document]) -> int:
        """See `LiveKnowledgeBase`."""
        now = {one.id: content_hash(one) for one in documents}
        with self._changing:
            stored, seen = self._store.contents(), self._store.seen()
            ids, gone = differences(now, base=base_contents(self._index), stored=stored, seen=seen)
            changed = [one for one in documents if one.id in ids]
            if changed or gone or seen != now:
                self._store.write(encode_documents(changed, self.encoder) if changed else (), gone, seen=now)
                self._refresh()
        return len(changed) + len(gone)

    def _now(self) -> KnowledgeIndex:
        """The newest state; what another process changed is looked for every `FRESH_S` seconds."""
        if time.monotonic() - self._looked > FRESH_S and self._changing.acquire(blocking=False):
            try:
                self._looked = time.monotonic()
                if self._store.version() != self._version:
                    self._refresh()
            except ArtifactError as error:
                log.error("changes to articles cannot be read, searches go on without new ones: %s", error)
            finally:
                self._changing.release()
        return self._current

    def _refresh(self) -> None:
        self._version = self._store.version()
        self._current = self._with(self._store.documents())

    def _with(self, stored: Mapping[str, EncodedDocument | None]) -> KnowledgeIndex:
        """The base with the stored changes that it does not hold already."""
        base = self._index.base
        hidden = np.zeros(base.documents, bool)
        new: list[EncodedDocument] = []
        replaced: list[int | None] = []
        for key, document in zip(hashed(list(stored)), stored.values(), strict=True):
            number = self._number.get(int(key))
            if document is not None and number is not None and base.contents[number] == document.content:
                continue
            if number is not None:
                hidden[number] = True
            if document is not None:
                new.append(document)
                replaced.append(number)
        if not new:
            return self._index.changed(Changes(hidden=hidden)) if hidden.any() else self._index
        fitted = self._index.fitted
        means = Means(passage=fitted.passage_means, question=fitted.question_means)
        segment = assembled(new, means, known=inherited(base, replaced), like=base.lexical)
        return self._index.changed(Changes(hidden=hidden, segment=segment))


def differences(
    now: Mapping[str, int],
    *,
    base: Mapping[str, int],
    stored: Mapping[str, int],
    seen: Mapping[str, int],
) -> tuple[set[str], list[str]]:
    """Which documents the files changed, and which they do not hold any more; all by the contents of ids.

    Args:
        now: in the files. base: in the release. stored: what changed since, `DELETED` for what went.
        seen: in the files when they were last read.
    """
    # A document that stands in the store follows its file only when that has changed since it was read.
    before = {**base, **{one: seen.get(one, DELETED) for one in stored}}
    changed = {one for one in now if before.get(one) != now[one]}
    gone = [one for one in {*base, *seen} if one not in now and stored.get(one) != DELETED]
    return changed, [one for one in gone if one not in stored or one in seen]


def base_contents(index: KnowledgeIndex) -> dict[str, int]:
    """The contents of the base's documents by their ids."""
    base = index.base
    firsts = (base.passages[int(start)].document_id for start in base.starts[:-1])
    return dict(zip(firsts, base.contents.tolist(), strict=True))


def inherited(base: Segment, numbers: Sequence[int | None]) -> KnownQuestions | None:
    """The training questions of documents that stand in the base in an older form, under their places here.

    Args:
        numbers: those of the documents in the base; None for new ones.
    """
    keys: list[int] = []
    of: list[int] = []
    for place, number in enumerate(numbers):
        if number is not None:
            own = base.questions_of(number)
            keys += own[base.trained[own]].tolist()
            of += [place] * (len(keys) - len(of))
    if not keys:
        return None
    return KnownQuestions(vectors=base.question_vectors(np.array(keys)), of=np.array(of, np.int64))
