"""`kefu check`: what is wrong with a project."""

from __future__ import annotations

from pathlib import Path

import typer

from bot.checks import check_project
from bot.project import open_project


def check_command(folder: Path) -> int:
    """Print every problem, one a line; 1 when one of them is an error."""
    problems = check_project(open_project(folder))
    for problem in problems:
        typer.echo(str(problem))
    errors = sum(problem.level == "error" for problem in problems)
    warnings = len(problems) - errors
    typer.echo(
        f"{folder}: {errors} errors, {warnings} warnings" if problems else f"{folder}: nothing wrong found"
    )
    return 1 if errors else 0
