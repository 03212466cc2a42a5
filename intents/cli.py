"""`kefu intents`: train, try and measure an intent model by itself."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

import intents.audit.cli
import intents.evaluation.cli

if TYPE_CHECKING:
    from intents.examples import TrainingData
    from intents.training import TrainingOptions
    from intents.understanding import Understanding

app = typer.Typer(no_args_is_help=True)

_BAR = 20


@app.command()
def train(
    data: Annotated[list[Path], typer.Argument(help="nlu.yml files or folders, CSV or JSONL.")],
    out: Annotated[Path, typer.Option(help="The model's folder; an older model there is replaced.")],
    recipe: Annotated[str, typer.Option(help="auto (the better one), finetune or fast.")] = "auto",
    encoder: Annotated[str, typer.Option(help="A name or folder; auto fits the texts' script.")] = "auto",
    seed: Annotated[int, typer.Option(help="The same seed gives the same model.")] = 0,
    minutes: Annotated[float, typer.Option(help="What fine-tuning may take; 0: what it wants.")] = 12.0,
    log: Annotated[Path | None, typer.Option(help="A folder for TensorBoard.")] = None,
    search: Annotated[
        float | None,
        typer.Option(help="Minutes to search learning rate, batch and epochs before.", metavar="MINUTES"),
    ] = None,
) -> None:
    """Train a model on DATA; rows labelled out_of_scope show what is in no intent.

    Interrupted, the same command goes on where it was, also in a search. Started by torchrun, it trains on
    several GPUs.
    """
    from intents.nlu import load_training_data
    from intents.training import TrainingOptions, train_intents
    from intents.training.launch import helping

    if helping():
        from intents.training.finetune import help_to_finetune

        return help_to_finetune()
    options = TrainingOptions(recipe=recipe, encoder=encoder, seed=seed, minutes=minutes, log=log)
    examples = load_training_data(data)
    if search is not None:
        options = searched(examples, options, out, search)
    report = train_intents(examples, out, options)
    typer.echo(f"{out}: {report.intents} intents from {report.examples} examples, {dict(report.figures)}")
    typer.echo(f"{report.recipe}: {report.why}")
    for name, one in report.entities.items():
        typer.echo(f"Entity {name}, {one.examples} marked examples, {one.way}: {one.why}")


def searched(examples: TrainingData, options: TrainingOptions, out: Path, minutes: float) -> TrainingOptions:
    """What a search finds to train with; its candidates are kept beside the model's folder."""
    from intents.training.search import search_options

    folder = out.with_name(f".{out.name}.search")
    found = search_options(
        examples, options, folder, minutes=minutes, say=lambda line: typer.echo(line, err=True)
    )
    typer.echo(f"Search: {found.why}")
    return found.options


@app.command()
def predict(
    model: Annotated[Path, typer.Argument(help="A model's folder.")],
    input_: Annotated[Path, typer.Option("--input", help="One text a line, CSV or JSONL with `text`.")],
    output: Annotated[Path, typer.Option("--output", help="JSONL, one line a text, in their order.")],
) -> None:
    """Say which intent each text has, and whether it has any."""
    from intents.classifier import IntentClassifier
    from intents.nlu import load_texts

    texts = load_texts(input_)
    classifier = IntentClassifier.load(model)
    draft = output.with_name(f".{output.name}.part")
    with draft.open("w", encoding="utf-8") as file:
        for found in classifier.understand(texts):
            file.write(json.dumps(prediction_line(found), ensure_ascii=False) + "\n")
    draft.replace(output)


@app.command()
def explain(
    model: Annotated[Path, typer.Argument(help="A model's folder.", metavar="MODEL")],
    text: Annotated[str, typer.Argument(help="What a customer wrote.", metavar="TEXT")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Say why a text is understood as it is: the words that carried it, and the nearest training examples."""
    from intents.classifier import IntentClassifier
    from intents.explanation import explain as explained

    found = explained(IntentClassifier.load(model), text).as_dict()
    typer.echo(json.dumps(found, indent=2, ensure_ascii=False) if as_json else explanation_text(found))


app.command("evaluate")(intents.evaluation.cli.evaluate_command)
app.command("cross-validate")(intents.evaluation.cli.cross_validate_command)
app.command("compare")(intents.evaluation.cli.compare_command)
app.command("audit")(intents.audit.cli.audit_command)
app.command("diff")(intents.evaluation.cli.diff_command)


def prediction_line(found: Understanding) -> dict[str, Any]:
    """A prediction in the shape that the command promises."""
    return {
        "text": found.text,
        "intent": found.intent,
        "confidence": round(found.confidence, 6),
        "in_scope": round(found.in_scope, 6),
        "ranking": [{"intent": one.intent, "confidence": round(one.confidence, 6)} for one in found.ranking],
    }


def explanation_text(found: dict[str, Any]) -> str:
    """An explanation for the terminal; a bar's length is the word's share of what spoke for the intent."""
    largest = max((abs(one["weight"]) for one in found["words"]), default=0.0) or 1.0
    words = [
        f"  {one['weight']:+6.2f} {'█' * round(_BAR * abs(one['weight']) / largest):{_BAR}} {one['text']}"
        for one in found["words"]
    ]
    examples = [
        f"  {one['similarity']:6.2f} {one['text']}  ({one['intent']}, {one['source'] or 'no file'})"
        for one in found["examples"]
    ]
    return "\n".join(
        [
            f"{found['intent']}: {found['confidence']:.1%} among the intents, {found['in_scope']:.1%} in scope",
            "Words, by what the log-odds lose without them (minus: they spoke against it):",
            *(words or ["  a single word carries it"]),
            "Nearest training examples:",
            *(examples or ["  this model keeps none: train it again"]),
        ]
    )
