"""Answer templates are hot: an edited response is said from the next message on, without training."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from bot.project import Project, data_files
from bot.runtime import Runtime, load_snapshot
from encoders.errors import KefuError

log = logging.getLogger("kefu.wording")

INTERVAL_S = 1.0


class Pointer(Protocol):
    """Where the runtime in use stands."""

    current: Runtime


async def watch_wording(project: Project, pointer: Pointer, *, interval_s: float = INTERVAL_S) -> None:
    """Read the responses again whenever a file that may hold some has changed; runs until cancelled."""
    seen = _stamps(project)
    while True:
        await asyncio.sleep(interval_s)
        stamps = await asyncio.to_thread(_stamps, project)
        if stamps == seen:
            continue
        seen = stamps
        runtime = pointer.current
        try:
            assistant = await asyncio.to_thread(load_snapshot, project, runtime.release)
        except (KefuError, ValueError) as error:
            log.warning("the edited wording cannot be used, the old one stays: %s", error)
            continue
        if pointer.current is not runtime:  # another release began to serve meanwhile
            seen = ()
            continue
        pointer.current = replace(runtime, assistant=assistant)
        log.info("the wording was read again")


def _stamps(project: Project) -> tuple[tuple[Path, int], ...]:
    domain = project.folder / "domain.yml"
    files = [domain] if domain.is_file() else sorted((project.folder / "domain").rglob("*.y*ml"))
    stamps = []
    for path in (*files, *data_files(project)):
        try:
            stamps.append((path, path.stat().st_mtime_ns))
        except FileNotFoundError:
            continue  # it is being replaced at this moment
    return tuple(stamps)
