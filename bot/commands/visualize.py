"""`kefu visualize`: rules and stories as a page to look at."""

from __future__ import annotations

from pathlib import Path

import typer

from bot.drawing import page
from bot.project import load_assistant, load_rules, open_project


def visualize_command(folder: Path, *, out: Path | None) -> None:
    """Write the page and say where it is.

    Raises:
        InputError: when a rule or story cannot be read.
    """
    project = open_project(folder)
    load_assistant(project)  # which says what cannot be used, by file and line
    rules, stories = load_rules(project)
    path = out or folder / "reports" / "stories.html"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page(project.settings.name, rules, stories), encoding="utf-8")
    typer.echo(f"{len(rules)} rules and {len(stories)} stories are drawn in {path}")
