"""`kefu mine`: parsing and printing; the work is in the functions it calls."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from intents.mining.cluster import Granularity
    from intents.mining.history import History
    from intents.mining.machines import Cluster
    from intents.mining.output import MiningSummary


class GranularityName(StrEnum):
    """How many intents a history falls into."""

    COARSE = "coarse"
    AUTO = "auto"
    FINE = "fine"


_Source = Annotated[
    Path, typer.Argument(help="A project, or dialogs or utterances as JSONL.", metavar="PROJECT|FILE.jsonl")
]
_Out = Annotated[Path, typer.Option("--out", help="The folder for the drafts.", metavar="DIR")]
_Granularity = Annotated[GranularityName, typer.Option(help="Fewer or more intents.")]
_Known = Annotated[Path | None, typer.Option(help="Intents that exist already.", metavar="nlu.yml")]
_Seed = Annotated[int, typer.Option(help="For what is drawn by chance.")]
_EncoderName = Annotated[str | None, typer.Option(help="By default, by the script of the text.")]
_Ray = Annotated[
    str | None,
    typer.Option(
        help="Spread cleaning and embedding over a Ray cluster: its address, or local.", metavar="ADDRESS"
    ),
]
_Apply = Annotated[
    bool, typer.Option("--apply", help="Mine nothing: put what DIR/review.yml accepts into PROJECT.")
]


def mine_command(apply_review: Callable[[Path, Path], None]) -> Callable[..., None]:
    """The command; `apply_review(project, drafts)` changes a project, which is not ours to change."""

    def mine(
        source: _Source, *, out: _Out, granularity: _Granularity = GranularityName.AUTO, known: _Known = None,
        seed: _Seed = 0, encoder: _EncoderName = None, ray: _Ray = None, apply: _Apply = False,
    ) -> None:  # fmt: skip
        """Draft intents and responses from old conversations; with --apply, take what a person accepted."""
        if apply:
            apply_review(source, out)
            return
        options = MiningOptions(
            known=known, encoder=encoder, seed=seed, granularity=granularity.value, ray=ray
        )
        _print(_mined(source, out, options), out)

    return mine


@dataclass(frozen=True, slots=True, kw_only=True)
class MiningOptions:
    """What the command was told besides where from and where to."""

    known: Path | None
    encoder: str | None
    seed: int
    granularity: Granularity
    ray: str | None


def _mined(source: Path, out: Path, options: MiningOptions) -> MiningSummary:
    from intents.mining.history import read_history
    from intents.mining.machines import ray_cluster

    if options.ray is None:
        return _mined_from(read_history(source), out, options)
    with ray_cluster(options.ray) as cluster:
        return _mined_from(read_history(source, each=cluster.map), out, options, cluster)


def _mined_from(
    history: History, out: Path, options: MiningOptions, cluster: Cluster | None = None
) -> MiningSummary:
    from encoders.encoder import Encoder, serving_encoder
    from encoders.resolve import default_encoder
    from intents.mining.machines import SpreadEncoder
    from intents.mining.mine import mine_history
    from intents.nlu import load_training_data

    name = options.encoder or default_encoder(statement.text for statement in history.statements)
    here = Encoder.load(serving_encoder(name), threads=2)
    return mine_history(
        history, out, encoder=SpreadEncoder(here=here, source=name, cluster=cluster) if cluster else here,
        seed=options.seed, granularity=options.granularity,
        known=load_training_data([options.known]) if options.known else None,
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
