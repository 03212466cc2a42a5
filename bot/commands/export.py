"""`kefu export`: dialogs, training data and live conversations, for other programs."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from pathlib import Path

import typer

from bot.export import export_dialogs, export_live, export_training_data
from bot.project import Project, open_project
from bot.store.store import Store
from encoders.errors import InputError
from encoders.progress import progress

PARTS = ("dialogs", "training", "live")
"""What can be exported."""


def export_command(folder: Path, out: Path, *, only: Collection[str], database: str | None) -> None:
    """Write what was asked for, or all that there is, and say how much it was.

    Raises:
        InputError: for a part that is unknown, and for one that was named and is not there.
    """
    for part in only:
        if part not in PARTS:
            raise InputError("--only", f"{part!r} cannot be exported.", remedy=f"Known: {', '.join(PARTS)}.")
    project = open_project(folder)
    for part in only or PARTS:
        try:
            typer.echo(f"{_export(project, part, out, database)} → {out}")
        except InputError as error:
            if part in only:
                raise
            typer.echo(f"No {part}: {error}", err=True)


def _export(project: Project, part: str, out: Path, database: str | None) -> str:
    if part == "training":
        return f"{export_training_data(project, out)} examples"
    with progress(f"Exporting {part}", None) as step:
        if part == "dialogs":
            return f"{export_dialogs(project, out, step=step)} dialogs"
        if database is None and not (project.folder / "kefu.sqlite").exists():
            raise InputError(project.folder, "has no database yet.")

        async def live() -> int:
            store = await Store.open(database or project.database_url, exclusive=False)
            try:
                return await export_live(store, out, step=step)
            finally:
                await store.close()

        return f"{asyncio.run(live())} live conversations"
