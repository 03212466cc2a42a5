"""`kefu import`: parsing and printing; the work is in the functions it calls."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from intents.transcripts.importer import ImportReport

Column = Annotated[
    str | None, typer.Option(help="This column of a table, if its name does not say so.", metavar="NAME")
]


def import_command(
    source: Annotated[
        list[Path], typer.Argument(help="Files or folders with conversations.", metavar="SOURCE...")
    ],
    *,
    into: Annotated[Path, typer.Option("--into", help="The project that gets them.", metavar="PROJECT")],
    format: Annotated[
        str,
        typer.Option(
            "--format",
            help="auto, jsonl, csv, tsv, rasa, chatwoot, agent-assist, contact-lens, zendesk or intercom.",
        ),
    ] = "auto",
    conversation: Column = None,
    speaker: Column = None,
    text: Column = None,
    time: Column = None,
) -> None:
    """Import conversations from other systems into a project's dialogs/.

    Import the same again and only what is new is added; interrupt it and it goes on from there.
    """
    from encoders.progress import progress
    from intents.transcripts.importer import import_sources, source_files

    named = {"conversation": conversation, "speaker": speaker, "text": text, "time": time}
    columns = {column: name for column, name in named.items() if name}
    size = sum(path.stat().st_size for path in source_files(source)) // 1024
    with progress("Importing (KiB)", size) as step:
        report = import_sources(source, into, format=format, columns=columns, step=step)
    for line in _said(report):
        typer.echo(line)
    if report.quarantine:
        typer.echo(f"{report.quarantined} records could not be used; see {report.quarantine}", err=True)


def _said(report: ImportReport) -> list[str]:
    """What a person wants to know of an import, a line for each thing that happened."""
    lines = [
        f"{report.conversations} conversations ({report.turns} turns) imported from {report.files} files."
    ]
    if report.dialogs:
        lines.append(f"  → {report.dialogs}")
    happened = (
        (report.resumed, "records had been done before the import was interrupted."),
        (report.known, "were there already."),
        (report.mended, "texts had been decoded wrongly and are mended."),
        (report.speakers_filled, "turns did not say who speaks; it is filled in by who spoke before."),
        (report.without_time, "turns have no time."),
    )
    return lines + [f"{count} {what}" for count, what in happened if count]
