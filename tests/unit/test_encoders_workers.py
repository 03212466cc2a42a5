"""Model calls beside an event loop."""

from __future__ import annotations

import asyncio
import threading

import numpy as np
import pytest
from threadpoolctl import threadpool_info

from encoders.workers import ModelWorkers, WorkersBusy


async def test_a_worker_computes_on_its_own_thread() -> None:
    def threads_of_blas() -> list[int]:
        np.ones((64, 64)) @ np.ones(64)
        return [library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas"]

    workers = ModelWorkers(1)
    try:
        found = await workers.run(threads_of_blas)
    finally:
        workers.close()
    assert found
    assert set(found) == {1}


async def test_more_calls_than_may_wait_are_refused_and_those_that_wait_are_answered() -> None:
    workers, go_on = ModelWorkers(1, max_waiting=1), threading.Event()
    try:
        running = asyncio.create_task(workers.run(go_on.wait, 10))
        await asyncio.sleep(0)
        waiting = asyncio.create_task(workers.run(str.upper, "said"))
        await asyncio.sleep(0)
        with pytest.raises(WorkersBusy):
            await workers.run(str.upper, "too much")
        go_on.set()
        assert await running
        assert await waiting == "SAID"
    finally:
        workers.close()


async def test_a_call_that_waits_too_long_is_refused() -> None:
    workers, go_on = ModelWorkers(1, max_wait=0.01), threading.Event()
    try:
        running = asyncio.create_task(workers.run(go_on.wait, 10))
        await asyncio.sleep(0)
        with pytest.raises(WorkersBusy):
            await workers.run(str.upper, "later")
        go_on.set()
        assert await running
    finally:
        workers.close()


async def test_a_cancelled_caller_leaves_the_thread_to_the_next() -> None:
    workers, go_on = ModelWorkers(1), threading.Event()
    try:
        running = asyncio.create_task(workers.run(go_on.wait, 10))
        await asyncio.sleep(0.01)
        running.cancel()
        go_on.set()
        assert await workers.run(str.upper, "next") == "NEXT"
    finally:
        workers.close()
