"""The report of an evaluation: report.json, and report.html with the plots."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from encoders.page import (
    Html,
    bullets,
    fold,
    joined,
    meter,
    page,
    percent,
    section,
    shown,
    table,
    tag,
    tiles,
    write_page,
)  # fmt: skip
from encoders.plots import Axes, Series, nice_ceiling, plot, plots

_INTENTS_SHOWN, _CONFUSIONS_SHOWN = 12, 25


def write_report(report: Mapping[str, Any], folder: Path, content: str) -> None:
    """Write report.json and report.html into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(report, indent=2, ensure_ascii=False)
    (folder / "report.json").write_text(text + "\n", encoding="utf-8")
    write_page(folder, content)


def evaluation_page(report: Mapping[str, Any], *, title: str, lead: str = "") -> str:
    """The whole page for what `evaluate_intents` found."""
    return page(title, headline(report), intent_sections(report), lead=lead)


def headline(report: Mapping[str, Any]) -> Html:
    """The figures one looks at first."""
    low, high = report.get("accuracy_interval") or (None, None)
    point, speed = report["operating_point"], report.get("latency")
    items = [
        ("Accuracy, in scope", percent(report.get("accuracy")), f"95 %: {percent(low)} to {percent(high)}"),
        ("Macro-F1", percent(report.get("macro_f1")), f"{len(report['intents'])} intents"),
        ("Calibration error", percent(report.get("ece"), 2), "ECE, 15 bins of equal mass"),
    ]
    if "out_of_scope_auroc" in report:
        fpr = percent(report["false_accepts_at_95_recall"])
        items.append(("Out of scope, AUROC", f"{report['out_of_scope_auroc']:.3f}", f"FPR95 {fpr}"))
    items.append(("Answered", percent(point["coverage"]), f"of these {percent(point['error'])} wrong"))
    if speed:
        items.append(("One message", f"{speed['median_ms']:.1f} ms", f"95 % within {speed['p95_ms']:.1f} ms"))
    return tiles(items)


def intent_sections(report: Mapping[str, Any]) -> Html:
    """Plots, languages, intents and confusions: the part that other reports show too."""
    return joined(
        (
            section("What an answer costs in mistakes", _coverage(report), note=_point_note(report)),
            section("Do the probabilities hold?", _calibration(report)),
            section("By language", _languages(report["by_language"])),
            section("Intents", *_intents(report["intents"]), note="The weakest first."),
            section("Confusions", _confusions(report["confusions"])),
        )
    )


def _point_note(report: Mapping[str, Any]) -> str:
    point = report["operating_point"]
    if point["threshold"] is None:
        return f"No threshold gives {percent(point['wanted'])} right answers on these texts."
    reason = (
        f"A wrong answer costs {point['wrong']:g} and handing over {point['handover']:g}: "
        if point["from"] == "costs"
        else f"At least {percent(point['wanted'])} of the answers are to be right: "
    )
    return (
        reason + f"answer from probability {point['threshold']:.3f} on. Here that answers "
        f"{percent(point['coverage'])} of the texts, {percent(point['error'])} of them wrong, and costs "
        f"{point['cost_per_text']:.3g} a text; handing everything over costs {point['cost_of_handing_all_over']:g}."
    )


def _coverage(report: Mapping[str, Any]) -> Html:
    rows, point = report["coverage_error"], report["operating_point"]
    errors = [row["error"] for row in rows]
    mark = None if point["threshold"] is None else (point["coverage"], point["error"] or 0.0)
    top = nice_ceiling(max([*errors[len(errors) // 10 :], mark[1] if mark else 0.0, 0.01]))
    curve = plot(
        "Coverage and error",
        [Series(name="error", xs=[row["coverage"] for row in rows], ys=errors)],
        Axes(
            x="texts answered",
            y="answers that are wrong",
            y_range=(0, top),
            mark=mark,
            mark_name="operating point",
        ),
        caption="The surest answers first. Answering what is out of scope counts as wrong.",
    )
    return plots([curve, _roc(report)])


def _roc(report: Mapping[str, Any]) -> Html:
    rows = report.get("roc")
    if not rows:
        return Html("")
    line = Series(name="roc", xs=[row["out_of_scope"] for row in rows], ys=[row["in_scope"] for row in rows])
    return plot(
        "In scope or out of it (ROC)",
        [line],
        Axes(x="out-of-scope texts accepted", y="in-scope texts accepted", diagonal=True),
        caption=f"AUROC {report['out_of_scope_auroc']:.4f}; where 95 % of the in-scope texts are accepted, "
        f"{percent(report['false_accepts_at_95_recall'])} of the others are. At the model's own bar of 0.5: "
        f"{percent(report['in_scope_recall'])} accepted, {percent(report['out_of_scope_recall'])} of the others "
        "rejected.",
    )


def _calibration(report: Mapping[str, Any]) -> Html:
    rows = report.get("reliability")
    if not rows:
        return Html("")
    return plots([reliability_plot(rows, title="Reliability of the class"), _bins(rows)])


def reliability_plot(rows: Sequence[Mapping[str, Any]], *, title: str) -> Html:
    """Stated against observed, with 95 % intervals, for rows with `stated`, `observed` and `error`."""
    line = Series(
        name="bin",
        xs=[row["stated"] for row in rows],
        ys=[row["observed"] for row in rows],
        errors=[row["error"] for row in rows],
        points=True,
    )
    caption = "Bins of equal size with 95 % intervals. On the dashed line what is stated is what is observed."
    lowest = min([*line.xs, *(row["observed"] - row["error"] for row in rows)])
    reach = (max(0.0, math.floor(10 * min(lowest, 0.9)) / 10), 1.0)
    axes = Axes(x="stated", y="observed", x_range=reach, y_range=reach, diagonal=True)
    return plot(title, [line], axes, caption=caption)


def _bins(rows: Sequence[Mapping[str, Any]]) -> Html:
    cells = [
        (percent(row["stated"]), percent(row["observed"]), f"± {percent(row['error'])}", row["texts"])
        for row in rows
    ]
    return Html(f"<div>{table(('Stated', 'Observed', 'Chance', 'Texts'), cells, numbers=range(4))}</div>")


_COLUMNS = {
    "examples": "Texts", "accuracy": "Accuracy", "macro_f1": "Macro-F1", "ece": "ECE",
    "out_of_scope_auroc": "AUROC", "false_accepts_at_95_recall": "FPR95",
}  # fmt: skip


def _languages(parts: Mapping[str, Mapping[str, Any]]) -> Html:
    if len(parts) < 2:
        return Html("")
    rows = [
        (name, *(figure_text(column, of.get(column)) for column in _COLUMNS)) for name, of in parts.items()
    ]
    return table(("", *_COLUMNS.values()), rows, numbers=range(1, 7))


def figure_text(name: str, value: Any) -> str:
    """A figure of `figures` for people."""
    if value is None or name in ("examples", "in_scope"):
        return shown(value)
    if name in ("out_of_scope_auroc", "error_over_coverage"):
        return f"{value:.3f}"
    return percent(value, 2 if name == "ece" else 1)


def _intents(rows: Mapping[str, Mapping[str, Any]]) -> list[Html]:
    ranked = sorted(rows.items(), key=lambda item: (item[1]["f1"], item[0]))
    first, rest = ranked[:_INTENTS_SHOWN], ranked[_INTENTS_SHOWN:]
    more = fold(f"The other {len(rest)}", _intent_rows(rest)) if rest else Html("")
    return [_intent_rows(first), more]


def _intent_rows(rows: Sequence[tuple[str, Mapping[str, Any]]]) -> Html:
    cells = [
        (
            name, meter(of["f1"], percent(of["f1"])), percent(of["recall"]), percent(of["precision"]),
            of["examples"],
        )
        for name, of in rows
    ]  # fmt: skip
    return table(("Intent", "F1", "Recall", "Precision", "Texts"), cells, numbers=(2, 3, 4))


def _confusions(rows: Sequence[Mapping[str, Any]]) -> Html:
    if not rows:
        return tag("p", "None: every text in scope got its intent.")
    first, rest = rows[:_CONFUSIONS_SHOWN], rows[_CONFUSIONS_SHOWN:]
    more = fold(f"The other {len(rest)} pairs", _confusion_rows(rest)) if rest else Html("")
    return joined((_confusion_rows(first), more))


def _confusion_rows(rows: Sequence[Mapping[str, Any]]) -> Html:
    cells = [
        (
            one["wanted"],
            one["given"],
            one["count"],
            bullets(texts_with_places(one["examples"], one["sources"])),
        )
        for one in rows
    ]
    return table(("It was", "Taken for", "Times", "Texts"), cells, numbers=(2,))


def texts_with_places(texts: Sequence[str], sources: Sequence[str]) -> list[Html]:
    """Texts, each with the file and line where it stands."""
    return [
        joined((text, " ", tag("span", Path(source).name, of="where") if source else ""))
        for text, source in zip(texts, sources, strict=True)
    ]
