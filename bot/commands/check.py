"""`kefu check`: what is wrong with a project."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import typer

from bot.checking.check import check_project
from bot.project import open_project


def check_command(folder: Path) -> int:
    """Print every problem, one a line; 1 when one of them is an error."""
    problems = check_project(open_project(folder))
    for problem in problems:
        typer.echo(str(problem))
    counts = Counter(problem.level for problem in problems)
    said = f"{counts['error']} errors, {counts['warning']} warnings, {counts['note']} notes"
    typer.echo(f"{folder}: {said if problems else 'nothing wrong found'}")
    return 1 if counts["error"] else 0
