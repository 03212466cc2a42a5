"""`kefu intents audit`: parsing and printing; the work is in the functions it calls."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

_SHOWN = 5


def audit_command(
    data: Annotated[
        list[Path], typer.Argument(help="nlu.yml files or folders, CSV or JSONL.", metavar="DATA...")
    ],
    report: Annotated[
        Path | None, typer.Option("--report", help="A folder for report.json and report.html.", metavar="DIR")
    ] = None,
    encoder: Annotated[str, typer.Option(help="A name or folder; auto fits the texts' script.")] = "auto",
    seed: Annotated[int, typer.Option(help="The same seed gives the same findings.")] = 0,
) -> None:
    """Find duplicates, contradictions, likely wrong labels, starved and overlapping intents in DATA."""
    from intents.audit.audit import audit
    from intents.audit.report import TITLES, audit_page
    from intents.evaluation.report import write_report
    from intents.nlu import load_training_data

    found = audit(load_training_data(data), encoder=encoder, seed=seed)
    if report is not None:
        lead = f"{found['examples']} examples of {found['intents']} intents."
        title = f"Training data looked over: {', '.join(path.name for path in data)}"
        write_report(found, report, audit_page(found, title=title, lead=lead))
    for kind, (title, _) in TITLES.items():
        typer.echo(f"{title}: {len(found[kind])}")
        for one in found[kind][:_SHOWN]:
            typer.echo(f"  {_line(one)}")
    if report is not None:
        typer.echo(f"Everything, with what to do, is in {report / 'report.html'}")


def _line(found: dict[str, Any]) -> str:
    """A finding in one line: where it is, what it says."""
    if "intent" in found:
        return f"{found['intent']}: {found['count']} examples"
    if "first" in found:
        return f"{found['first']} and {found['second']}: {found['share']:.0%} taken for each other"
    one = found["examples"][0]
    others = ", ".join(other["source"] for other in found["examples"][1:])
    rest = f", likely {found['likely']}" if "likely" in found else f"; also {others}"
    return f"{one['source']}: {one['text']} ({one['intent']}{rest})"
