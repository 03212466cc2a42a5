"""The review of a served project, with what feeds it: live messages, mined drafts, clusters."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from bot.active_release import ActiveRelease
from bot.event_stream import EventStream
from bot.lull import lull_of
from bot.project import Project
from bot.review.aid import ReadingAid
from bot.review.arranging import Arranging
from bot.review.gather import ReviewSink
from bot.review.mined import drafts_of
from bot.review.review import Review, Told
from bot.review.space import space_of
from bot.store.store import Store
from bot.turns import Turns
from bot.web.live import CONSOLE, RESYNC, Hub
from encoders.errors import KefuError
from intents.mining.review import REVIEW

log = logging.getLogger("kefu.review")

INTERVAL_S = 2.0
NEWS = {"type": "review"}
"""Told to the consoles when the queue or its history has changed."""


@asynccontextmanager
async def opened_review(
    project: Project, store: Store, release: ActiveRelease, turns: Turns, hub: Hub
) -> AsyncIterator[Review]:
    """The review, fed until the block ends."""

    def changed() -> None:
        hub.publish(CONSOLE, NEWS)

    def erased(conversation_id: str) -> None:
        turns.forget(conversation_id)
        hub.publish(CONSOLE, RESYNC)

    async with AsyncExitStack() as stack:
        aid, lull = ReadingAid(), lull_of(turns.in_hand)
        stack.push_async_callback(aid.close)
        told = Told(changed=changed, erased=erased)
        review = Review(project=project, store=store, aid=aid, locks=turns.locks, told=told)
        arranging = Arranging(store.reviews, aid, space_of(release), arranged=changed, lull=lull)

        def added() -> None:
            arranging.wake()
            changed()

        sink = ReviewSink(store=store, aid=aid, added=added)
        arranging.wake()  # what came before the server stopped
        for work in (
            EventStream(store.cursors, sink, alone=store.alone, lull=lull).run(),
            arranging.run(),
            watch_drafts(review),
        ):
            task = asyncio.create_task(work)
            stack.push_async_callback(_ended, task)
        yield review


async def watch_drafts(review: Review, *, interval_s: float = INTERVAL_S) -> None:
    """Bring the queue in step with the mined drafts whenever they change, until cancelled."""
    seen: object = None
    while True:
        stamps = await asyncio.to_thread(_stamps, review.project)
        if stamps != seen:
            seen = stamps
            try:
                await review.sync_drafts()
            except KefuError as error:
                log.warning("the mined drafts cannot be reviewed: %s", error)
        await asyncio.sleep(interval_s)


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def _stamps(project: Project) -> tuple[tuple[Path, int], ...]:
    files = (folder / name for folder in drafts_of(project) for name in (REVIEW, "nlu.yml"))
    return tuple((path, path.stat().st_mtime_ns) for path in files if path.is_file())
