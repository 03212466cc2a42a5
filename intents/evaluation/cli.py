"""`kefu intents evaluate` and its kin: parsing and printing; the work is in the functions they call."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

Model = Annotated[Path, typer.Argument(help="A model's folder.", metavar="MODEL")]
Test = Annotated[Path, typer.Argument(help="Labelled texts: nlu.yml, CSV or JSONL.", metavar="TEST")]
Report = Annotated[
    Path | None, typer.Option("--report", help="A folder for report.json and report.html.", metavar="DIR")
]
Data = Annotated[
    list[Path], typer.Argument(help="nlu.yml files or folders, CSV or JSONL.", metavar="DATA...")
]
ReportTo = Annotated[
    Path,
    typer.Option("--report", help="A folder for report.json, report.html and finished folds.", metavar="DIR"),
]
Folds = Annotated[int, typer.Option(help="Into how many parts the examples are dealt.")]
EncoderName = Annotated[str, typer.Option(help="A name or folder; auto fits the texts' script.")]
Seed = Annotated[int, typer.Option(help="The same seed deals the same folds.")]

_SHOWN = 10


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


def cross_validate_command(
    data: Data,
    report: ReportTo,
    folds: Folds = 5,
    recipe: Annotated[
        str, typer.Option(help="fast, finetune or auto; or a baseline, naive-bayes or svm.")
    ] = "fast",
    encoder: EncoderName = "auto",
    seed: Seed = 0,
) -> None:
    """Measure a recipe on DATA, each example by a model that has not seen it; goes on after an interruption."""
    from intents.evaluation.cross_validation import Plan, cross_validate
    from intents.evaluation.evaluate import measured
    from intents.evaluation.report import evaluation_page, write_report
    from intents.nlu import load_training_data
    from intents.training import TrainingOptions

    examples = load_training_data(data)
    options = TrainingOptions(encoder=encoder, seed=seed)
    run = cross_validate(
        examples, recipe, Plan(folds=folds, options=options, work=report / "folds", say=_say)
    )
    figures = run.facts() | measured(run.scored)
    lead = (
        f"{len(examples.examples)} examples in {folds} folds, seed {seed}: each was said by a model that had not "
        f"seen it. Accuracy by fold: {', '.join(f'{100 * one:.1f}' for one in figures['fold_accuracy'])}."
    )
    title = f"Recipe {recipe} by cross-validation on {_names(data)}"
    write_report(figures, report, evaluation_page(figures, title=title, lead=lead))
    typer.echo(json.dumps(plain(figures) | {"fold_accuracy": figures["fold_accuracy"]}, indent=2))


def compare_command(
    data: Data,
    report: ReportTo,
    folds: Folds = 5,
    recipe: Annotated[
        list[str] | None,
        typer.Option(help="naive-bayes, svm, fast, finetune or auto; repeat it. By default the first four."),
    ] = None,
    encoder: EncoderName = "auto",
    seed: Seed = 0,
) -> None:
    """Compare recipes and plain baselines on the same folds of DATA; goes on after an interruption."""
    from intents.evaluation.compare import RECIPES, compared, comparison_page
    from intents.evaluation.cross_validation import Plan, cross_validate
    from intents.evaluation.report import write_report
    from intents.nlu import load_training_data
    from intents.training import TrainingOptions

    examples = load_training_data(data)
    options = TrainingOptions(encoder=encoder, seed=seed)
    plan = Plan(folds=folds, options=options, work=report / "folds", say=_say)
    found = compared([cross_validate(examples, one, plan) for one in dict.fromkeys(recipe or RECIPES)])
    lead = f"{len(examples.examples)} examples, {len(examples.intents)} intents, {folds} folds, seed {seed}."
    title = f"Recipes compared on {_names(data)}"
    write_report(found, report, comparison_page(found, title=title, lead=lead))
    for name, of in found["recipes"].items():
        typer.echo(
            f"{name:12} accuracy {of['accuracy']:.4f} {of['accuracy_interval']}, macro-F1 {of['macro_f1']:.4f}"
        )
    for one in found["pairs"]:
        typer.echo(
            f"{one['better']} over {one['worse']}: {one['difference']:+.4f} {one['interval']}, p {one['mcnemar_p']:g}"
        )


def diff_command(
    model_a: Annotated[Path, typer.Argument(help="The model as it was.", metavar="MODEL_A")],
    model_b: Annotated[Path, typer.Argument(help="The model as it is.", metavar="MODEL_B")],
    test: Test,
    report: Report = None,
) -> None:
    """Say what got better and what got worse from one model to another, by example."""
    from intents.classifier import IntentClassifier
    from intents.evaluation.diff import difference, difference_page
    from intents.evaluation.report import write_report
    from intents.evaluation.scored import score
    from intents.nlu import load_training_data

    examples = load_training_data([test]).examples
    first, second = (score(IntentClassifier.load(model), examples) for model in (model_a, model_b))
    found = difference(first, second)
    if report is not None:
        names = (model_a.name, model_b.name)
        title = f"{names[0]} → {names[1]} on {test.name}"
        write_report(found, report, difference_page(found, title=title, names=names))
    for kind in ("better", "worse"):
        rows = found[kind]
        typer.echo(f"{len(rows)} texts got {kind}")
        for one in rows[:_SHOWN]:
            typer.echo(f"  {one['text']}\n    is {one['intent']}: {one['before']} → {one['after']}")
    low, high = found["interval"]
    typer.echo(
        f"Right texts {found['difference']:+.4f} ({low:+.4f} to {high:+.4f}), McNemar's p {found['mcnemar_p']:g}"
    )


def plain(figures: Mapping[str, Any]) -> dict[str, Any]:
    """What fits on a screen: the figures without tables and curves."""
    kept = {key: value for key, value in figures.items() if not isinstance(value, dict | list)}
    return kept | {key: figures[key] for key in ("operating_point", "latency") if key in figures}


def _say(sentence: str) -> None:
    typer.echo(sentence, err=True)


def _names(paths: Sequence[Path]) -> str:
    return ", ".join(path.name for path in paths)
