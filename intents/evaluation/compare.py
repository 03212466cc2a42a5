"""Recipes and plain baselines on the same folds, and how sure one may be of the difference."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from encoders.page import Html, meter, page, percent, section, table, tiles
from encoders.plots import Axes, Series, nice_ceiling, plot, plots
from intents.evaluation.cross_validation import CrossValidated
from intents.evaluation.curves import coverage_curve
from intents.evaluation.figures import figures
from intents.evaluation.report import figure_text
from intents.evaluation.significance import difference_interval, mcnemar

RECIPES = ("naive-bayes", "svm", "fast", "finetune")
NAMES = {"naive-bayes": "TF-IDF, naive Bayes", "svm": "TF-IDF, linear SVM"}


def compared(runs: Sequence[CrossValidated]) -> dict[str, Any]:
    """Figures of each run and each pair, as plain JSON; the runs are ranked by accuracy, best first."""
    ranked = sorted(runs, key=lambda run: -_accuracy(run))
    return {
        "recipes": {run.recipe: run.facts() | figures(run.scored) for run in ranked},
        "pairs": [_pair(worse, better) for better, worse in _pairs(ranked)],
        "coverage_error": {
            run.recipe: coverage_curve(run.scored).points()
            for run in ranked
            if not np.isnan(run.scored.answer).any()
        },
    }


def _pairs(ranked: Sequence[CrossValidated]) -> list[tuple[CrossValidated, CrossValidated]]:
    """The best with every other one, then neighbours in the ranking."""
    best = [(ranked[0], other) for other in ranked[1:]]
    return best + [pair for pair in pairwise(ranked) if pair not in best]


def _pair(worse: CrossValidated, better: CrossValidated) -> dict[str, Any]:
    inside = worse.scored.inside
    first, second = worse.scored.right[inside], better.scored.right[inside]
    low, high = difference_interval(first, second)
    return {
        "better": better.recipe,
        "worse": worse.recipe,
        "difference": round(float(second.mean() - first.mean()), 4),
        "interval": [round(low, 4), round(high, 4)],
        "only_better_right": int((second & ~first).sum()),
        "only_worse_right": int((first & ~second).sum()),
        "mcnemar_p": float(f"{mcnemar(first, second):.3g}"),
    }


def _accuracy(run: CrossValidated) -> float:
    return float(run.scored.right[run.scored.inside].mean())


def comparison_page(report: dict[str, Any], *, title: str, lead: str) -> str:
    """The whole page for what `compared` found."""
    return page(title, _headline(report), _recipes(report), _certainty(report), _curves(report), lead=lead)


def _headline(report: dict[str, Any]) -> Html:
    items = []
    for recipe, of in report["recipes"].items():
        low, high = of["accuracy_interval"]
        items.append(
            (NAMES.get(recipe, recipe), percent(of["accuracy"]), f"95 %: {percent(low)} to {percent(high)}")
        )
    return tiles(items)


_COLUMNS = {
    "macro_f1": "Macro-F1", "ece": "ECE", "out_of_scope_auroc": "AUROC", "false_accepts_at_95_recall": "FPR95",
}  # fmt: skip


def _recipes(report: dict[str, Any]) -> Html:
    columns = [name for name in _COLUMNS if any(name in of for of in report["recipes"].values())]
    rows = [
        (
            NAMES.get(recipe, recipe),
            meter(of["accuracy"], percent(of["accuracy"])),
            *(figure_text(name, of.get(name)) for name in columns),
            f"± {100 * np.std(of['fold_accuracy']):.1f}",
            f"{of['seconds_per_fold']:.1f} s",
        )
        for recipe, of in report["recipes"].items()
    ]
    head = ("", "Accuracy", *(_COLUMNS[name] for name in columns), "Folds", "A fold takes")
    note = "Every example was said by a model that had not seen it. “Folds” is the spread of accuracy between folds."
    return section("Side by side", table(head, rows, numbers=range(2, len(head))), note=note)


def _certainty(report: dict[str, Any]) -> Html:
    rows = [
        (
            f"{NAMES.get(one['better'], one['better'])} over {NAMES.get(one['worse'], one['worse'])}",
            f"{100 * one['difference']:+.1f} points",
            f"{100 * one['interval'][0]:+.1f} to {100 * one['interval'][1]:+.1f}",
            f"{one['only_better_right']} : {one['only_worse_right']}",
            f"{one['mcnemar_p']:.2g}",
            "yes" if one["mcnemar_p"] < 0.05 else "may be chance",
        )
        for one in report["pairs"]
    ]
    note = (
        "The interval is a paired bootstrap, p is McNemar's exact test; “only one right” are the texts that decide: "
        "right in one, wrong in the other."
    )
    head = ("", "Accuracy", "95 % interval", "Only one right", "p", "Better?")
    return section("How sure", table(head, rows, numbers=(1, 2, 3, 4)), note=note)


def _curves(report: dict[str, Any]) -> Html:
    curves = report["coverage_error"]
    if not curves:
        return Html("")
    series = [
        Series(
            name=NAMES.get(recipe, recipe),
            xs=[one["coverage"] for one in rows],
            ys=[one["error"] for one in rows],
        )
        for recipe, rows in curves.items()
    ]
    top = nice_ceiling(
        max(one["error"] for rows in curves.values() for one in rows[len(rows) // 10 :]) or 0.01
    )
    axes = Axes(x="texts answered", y="answers that are wrong", y_range=(0, top), legend="top")
    caption = "The surest answers first: lower is better. A linear SVM states no probability."
    return section("Coverage and error", plots([plot("All recipes", series, axes, caption=caption)]))
