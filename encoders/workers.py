"""Running a model beside an event loop: a few threads of one task each."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


class WorkersBusy(Exception):
    """The queue before the workers is full, or the wait in it was too long."""


class ModelWorkers:
    """`count` threads that run model calls off the event loop, so that a turn never stalls the others.

    Models compute on the thread that calls them, and so does the linear algebra around them: `count` is how
    many cores live traffic may take.
    """

    def __init__(self, count: int = 2, *, max_waiting: int = 256, max_wait: float = 10.0) -> None:
        """At most `max_waiting` calls wait, each at most `max_wait` seconds before it starts."""
        self._executor = ThreadPoolExecutor(
            count, thread_name_prefix="model", initializer=_compute_on_this_thread
        )
        self._free = asyncio.Semaphore(count)
        self._room = max_waiting
        self._max_wait = max_wait

    async def run(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """The function's result, computed on a worker.

        A call that is cancelled while it waits is never started; one that runs goes on to its end.

        Raises:
            WorkersBusy: when too many calls wait already, or this one waited too long.
        """
        await self._acquire()
        loop = asyncio.get_running_loop()
        try:
            future = self._executor.submit(function, *args, **kwargs)
        except RuntimeError:
            self._free.release()
            raise
        # The thread is free when the call ends, not when its caller stops waiting for it.
        future.add_done_callback(lambda _: _release(loop, self._free))
        return await asyncio.wrap_future(future)

    async def _acquire(self) -> None:
        if not self._free.locked():  # nobody waits: it is had at once, without a timer
            await self._free.acquire()
            return
        if self._room <= 0:
            raise WorkersBusy("Too many model calls are waiting.")
        self._room -= 1
        try:
            async with asyncio.timeout(self._max_wait):
                await self._free.acquire()
        except TimeoutError:
            raise WorkersBusy(f"No model worker was free within {self._max_wait:g} s.") from None
        finally:
            self._room += 1

    def close(self) -> None:
        """Wait for the calls that run; none can be made after it."""
        self._executor.shutdown(wait=True)


def _compute_on_this_thread() -> None:
    """BLAS would share a single text's few products among all cores and wait milliseconds for busy ones."""
    from threadpoolctl import threadpool_limits

    threadpool_limits(1)


def _release(loop: asyncio.AbstractEventLoop, free: asyncio.Semaphore) -> None:
    with suppress(RuntimeError):  # the loop is closed: nobody waits any more
        loop.call_soon_threadsafe(free.release)
