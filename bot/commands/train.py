"""`kefu train`: a new release, promoted when it is the first."""

from __future__ import annotations

import asyncio
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
    trained = train_project(project, options)
    if first:
        asyncio.run(promote(project, trained.release_id))
    typer.echo(f"Release {trained.release_id} is in {trained.folder}")
    typer.echo(f"Intents, {trained.facts['intents']['recipe']}: {trained.facts['intents']['why']}")
    typer.echo(
        f"It serves: kefu serve {folder}"
        if first
        else f"Not promoted: kefu release promote {folder} {trained.release_id}"
    )
