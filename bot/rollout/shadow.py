"""A release in the shadow: it decides about live messages after their turns, and nobody hears what it decided."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from typing import Any

from bot.actions.loop import ActionFailed
from bot.dialog.calls import ActionResult
from bot.dialog.decision import Decision
from bot.dialog.tracker import Tracker
from bot.errors import StoreError
from bot.messages import Message
from bot.respond import Responder, Response
from bot.runtime import Runtime
from bot.store.shadows import Compared, ShadowTable, Verdict
from bot.web.live import DECIDED, RESYNC, Hub
from bot.web.metrics import Metrics
from encoders.workers import WorkersBusy

log = logging.getLogger("kefu.shadow")

MOST_WAITING = 256
"""Messages that wait for the shadow; when customers write faster than it reads, it leaves some out."""


async def watch_decisions(hub: Hub, table: ShadowTable, shadow: Callable[[], Runtime | None]) -> None:
    """Hold every decision against that of the release in the shadow, until cancelled."""
    responder = Responder(execute=lambda _: _no_action, metrics=Metrics())
    with hub.subscribe(DECIDED, most_waiting=MOST_WAITING) as news:
        async for one in news:
            runtime = shadow()
            if one is RESYNC or runtime is None or runtime.release.id == one["release"]:
                continue
            try:
                await _look(responder, runtime, one, table)
            except WorkersBusy:
                continue  # customers come first
            except StoreError as error:
                log.warning("a shadow's decision is not kept: %s", error, extra={"action": "shadow_failed"})
            except Exception:
                # A release that is only tried must not stop the trial of the next message.
                log.exception("the release in the shadow failed", extra={"action": "shadow_failed"})


async def _look(responder: Responder, runtime: Runtime, one: Mapping[str, Any], table: ShadowTable) -> None:
    message: Message = one["message"]
    response: Response = one["response"]
    if response.before is None or response.decision is None:
        return
    began = time.perf_counter()
    tracker = response.before.under(runtime.assistant.domain)
    heard = await responder.hear(tracker, message, runtime)
    if heard.decision is None:  # it takes the message for an answer to a form, say
        return
    compared = Compared(
        conversation_id=message.conversation_id,
        seq=one["seq"],
        at=int(time.time()),
        release=runtime.release.id,
        beside=one["release"],
        shadow=verdict(heard.decision),
        said=verdict(response.decision),
        took_s=time.perf_counter() - began,
    )
    await table.add(compared)


def verdict(decision: Decision) -> Verdict:
    """A decision as it is compared: what is done, and about what."""
    names = [one.name if one.kind == "intent" else one.name.rpartition("#")[0] for one in decision.chosen]
    return Verdict(
        kind=decision.kind,
        choice=", ".join(sorted(names)),
        p=decision.candidates[0].p if decision.candidates else 0.0,
        cost=decision.expected_cost,
    )


async def _no_action(name: str, tracker: Tracker, *, key: str) -> ActionResult:
    raise ActionFailed(name, "nothing is done in the shadow")
