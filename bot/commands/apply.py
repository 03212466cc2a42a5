"""`kefu mine --apply`: what was accepted in review.yml, into the project."""

from __future__ import annotations

from pathlib import Path

import typer

from bot.drafts import Applied, apply_drafts
from bot.project import open_project
from intents.mining.review import accepted, mark_applied, read_review


def apply_command(folder: Path, drafts: Path) -> None:
    """Apply the review and say what changed."""
    project = open_project(folder)
    decisions = read_review(drafts)
    if not any(one.action == "accept" for one in decisions):
        waiting = sum(one.action == "review" for one in decisions)
        typer.echo(f"Nothing is accepted in {drafts / 'review.yml'} ({waiting} intents wait for a decision).")
        return
    applied = apply_drafts(project, accepted(drafts, decisions))
    mark_applied(drafts, decisions)
    for line in _said(applied):
        typer.echo(line)
    typer.echo(f"Next: kefu check {folder} && kefu train {folder}")


def _said(applied: Applied) -> list[str]:
    lines = [f"{applied.examples} examples added, {applied.known} were there already."]
    for what, names in (("intents", applied.intents), ("responses", applied.responses)):
        if names:
            lines.append(f"New {what}: {', '.join(names)}.")
    if applied.kept:
        lines.append(f"Kept as they were: {', '.join(applied.kept)}.")
    for name, variables in applied.unfilled.items():
        missing = ", ".join("{" + variable + "}" for variable in variables)
        lines.append(
            f"{name} is left in responses.yml: no slot gives {missing}. Edit the wording or add the slot."
        )
    if applied.elsewhere:
        text, intent = applied.elsewhere[0]
        lines.append(
            f"{len(applied.elsewhere)} examples are left out because another intent has them: {text!r} is in {intent}."
        )
    return lines + [f"  → {path}" for path in applied.files]
