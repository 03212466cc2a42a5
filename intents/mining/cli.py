"""`kefu mine`: parsing and printing; the work is in the functions it calls."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from intents.mining.cluster import Granularity
    from intents.mining.output import MiningSummary


class GranularityName(StrEnum):
    """How many intents a history falls into."""

    COARSE = "coarse"
    AUTO = "auto"
    FINE = "fine"


def mine_command(apply_review: Callable[[Path, Path], None]) -> Callable[..., None]:
    """The command; `apply_review(project, drafts)` changes a project, which is not ours to change."""

    def mine(
        source: Annotated[
            Path,
            typer.Argument(
                help="A project, or dialogs or utterances as JSONL.", metavar="PROJECT|FILE.jsonl"
            ),
        ],
        *,
        out: Annotated[Path, typer.Option("--out", help="The folder for the drafts.", metavar="DIR")],
        granularity: Annotated[
            GranularityName, typer.Option(help="Fewer or more intents.")
        ] = GranularityName.AUTO,
        known: Annotated[
            Path | None, typer.Option(help="Intents that exist already.", metavar="nlu.yml")
        ] = None,
        seed: Annotated[int, typer.Option(help="For what is drawn by chance.")] = 0,
        encoder: Annotated[str | None, typer.Option(help="By default, by the script of the text.")] = None,
        apply: Annotated[
            bool, typer.Option("--apply", help="Mine nothing: put what DIR/review.yml accepts into PROJECT.")
        ] = False,
    ) -> None:
        """Draft intents and responses from old conversations; with --apply, take what a person accepted."""
        if apply:
            apply_review(source, out)
            return
        _print(_mined(source, out, known, encoder=encoder, seed=seed, granularity=granularity.value), out)

    return mine


def _mined(
    source: Path, out: Path, known: Path | None, *, encoder: str | None, seed: int, granularity: Granularity
) -> MiningSummary:
    from encoders.encoder import Encoder, serving_encoder
    from encoders.resolve import default_encoder
    from intents.mining.history import read_history
    from intents.mining.mine import mine_history
    from intents.nlu import load_training_data

    data = load_training_data([known]) if known else None
    history = read_history(source)
    name = encoder or default_encoder(statement.text for statement in history.statements)
    return mine_history(
        history, out, encoder=Encoder.load(serving_encoder(name), threads=2), seed=seed,
        granularity=granularity, known=data,
    )  # fmt: skip


def _print(summary: MiningSummary, out: Path) -> None:
    typer.echo(
        f"{summary.turns} problem turns, {len(summary.intents)} intents, {summary.held_back} held back."
    )
    for intent, size in list(summary.intents.items())[:15]:
        typer.echo(f"  {size:5d}  {intent}")
    typer.echo(
        f"Open {out / 'report.html'} to look through them, decide in {out / 'review.yml'}, then --apply."
    )
