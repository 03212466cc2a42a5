"""Connections to PostgreSQL for threads: searches run on the models' workers, the driver on a loop of its own."""

from __future__ import annotations

import asyncio
import struct
import threading
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

import numpy as np

from encoders.errors import ArtifactError, KefuError
from knowledge.vectors import Vectors

Result = TypeVar("Result")
MOST_CONNECTIONS = 6
OPEN_S, CLOSE_S = 10.0, 10.0
COMMAND_S = 20.0
"""A search or a change of one document never takes so long; putting a whole index in has its own limit."""
PROBED = 400
"""How many neighbours pgvector's graph is asked for: it finds nothing beyond (`hnsw.ef_search`)."""
_SETTINGS = {
    "application_name": "kefu knowledge",
    "hnsw.ef_search": str(PROBED),
    "jit": "off",  # compiling a search takes longer than the search
}


class Database:
    """A pool of connections, and the thread whose loop they live on."""

    def __init__(self, url: str) -> None:
        """Connect.

        Raises:
            KefuError: when the driver is not installed. ArtifactError: when there is no such database, or no
                pgvector in it.
        """
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="knowledge-postgres", daemon=True)
        self._thread.start()
        self._pool: Any = None
        try:
            self._pool = self._wait(self._opened(url))
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Close the connections and end the thread."""
        if self._loop.is_closed():
            return
        if self._pool is not None:
            self._wait(self._closed())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def run(
        self,
        work: Callable[[Any], Awaitable[Result]],
        *,
        reading: bool = False,
        timeout_s: float = COMMAND_S,
    ) -> Result:
        """What `work` gives with a connection, in one transaction: all of it or nothing.

        With `reading`, all that it reads is of one moment.

        Raises:
            ArtifactError: when the database fails, or takes longer than `timeout_s`.
        """
        if self._loop.is_closed():
            raise ArtifactError("The articles' database is closed.")
        return self._wait(self._read(work, timeout_s) if reading else self._worked(work, timeout_s))

    async def _read(self, work: Callable[[Any], Awaitable[Result]], timeout_s: float) -> Result:
        """A connection that was lost while nobody used it shows only now: one more try."""
        import asyncpg

        mode = {"isolation": "repeatable_read", "readonly": True}
        try:
            return await self._worked(work, timeout_s, **mode)
        except TimeoutError:
            raise
        except (OSError, asyncpg.PostgresConnectionError, asyncpg.AdminShutdownError, asyncpg.InterfaceError):
            return await self._worked(work, timeout_s, **mode)

    async def _worked(
        self, work: Callable[[Any], Awaitable[Result]], timeout_s: float, **mode: Any
    ) -> Result:
        async with (
            asyncio.timeout(timeout_s),
            self._pool.acquire() as connection,
            connection.transaction(**mode),
        ):
            return await work(connection)

    async def _opened(self, url: str) -> Any:
        try:
            import asyncpg
        except ImportError:
            raise KefuError(
                "Articles in PostgreSQL need asyncpg, which is not installed. Run pip install 'kefu[postgresql]'"
            ) from None
        first = await asyncpg.connect(url, timeout=OPEN_S)
        try:
            await _require_vectors(first)
        finally:
            await first.close()
        return await asyncpg.create_pool(
            url,
            min_size=1,
            max_size=MOST_CONNECTIONS,
            timeout=OPEN_S,
            server_settings=_SETTINGS,
            init=_prepare,
        )

    async def _closed(self) -> None:
        try:
            async with asyncio.timeout(CLOSE_S):
                await self._pool.close()
        except TimeoutError:
            self._pool.terminate()

    def _wait(self, coroutine: Coroutine[Any, Any, Result]) -> Result:
        try:
            return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result()
        except KefuError:
            raise
        except Exception as error:
            if _is_of_the_database(error):
                raise ArtifactError(
                    f"The articles' database failed: {error or 'no answer in time'}"
                ) from error
            raise


async def _require_vectors(connection: Any) -> None:
    """pgvector, installed in the database where it may be.

    Raises:
        ArtifactError: when it may not be, or is not on the server.
    """
    import asyncpg

    try:
        # Two workers may find it missing at the same moment.
        async with connection.transaction():
            await connection.execute("SELECT pg_advisory_xact_lock(hashtext('kefu pgvector'))")
            await connection.execute("CREATE EXTENSION IF NOT EXISTS vector")
    except asyncpg.PostgresError as error:
        raise ArtifactError(
            f"The database has no pgvector ({error}). Install it on the server and run CREATE EXTENSION vector "
            "as its owner, or take `engine: postgresql` out of kefu.yml."
        ) from error


async def _prepare(connection: Any) -> None:
    """Vectors travel as bytes, not as text."""
    schema = await connection.fetchval(
        "SELECT nspname FROM pg_type JOIN pg_namespace n ON n.oid = typnamespace WHERE typname = 'vector'"
    )
    await connection.set_type_codec(
        "vector", schema=schema, encoder=to_bytes, decoder=from_bytes, format="binary"
    )


def to_bytes(vector: Vectors) -> bytes:
    """A vector (d,) as pgvector sends it."""
    return struct.pack(">HH", len(vector), 0) + np.asarray(vector, ">f4").tobytes()


def from_bytes(data: bytes) -> Vectors:
    """The inverse of `to_bytes`."""
    return np.frombuffer(data, ">f4", offset=4).astype(np.float32)


def _is_of_the_database(error: Exception) -> bool:
    import asyncpg

    return isinstance(error, OSError | TimeoutError | asyncpg.PostgresError | asyncpg.InterfaceError)
