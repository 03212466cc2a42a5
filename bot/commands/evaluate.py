"""`kefu evaluate`: a release on the project's held-out files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import typer

from bot.commands.release import pick_release
from bot.evaluation.examples import write_examples
from bot.evaluation.report import release_page
from bot.evaluation.run import evaluate_decisions, read_held_out
from bot.project import open_project
from bot.runtime import load_runtime
from encoders.workers import ModelWorkers
from intents.evaluation.curves import Aim
from intents.evaluation.evaluate import evaluate_intents
from intents.evaluation.report import write_report
from knowledge.evaluate import evaluate_knowledge


def evaluate_command(folder: Path, *, release: str | None, report: Path | None) -> None:
    """Write report.json, report.html and messages.json, and print what counts."""
    project = open_project(folder)
    held_out = read_held_out(project)
    chosen = pick_release(project, release)
    workers = ModelWorkers(1)
    try:
        runtime = load_runtime(project, chosen, workers=workers)
        reader = runtime.reader
        figures: dict[str, Any] = {"release": chosen.id}
        figures["end_to_end"], outcomes = evaluate_decisions(runtime, held_out.messages)
        if held_out.utterances:
            aim = Aim(wrong=project.settings.costs.wrong, handover=project.settings.costs.handover)
            figures["intents"] = evaluate_intents(reader.classifier, held_out.utterances, aim=aim)
        if held_out.questions and reader.knowledge is not None:
            figures["knowledge"] = evaluate_knowledge(reader.knowledge, held_out.questions)
    finally:
        workers.close()
    out = report or project.reports / chosen.id
    title = f"{project.settings.name}: release {chosen.id}"
    write_report(figures, out, release_page(figures, title=title))
    write_examples(outcomes, out)
    typer.echo(json.dumps(headline(figures), indent=2))
    typer.echo(f"The whole report is in {out}")


def headline(figures: dict[str, Any]) -> dict[str, Any]:
    """What one looks at first, overall and by language."""
    whole = figures["end_to_end"]
    parts = {"all": whole, **whole["by_language"]}
    shown: dict[str, Any] = {
        name: {
            "wrong": part["shares"]["wrong"],
            "right_without_a_person": part["right_without_a_person"],
            "right_after_one_click_too": part["right_after_one_click_too"],
            "cost": part["cost"],
            "bins": [f"{one['stated']:.2f} → {one['observed']:.2f}" for one in part["bins"]],
        }
        for name, part in parts.items()
    }
    for part in ("intents", "knowledge"):
        if part in figures:
            shown[part] = _plain(figures[part]) | {
                language: _plain(of) for language, of in figures[part]["by_language"].items()
            }
    return shown


def _plain(figures: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in figures.items() if not isinstance(value, dict | list)}
