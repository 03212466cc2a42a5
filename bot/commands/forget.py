"""`kefu forget`: a conversation out of what the assistant learned from."""

from __future__ import annotations

from pathlib import Path

import typer

from bot.forget import forget_conversation
from bot.project import open_project


def forget_command(folder: Path, conversation: str) -> int:
    """Forget and say what went and what is left to do; 1 where there was nothing of it."""
    done = forget_conversation(open_project(folder), conversation)
    if not done.anything:
        typer.echo(f"There is nothing of the conversation {conversation!r} in {folder}.", err=True)
        return 1
    typer.echo(
        f"Removed: {done.dialogs} records in dialogs/, {done.drafts} mined turns, {done.examples} training examples."
    )
    for where in done.wordings:
        typer.echo(f"{where} was drafted from it: look whether its wording may stay.")
    if done.examples and done.releases:
        typer.echo(
            f"Trained with it: {', '.join(done.releases)}. Train again and remove those from releases/."
        )
    return 0
