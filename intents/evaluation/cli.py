"""`kefu intents evaluate` and its kin: parsing and printing; the work is in the functions they call."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

Model = Annotated[Path, typer.Argument(help="A model's folder.", metavar="MODEL")]
Test = Annotated[Path, typer.Argument(help="Labelled texts: nlu.yml, CSV or JSONL.", metavar="TEST")]
Report = Annotated[
    Path | None, typer.Option("--report", help="A folder for report.json and report.html.", metavar="DIR")
]


def evaluate_command(
    model: Model,
    test: Test,
    report: Report = None,
    precision: Annotated[
        float | None, typer.Option(help="The share of answers that is to be right, such as 0.95.")
    ] = None,
    wrong_cost: Annotated[float, typer.Option(help="What a wrong answer costs.")] = 10.0,
    handover_cost: Annotated[float, typer.Option(help="What handing over to a person costs.")] = 3.0,
) -> None:
    """Measure a model on labelled texts, and say from which probability on to answer."""
    from intents.classifier import IntentClassifier
    from intents.evaluation.curves import Aim
    from intents.evaluation.evaluate import evaluate_intents
    from intents.evaluation.report import evaluation_page, write_report
    from intents.nlu import load_training_data

    aim = Aim(wrong=wrong_cost, handover=handover_cost, precision=precision)
    examples = load_training_data([test]).examples
    figures = evaluate_intents(IntentClassifier.load(model), examples, aim=aim)
    if report is not None:
        lead = f"{len(examples)} labelled texts of {test.name}, which training must not have seen."
        title = f"Intent model {model.name} on {test.name}"
        write_report(figures, report, evaluation_page(figures, title=title, lead=lead))
    typer.echo(json.dumps(plain(figures), indent=2))


def plain(figures: Mapping[str, Any]) -> dict[str, Any]:
    """What fits on a screen: the figures without tables and curves."""
    kept = {key: value for key, value in figures.items() if not isinstance(value, dict | list)}
    return kept | {key: figures[key] for key in ("operating_point", "latency") if key in figures}
