"""The command line: it parses and calls. Nothing heavy is imported before a command needs it."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

import bot.people.cli
import intents.cli
import intents.mining.cli
import intents.transcripts.cli
import knowledge.cli
from encoders.errors import KefuError

app = typer.Typer(
    name="kefu",
    help="A customer-service bot that learns from the conversations you already have.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
deliveries_app = typer.Typer(
    help="Replies that did not arrive: list, send again, drop.", no_args_is_help=True
)
release_app = typer.Typer(help="List, try, promote and roll back releases.", no_args_is_help=True)
app.add_typer(intents.cli.app, name="intents", help="Train, try and measure an intent model by itself.")
app.add_typer(knowledge.cli.app, name="knowledge", help="Index articles and search them by themselves.")
app.add_typer(release_app, name="release")
app.add_typer(deliveries_app, name="deliveries")
app.add_typer(bot.people.cli.app, name="people")


class Recipe(StrEnum):
    """How the intent model is trained."""

    auto = "auto"
    finetune = "finetune"
    fast = "fast"


ProjectFolder = Annotated[Path, typer.Argument(help="The assistant's folder.", metavar="PROJECT")]
ReleaseId = Annotated[
    str | None, typer.Option("--release", help="A release id; the promoted one by default.")
]
RecipeName = Annotated[
    Recipe, typer.Option(help="finetune: BERT fine-tuning, minutes; fast: a frozen encoder, seconds.")
]
ReportFolder = Annotated[
    Path | None, typer.Option(help="Where the report goes; PROJECT/reports/<release> by default.")
]
DatabaseUrl = Annotated[
    str | None, typer.Option(help="SQLAlchemy URL; a SQLite file inside PROJECT by default.")
]


@app.command()
def new(folder: Annotated[Path, typer.Argument(help="Where to put it; must not exist or be empty.")]) -> None:
    """Make a small assistant to start from."""
    from bot.commands.new import new_project

    typer.echo(new_project(folder))


@app.command()
def check(project: ProjectFolder) -> None:
    """Read everything in PROJECT and say what is wrong, with file and line."""
    from bot.commands.check import check_command

    raise typer.Exit(check_command(project))


app.command("import")(intents.transcripts.cli.import_command)


def _apply_review(project: Path, drafts: Path) -> None:
    from bot.commands.apply import apply_command

    apply_command(project, drafts)


app.command("mine")(intents.mining.cli.mine_command(_apply_review))


@app.command()
def export(
    project: ProjectFolder,
    out: Annotated[Path, typer.Option("--out", help="The folder for the files.", metavar="DIR")],
    only: Annotated[
        list[str] | None, typer.Option(help="dialogs, training or live; all by default.", metavar="PART")
    ] = None,
    database: DatabaseUrl = None,
) -> None:
    """Write dialogs, training data and live conversations in kefu's and Rasa's forms."""
    from bot.commands.export import export_command

    export_command(project, out, only=only or (), database=database)


@app.command()
def forget(
    project: ProjectFolder,
    conversation: Annotated[str, typer.Argument(help="The conversation's id.")],
    database: DatabaseUrl = None,
) -> None:
    """Remove a conversation, and all others of the same customer, from the database and what was learned from it."""
    from bot.commands.forget import forget_command

    raise typer.Exit(forget_command(project, conversation, database=database))


@app.command()
def train(
    project: ProjectFolder,
    recipe: Annotated[
        Recipe, typer.Option(help="finetune: BERT fine-tuning; fast: seconds; auto: the better of them.")
    ] = Recipe.auto,
    seed: Annotated[int, typer.Option(help="The same seed gives the same release.")] = 0,
    minutes: Annotated[float, typer.Option(help="What fine-tuning may take; 0: what it wants.")] = 12.0,
) -> None:
    """Train a release; the first one is promoted."""
    from bot.commands.train import train_command
    from intents.training.options import TrainingOptions

    train_command(project, TrainingOptions(recipe=recipe.value, seed=seed, minutes=minutes))


@app.command()
def evaluate(
    project: ProjectFolder,
    release: ReleaseId = None,
    report: Annotated[
        Path | None, typer.Option(help="Where the report goes; default PROJECT/reports/<id>.")
    ] = None,
) -> None:
    """Measure a release on the held-out files, by part and end to end."""
    from bot.commands.evaluate import evaluate_command

    evaluate_command(project, release=release, report=report)


@app.command("test")
def run_tests(
    project: ProjectFolder,
    release: ReleaseId = None,
    report: Annotated[
        Path | None,
        typer.Option(help="Where results.json, junit.xml and report.html go; default PROJECT/reports/tests."),
    ] = None,
    recorded: Annotated[
        str | None,
        typer.Option(
            help="Instead: a Rasa tracker store (SQLite file or URL), whose conversations are held against PROJECT."
        ),
    ] = None,
) -> None:
    """Run the conversation tests in PROJECT/tests; exits with 1 when one fails."""
    from bot.commands.test import recorded_command, test_command

    if recorded is not None:
        raise typer.Exit(recorded_command(project, recorded, report=report))
    raise typer.Exit(test_command(project, release=release, report=report))


@app.command()
def chat(
    project: ProjectFolder,
    release: ReleaseId = None,
    debug: Annotated[bool, typer.Option(help="Say what was understood and why it was decided so.")] = False,
    save: Annotated[
        Path | None,
        typer.Option(help="Write the conversation there as a story test, such as tests/test_mine.yml."),
    ] = None,
) -> None:
    """Talk to the assistant in the terminal; nothing is stored."""
    from bot.commands.chat import chat_command

    chat_command(project, release=release, debug=debug, save=save)


@app.command()
def visualize(
    project: ProjectFolder,
    out: Annotated[Path | None, typer.Option(help="The page; default PROJECT/reports/stories.html.")] = None,
) -> None:
    """Draw the rules and stories."""
    from bot.commands.visualize import visualize_command

    visualize_command(project, out=out)


@app.command()
def migrate(project: ProjectFolder) -> None:
    """Turn a Rasa 2.0 project into the 3.1 format, in place; the originals are kept."""
    from bot.commands.migrate import migrate_command

    migrate_command(project)


@app.command("import-tracker")
def import_tracker(
    project: ProjectFolder,
    source: Annotated[
        str, typer.Argument(help="Rasa's SQL tracker store: an SQLite file or a SQLAlchemy URL.")
    ],
    database: DatabaseUrl = None,
) -> None:
    """Take over the conversations of a Rasa tracker store; each goes on where it is."""
    from bot.commands.move import move_command

    move_command(project, source, database=database)


@app.command()
def serve(
    project: ProjectFolder,
    host: Annotated[str, typer.Option(help="Anything but loopback needs secrets to be set.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 picks a free one.")] = 8080,
    database: Annotated[
        str | None, typer.Option(help="SQLAlchemy URL; default SQLite inside PROJECT.")
    ] = None,
    enable_api: Annotated[
        bool, typer.Option("--enable-api", help="Serve Rasa's HTTP API too (KEFU_API_TOKEN, or a JWT).")
    ] = False,
    workers: Annotated[
        int, typer.Option(min=1, max=64, help="Serving processes; more than one needs PostgreSQL.")
    ] = 1,
    debug: Annotated[
        bool, typer.Option("--debug", help="Log every request, not only those refused.")
    ] = False,
) -> None:
    """Serve the assistant: webhooks, the chat page at / and the console at /console."""
    from bot.commands.serve import log_to_stderr, serve_command

    log_to_stderr(debug=debug)
    serve_command(project, host=host, port=port, database=database, enable_api=enable_api, workers=workers)


@release_app.command("list")
def release_list(project: ProjectFolder, database: DatabaseUrl = None) -> None:
    """Show the releases, oldest first."""
    from bot.commands.release import list_command

    typer.echo(list_command(project, database=database))


@release_app.command("promote")
def release_promote(
    project: ProjectFolder,
    release: Annotated[str, typer.Argument(help="A release id.")],
    database: DatabaseUrl = None,
) -> None:
    """Serve this release, also on running servers; promote an older one to roll back."""
    from bot.commands.release import promote_command

    typer.echo(promote_command(project, release, database=database))


@release_app.command("rollback")
def release_rollback(project: ProjectFolder, database: DatabaseUrl = None) -> None:
    """Serve again what served before, also on running servers."""
    from bot.commands.release import rollback_command

    typer.echo(rollback_command(project, database=database))


BesideId = Annotated[str | None, typer.Argument(help="A release id.", metavar="[RELEASE]")]
EndIt = Annotated[bool, typer.Option("--end", help="No release any more.")]


@release_app.command("shadow")
def release_shadow(
    project: ProjectFolder, release: BesideId = None, end: EndIt = False, database: DatabaseUrl = None
) -> None:
    """Let a release decide about live messages, recorded and never sent."""
    from bot.commands.release import shadow_command

    _one_of(release, end)
    typer.echo(shadow_command(project, release, database=database))


@release_app.command("split")
def release_split(
    project: ProjectFolder,
    release: BesideId = None,
    percent: Annotated[float, typer.Option(min=0, max=100, help="Of all conversations.")] = 10.0,
    end: EndIt = False,
    database: DatabaseUrl = None,
) -> None:
    """Let a release answer a part of the conversations; a conversation stays with its release."""
    from bot.commands.release import split_command

    _one_of(release, end)
    typer.echo(split_command(project, release, percent, database=database))


def _one_of(release: str | None, end: bool) -> None:
    if (release is None) != end:
        raise typer.BadParameter("Give a release, or --end.")


DeliveryIds = Annotated[list[int] | None, typer.Argument(help="As the list shows them.", metavar="[ID]...")]
AllOfThem = Annotated[bool, typer.Option("--all", help="All that failed.")]


@deliveries_app.command("list")
def deliveries_list(project: ProjectFolder, database: DatabaseUrl = None) -> None:
    """Show what did not arrive, or may not have, the newest first."""
    from bot.commands.deliveries import list_command

    typer.echo(list_command(project, database=database))


@deliveries_app.command("replay")
def deliveries_replay(
    project: ProjectFolder,
    ids: DeliveryIds = None,
    everything: AllOfThem = False,
    database: DatabaseUrl = None,
) -> None:
    """Send failed deliveries again."""
    from bot.commands.deliveries import act_command

    typer.echo(act_command(project, "replay", ids=ids or (), everything=everything, database=database))


@deliveries_app.command("drop")
def deliveries_drop(
    project: ProjectFolder,
    ids: DeliveryIds = None,
    everything: AllOfThem = False,
    database: DatabaseUrl = None,
) -> None:
    """Take failed deliveries off the list for good."""
    from bot.commands.deliveries import act_command

    typer.echo(act_command(project, "drop", ids=ids or (), everything=everything, database=database))


def main() -> None:
    """Run a command; what a person can put right is said without a traceback."""
    try:
        app()
    except KefuError as error:
        typer.echo(f"kefu: {error}", err=True)
        sys.exit(1)
    except KeyboardInterrupt:
        typer.echo("Stopped.", err=True)
        sys.exit(130)


if __name__ == "__main__":
    main()
