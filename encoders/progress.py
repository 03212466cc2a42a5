"""How far long work has got, with the time left: as a bar for who watches, as JSON lines for a program that asks."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

JSON_LINES = "KEFU_PROGRESS"
"""The environment variable; set to `json` by a program that reads our standard error."""
_EVERY_S = 0.5


class Progress(Protocol):
    """What long work calls as it goes on."""

    def __call__(self, steps: int = 1, note: str = "") -> None:
        """`steps` more are done; `note` (a loss, a file name) stands beside the bar."""
        ...


@contextmanager
def progress(description: str, total: int | None) -> Iterator[Progress]:
    """Show a bar while the block runs: `with progress("Embedding", 900) as step: step(32)`."""
    shown = _lines if os.environ.get(JSON_LINES) == "json" else _bar
    with shown(description, total) as step:
        yield step


@contextmanager
def _lines(description: str, total: int | None) -> Iterator[Progress]:
    """One JSON object a line on standard error: `{"progress": …, "done": …, "of": …, "note": …}`."""
    done, written = 0, time.monotonic()

    def write(note: str) -> None:
        line = {"progress": description, "done": done, "of": total, "note": note}
        sys.stderr.write(json.dumps(line) + "\n")
        sys.stderr.flush()

    def step(steps: int = 1, note: str = "") -> None:
        nonlocal done, written
        done += steps
        if done == total or time.monotonic() - written >= _EVERY_S:
            written = time.monotonic()
            write(note)

    write("")
    yield step


@contextmanager
def _bar(description: str, total: int | None) -> Iterator[Progress]:
    """A bar on standard error, quiet where nobody watches."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )
    from rich.progress import Progress as Bars

    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"), BarColumn(bar_width=28), MofNCompleteColumn(),
        TimeElapsedColumn(), TextColumn("left"), TimeRemainingColumn(), TextColumn("{task.fields[note]}"),
    )  # fmt: skip
    with Bars(*columns, console=console, disable=not console.is_terminal) as bars:
        task = bars.add_task(description, total=total, note="")

        def step(steps: int = 1, note: str = "") -> None:
            bars.update(task, advance=steps, note=note)

        yield step
