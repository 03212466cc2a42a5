"""`kefu import-tracker`: the conversations of a Rasa tracker store, to go on here."""

from __future__ import annotations

import asyncio
from pathlib import Path

import typer

from bot.dialog.tracker import Tracker
from bot.moving import Moved, count_conversations, move_conversations, source_url
from bot.project import load_domain, open_project
from bot.store.store import Store
from encoders.progress import progress


def move_command(folder: Path, source: str, *, database: str | None) -> None:
    """Copy the conversations and say how many.

    Raises:
        KefuError: when the project, the tracker store or our database cannot be used.
    """
    project = open_project(folder)
    start = Tracker.start("", load_domain(project))
    moved = asyncio.run(_move(source_url(source), database or project.database_url, start))
    typer.echo(
        f"{moved.conversations} conversations with {moved.events} events came along, {moved.in_forms} of them "
        f"inside a form; {moved.there} were there before."
    )
    if moved.left_out:
        typer.echo(f"{moved.left_out} events could not be read and were left out.", err=True)


async def _move(source: str, database: str, start: Tracker) -> Moved:
    total = await count_conversations(source)
    store = await Store.open(database)
    try:
        with progress("Conversations", total) as step:
            return await move_conversations(source, store, start, step)
    finally:
        await store.close()
