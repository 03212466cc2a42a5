"""`kefu train`: a new release, promoted when it is the first."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import typer

from bot.commands.release import promote
from bot.project import open_project
from bot.release import release_ids
from bot.train import train_project
from intents.training.options import TrainingOptions


def train_command(folder: Path, options: TrainingOptions) -> None:
    """Train and say what came of it."""
    from intents.training.launch import helping

    if helping():  # torchrun started this process beside the one that trains
        from intents.training.finetune import help_to_finetune

        return help_to_finetune()
    project = open_project(folder)
    first = not release_ids(project)
    with _ending_cleanly():
        trained = train_project(project, options)
    if first:
        asyncio.run(promote(project, trained.release_id))
    typer.echo(f"Release {trained.release_id} is in {trained.folder}")
    typer.echo(f"Intents, {trained.facts['intents']['recipe']}: {trained.facts['intents']['why']}")
    for name, one in trained.facts["intents"]["entities"].items():
        typer.echo(f"Entity {name}, {one['examples']} marked examples, {one['way']}: {one['why']}")
    typer.echo(f"Next actions: {trained.facts['next_actions']['why']}")
    typer.echo(
        f"It serves: kefu serve {folder}"
        if first
        else f"Not promoted: kefu release promote {folder} {trained.release_id}"
    )


@contextmanager
def _ending_cleanly() -> Iterator[None]:
    """Within the block a SIGTERM ends like Ctrl-C: nothing is left of an unfinished release.

    Ctrl-C's own signal does not reach what was started in a shell's background.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
