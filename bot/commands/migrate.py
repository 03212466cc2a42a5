"""`kefu migrate`: a Rasa 2.0 project in the 3.1 format."""

from __future__ import annotations

from pathlib import Path

import typer

from bot.migrating import KEPT, migrate_project
from bot.project import open_project


def migrate_command(folder: Path) -> None:
    """Rewrite the files and say what was changed.

    Raises:
        InputError: for a file that cannot be read; nothing is written then.
    """
    changes = migrate_project(open_project(folder))
    for change in changes:
        typer.echo(str(change))
    if changes:
        typer.echo(f"The originals are in {folder / KEPT}. Now run `kefu check {folder}`.")
    else:
        typer.echo(f"{folder}: nothing to migrate")
