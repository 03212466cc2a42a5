"""The knowledge base in PostgreSQL: a release's documents and what changed since, for every worker of the database."""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Sequence
from functools import partial
from typing import Any

from encoders.encoder import Encoder
from encoders.errors import ArtifactError
from encoders.logistic import Floats
from knowledge.documents import Document, Passage, Retrieved
from knowledge.encode import EncodedDocument, content_hash, encode_documents
from knowledge.filters import Filter
from knowledge.index import KnowledgeIndex
from knowledge.live import base_contents, differences
from knowledge.postgres.changes import catch_up, contents, is_behind, write
from knowledge.postgres.connection import Database
from knowledge.postgres.filling import ensure_filled
from knowledge.postgres.looking import looked_up
from knowledge.postgres.tables import lock, schema_of
from knowledge.segment import Query
from knowledge.signals import CANDIDATES, found

log = logging.getLogger("kefu.articles")

FRESH_S = 0.2
"""How long a change made by a worker with another release may go unseen."""
USED_S = 3600.0
"""How often it is written down that the tables are in use."""
FILL_S = 4 * 3600.0
"""How long putting an index in may take."""


class PostgresKnowledge:
    """A `knowledge.base.LiveKnowledgeBase`.

    What was learnt (means, ranker, weights of words) is the release's; documents, vectors and words are the
    database's. A change is one transaction: every worker sees it when it is committed.
    """

    def __init__(self, index: KnowledgeIndex, database: Database) -> None:
        """Use `open`."""
        self._index = index
        self._database = database
        self._schema = schema_of(index)
        self._looking = threading.Lock()
        self._looked = self._used = time.monotonic()

    @classmethod
    def open(cls, index: KnowledgeIndex, url: str) -> PostgresKnowledge:
        """The index in the database at `url` (postgresql://…), put in where it is not there yet.

        Raises:
            ArtifactError: when the database cannot be used. KefuError: when its driver is not installed.
        """
        database = Database(url)
        try:
            opened = cls(index, database)
            database.run(opened._ensure, timeout_s=FILL_S)
        except BaseException:
            database.close()
            raise
        return opened

    @property
    def encoder(self) -> Encoder:
        """Makes the vectors that `search_vector` takes."""
        return self._index.encoder

    def close(self) -> None:
        """Close the connections; the changes stay."""
        self._database.close()

    def search(self, question: str, **options: Any) -> Retrieved:
        """See `KnowledgeBase`."""
        return self.search_vector(question, self.encoder.encode([question])[0], **options)

    def search_vector(
        self,
        question: str,
        vector: Any,
        *,
        context: Sequence[str] = (),
        language: str | None = None,
        where: Filter | None = None,
        k: int = 10,
    ) -> Retrieved:
        """See `KnowledgeBase`."""
        query = self._index.query(question, vector, context=context, language=language)
        self._keep_up()
        passages, p = self._database.run(partial(self._best, query, where, k), reading=True)
        return self._index.told(query, passages, p, k=k)

    def passage(self, passage_id: str) -> Passage | None:
        """The passage of that id."""
        record = self._database.run(partial(self._record, passage_id), reading=True)
        return Passage(**json.loads(record)) if record else None

    def put(self, documents: Sequence[Document]) -> None:
        """See `LiveKnowledgeBase`."""
        self._change(encode_documents(documents, self.encoder))

    def delete(self, document_ids: Sequence[str]) -> None:
        """See `LiveKnowledgeBase`."""
        self._change(delete=document_ids)

    def sync(self, documents: Sequence[Document]) -> int:
        """See `LiveKnowledgeBase`."""
        now = {one.id: content_hash(one) for one in documents}
        stored, seen = self._database.run(partial(contents, encoder=self.encoder.id), reading=True)
        ids, gone = differences(now, base=base_contents(self._index), stored=stored, seen=seen)
        changed = [one for one in documents if one.id in ids]
        if changed or gone or seen != now:
            self._change(encode_documents(changed, self.encoder) if changed else (), gone, seen=now)
        return len(changed) + len(gone)

    def _change(
        self,
        put: Sequence[EncodedDocument] = (),
        delete: Sequence[str] = (),
        *,
        seen: dict[str, int] | None = None,
    ) -> None:
        async def changed(connection: Any) -> None:
            await lock(connection)
            await write(connection, self.encoder.id, put, delete, seen=seen)
            await catch_up(connection, self._schema, self._index)

        self._database.run(changed)

    def _keep_up(self) -> None:
        """Take over what workers with another release have changed; they put it only into their own tables."""
        now = time.monotonic()
        if now - self._looked < FRESH_S or not self._looking.acquire(blocking=False):
            return
        try:
            self._looked = now
            behind = self._database.run(
                partial(is_behind, schema=self._schema, encoder=self.encoder.id), reading=True
            )
            if behind or now - self._used > USED_S:
                self._database.run(partial(catch_up, schema=self._schema, index=self._index))
                self._used = now
        except ArtifactError as error:
            log.error("changes to articles cannot be read, searches go on without new ones: %s", error)
        finally:
            self._looking.release()

    async def _ensure(self, connection: Any) -> None:
        await ensure_filled(connection, self._schema, self._index)
        await catch_up(connection, self._schema, self._index)

    async def _best(
        self, query: Query, where: Filter | None, k: int, connection: Any
    ) -> tuple[list[Passage], Floats]:
        look = await looked_up(connection, self._schema, query, self._index.base, where)
        around = self._index.surroundings(query)
        numbers, p = self._index.best(found(look, around, most=max(k, CANDIDATES)), k=k)
        rows = await connection.fetch(
            f"SELECT number, record FROM {self._schema}.key WHERE number = ANY($1)",  # noqa: S608
            numbers.tolist(),
        )
        records = {int(row["number"]): row["record"] for row in rows}
        return [Passage(**json.loads(records[int(one)])) for one in numbers], p

    async def _record(self, passage_id: str, connection: Any) -> str | None:
        found: str | None = await connection.fetchval(
            f"SELECT record FROM {self._schema}.key WHERE id = $1",  # noqa: S608
            passage_id,
        )
        return found
