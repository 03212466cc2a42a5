"""A progress bar with the time left, on standard error, quiet where nobody watches."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol


class Progress(Protocol):
    """What long work calls as it goes on."""

    def __call__(self, steps: int = 1, note: str = "") -> None:
        """`steps` more are done; `note` (a loss, a file name) stands beside the bar."""
        ...


@contextmanager
def progress(description: str, total: int | None) -> Iterator[Progress]:
    """Show a bar while the block runs: `with progress("Embedding", 900) as step: step(32)`."""
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
