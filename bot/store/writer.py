"""Group commit: one task writes for everybody.

A durable commit costs a flush to disk. While one is under way the other callers' writes gather and go into
the next transaction together: under load many turns share a flush, and when idle nobody waits for a timer
(group commit: DeWitt et al., Implementation Techniques for Main Memory Database Systems, 1984).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar, cast

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.errors import StoreError
from bot.store.engine import store_errors, write_begins
from bot.store.thread import StoreThread, ThreadConnection, driven

A = TypeVar("A")
R = TypeVar("R")

# Takes all the arguments that gathered and gives a result, or an exception, for each.
Operation = Callable[[AsyncConnection, Sequence[A]], Awaitable[Sequence[R | Exception]]]


@dataclass(slots=True, kw_only=True)
class _Request:
    operation: Operation[Any, Any]
    argument: Any
    result: asyncio.Future[Any]


class Writer:
    """Runs writing operations, each call either wholly committed or not at all."""

    def __init__(
        self, engine: AsyncEngine, *, largest_batch: int = 128, thread: StoreThread | None = None
    ) -> None:
        """`thread` writes where the database is SQLite."""
        self._engine = engine
        self._thread = thread
        self._largest_batch = largest_batch
        self._requests: asyncio.Queue[_Request | None] = asyncio.Queue()
        self._closed = False
        self._task = asyncio.create_task(self._work(), name="store-writer")

    async def run(self, operation: Operation[A, R], argument: A) -> R:
        """Perform one operation; returns once it is durable.

        A caller that is cancelled while waiting does not know whether it was performed.

        Raises:
            StoreError: when the database fails or the store is closed.
            Exception: whatever the operation gave for this argument.
        """
        if self._closed:
            raise StoreError("The store is closed.")
        result: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        self._requests.put_nowait(_Request(operation=operation, argument=argument, result=result))
        return await result

    async def close(self) -> None:
        """Finish what was asked for, then stop."""
        if not self._closed:
            self._closed = True
            self._requests.put_nowait(None)
        await asyncio.shield(self._task)

    async def _work(self) -> None:
        while (request := await self._requests.get()) is not None:
            batch = [request]
            while len(batch) < self._largest_batch and not self._requests.empty():
                following = self._requests.get_nowait()
                if following is None:
                    await self._write(batch)
                    return
                batch.append(following)
            await self._write(batch)

    async def _write(self, batch: list[_Request]) -> None:
        """Write a batch; where one of its operations breaks the transaction, write each on its own."""
        try:
            with store_errors("writing"):
                answers = await self._transact(batch)
        except Exception as error:
            for request in batch:
                _settle(request.result, error)
            return
        if answers is None:
            for request in batch:
                await self._write([request])
            return
        for request, answer in answers:
            _settle(request.result, answer)

    async def _transact(self, batch: list[_Request]) -> list[tuple[_Request, Any]] | None:
        """One transaction over the batch; None when it was rolled back and its parts may be tried alone."""
        if self._thread is not None:
            return await self._thread.run(partial(_transact_on, batch))
        async with self._engine.connect() as connection:
            transaction = await connection.begin()
            await connection.run_sync(write_begins)
            try:
                answers = await _perform(connection, batch)
            except Exception as error:
                await transaction.rollback()
                if _is_final(error, batch):
                    raise
                return None
            # A failure from here on is not tried again: the database may have committed.
            await transaction.commit()
            return answers


def _transact_on(batch: list[_Request], engine: Engine) -> list[tuple[_Request, Any]] | None:
    """`Writer._transact`, in the thread that calls it."""
    with engine.connect() as connection:
        transaction = connection.begin()
        write_begins(connection)
        try:
            answers = driven(_perform(cast(AsyncConnection, ThreadConnection(connection)), batch))
        except Exception as error:
            transaction.rollback()
            if _is_final(error, batch):
                raise
            return None
        transaction.commit()
        return answers


def _is_final(error: Exception, batch: list[_Request]) -> bool:
    """Whether trying the parts of a batch alone would not help."""
    return len(batch) == 1 or (isinstance(error, DBAPIError) and error.connection_invalidated)


async def _perform(connection: AsyncConnection, batch: list[_Request]) -> list[tuple[_Request, Any]]:
    """Run each kind of operation once, over all the arguments given for it."""
    kinds: dict[Operation[Any, Any], list[_Request]] = {}
    for request in batch:
        kinds.setdefault(request.operation, []).append(request)
    answers: list[tuple[_Request, Any]] = []
    for operation, requests in kinds.items():
        results = await operation(connection, [request.argument for request in requests])
        answers.extend(zip(requests, results, strict=True))
    return answers


def _settle(result: asyncio.Future[Any], answer: Any) -> None:
    if result.done():  # its caller was cancelled
        return
    if isinstance(answer, Exception):
        result.set_exception(answer)
    else:
        result.set_result(answer)
