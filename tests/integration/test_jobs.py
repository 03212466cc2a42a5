"""Jobs on both databases: one at a time, watched over, ended."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from bot.store.jobs import JobRunning
from bot.store.store import Store

from .store_values import Clock

pytestmark = pytest.mark.integration


async def test_one_at_a_time_whoever_asks(url: str, store: Store) -> None:
    beside = await Store.open(url, exclusive=False)
    asked = [one.jobs.begin("train", recipe="fast", by="Ann") for one in (store, beside) * 4]
    results = await asyncio.gather(*asked, return_exceptions=True)
    assert sum(isinstance(one, JobRunning) for one in results) == 7
    number = next(one for one in results if isinstance(one, int))
    await store.jobs.end(number, "done", release="r1")
    assert await beside.jobs.begin("evaluate", release="r1") > number
    await beside.close()


async def test_a_job_is_followed_and_ends(store: Store, clock: Clock) -> None:
    number = await store.jobs.begin("train", recipe="finetune", minutes=3, by="Ann")
    clock.move(5)
    assert await store.jobs.beat(number, progress={"done": 3}, log="a\nb", pid=7) == ""
    (job,) = await store.jobs.newest()
    assert (job.progress, job.log, job.pid, job.by, job.minutes) == ({"done": 3}, "a\nb", 7, "Ann", 3.0)
    assert job.beat_at - job.began_at == timedelta(seconds=5)
    await store.jobs.end(number, "done", release="r1")
    (job,) = await store.jobs.newest()
    assert (job.state, job.release, job.ended_at) == ("done", "r1", clock.now)


async def test_a_job_hears_that_it_is_to_end(url: str, store: Store) -> None:
    assert not await store.jobs.cancel("Bo")
    number = await store.jobs.begin("train")
    beside = await Store.open(url, exclusive=False)
    assert await beside.jobs.cancel("Bo")
    assert await store.jobs.beat(number) == "Bo"
    await beside.close()


async def test_who_is_silent_is_interrupted_and_hears_it(store: Store, clock: Clock) -> None:
    number = await store.jobs.begin("train")
    clock.move(20)
    await store.jobs.beat(number, pid=9)
    assert await store.jobs.interrupt(silent_since=clock.now - timedelta(seconds=10)) == ()
    clock.move(60)
    (found,) = await store.jobs.interrupt(silent_since=clock.now - timedelta(seconds=30))
    assert (found.id, found.pid) == (number, 9)
    assert (await store.jobs.newest())[0].state == "interrupted"
    assert await store.jobs.beat(number) == "interrupted"
    await store.jobs.end(number, "done")
    assert (await store.jobs.newest())[0].state == "interrupted"
