"""Articles are hot: an edited file of the knowledge folder is searched a second later, without training."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from bot.errors import SettingsError
from bot.project import Project
from bot.runtime import OpenLive
from bot.store.engine import database_url, sqlite_file
from bot.wording import Pointer
from encoders.errors import ArtifactError, KefuError
from encoders.workers import WorkersBusy
from knowledge.base import LiveKnowledgeBase
from knowledge.documents import Document, Retrieved
from knowledge.index import KnowledgeIndex
from knowledge.ingest import document_files, read_documents
from knowledge.live import LiveKnowledge

log = logging.getLogger("kefu.articles")

INTERVAL_S = 0.5


def live_articles(project: Project, url: str) -> OpenLive:
    """What opens a release's articles with the changes made since, by the engine that the settings name.

    Args:
        url: the server's database.

    Raises:
        SettingsError: when the articles are to be in PostgreSQL and the database is none.
    """
    if project.settings.knowledge.engine == "faiss":
        return lambda index: LiveKnowledge.open(index, project.live_articles)
    place = database_url(url)
    if sqlite_file(place) is not None:
        raise SettingsError(
            "The articles are to be in PostgreSQL (`engine` in kefu.yml), but the server's database is SQLite. Give "
            "one with --database postgresql://user@host/name, or take the setting out."
        )
    return partial(_in_postgresql, place.set(drivername="postgresql").render_as_string(hide_password=False))


def _in_postgresql(url: str, index: KnowledgeIndex) -> LiveKnowledgeBase:
    from knowledge.postgres.knowledge import PostgresKnowledge

    return PostgresKnowledge.open(index, url)


async def watch_articles(project: Project, pointer: Pointer, *, interval_s: float = INTERVAL_S) -> None:
    """Take over what changes in the knowledge folder, and what changed before the server started, until cancelled.

    A file that cannot be read leaves everything as it was until it can be.
    """
    seen: object = None
    while True:
        state = pointer.current.release.id, await asyncio.to_thread(_stamps, project)
        if state != seen and await _take_over(project, pointer):
            seen = state
        await asyncio.sleep(interval_s)


class Articles:
    """The articles of the runtime in use, for programs: puts and deletions are searched when they return."""

    def __init__(self, pointer: Pointer) -> None:
        self._pointer = pointer

    @property
    def there(self) -> bool:
        """Whether the release in use was trained with articles."""
        return isinstance(self._pointer.current.reader.knowledge, LiveKnowledgeBase)

    async def put(self, documents: Sequence[Document]) -> None:
        """Add documents, or change those of their ids, as one change.

        Raises:
            ArtifactError: when it cannot be written. WorkersBusy: when too many calls wait.
        """
        await self._pointer.current.reader.run(self._live().put, documents)

    async def delete(self, document_id: str) -> None:
        """Delete a document; one that is not there stays so.

        Raises:
            ArtifactError: when it cannot be written. WorkersBusy: when too many calls wait.
        """
        await self._pointer.current.reader.run(self._live().delete, [document_id])

    async def search(self, question: str, *, context: Sequence[str], k: int) -> Retrieved:
        """See `KnowledgeBase.search`.

        Raises:
            WorkersBusy: when too many calls wait.
        """
        return await self._pointer.current.reader.run(self._live().search, question, context=context, k=k)

    def _live(self) -> LiveKnowledgeBase:
        knowledge = self._pointer.current.reader.knowledge
        if not isinstance(knowledge, LiveKnowledgeBase):
            raise ArtifactError("The release was trained without articles.")
        return knowledge


async def _take_over(project: Project, pointer: Pointer) -> bool:
    """Whether there is nothing more to do until a file changes."""
    reader = pointer.current.reader
    if not isinstance(reader.knowledge, LiveKnowledgeBase):
        return True
    try:
        documents = await asyncio.to_thread(read_documents, [project.articles])
        changed = await reader.run(reader.knowledge.sync, documents)
    except KefuError as error:
        log.warning("the edited articles cannot be used, the old ones stay: %s", error)
        return True
    except WorkersBusy:
        return False  # customers come first
    if changed:
        log.info("articles were read again", extra={"articles": changed})
    return True


def _stamps(project: Project) -> tuple[tuple[Path, int, int], ...]:
    stamps = []
    for path in document_files(project.articles):
        try:
            status = path.stat()
        except FileNotFoundError:
            continue  # it is being replaced at this moment
        stamps.append((path, status.st_mtime_ns, status.st_size))
    return tuple(stamps)
