"""Two models on the same texts: what got better and what got worse, by example."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from encoders.page import Html, joined, page, percent, section, table, tag, tiles
from intents.evaluation.figures import figures
from intents.evaluation.report import figure_text, texts_with_places
from intents.evaluation.scored import Flags, Scored
from intents.evaluation.significance import difference_interval, mcnemar
from intents.examples import OUT_OF_SCOPE

_ACCEPTED = 0.5
_FIGURES = {
    "accuracy": "Accuracy, in scope",
    "macro_f1": "Macro-F1",
    "ece": "Calibration error (ECE)",
    "in_scope_recall": "In-scope texts accepted",
    "out_of_scope_recall": "Out-of-scope texts rejected",
    "out_of_scope_auroc": "Out of scope, AUROC",
    "false_accepts_at_95_recall": "Out of scope, FPR95",
}
_SHOWN = 300


def difference(first: Scored, second: Scored) -> dict[str, Any]:
    """What changed from the first model to the second, as plain JSON.

    A model's verdict is its best intent, or `out_of_scope` where it finds that likelier; it is right when the
    label is the same.
    """
    before, after = verdicts(first), verdicts(second)
    was, now = _right(first, before), _right(second, after)
    low, high = difference_interval(was, now)
    return {
        "first": figures(first) | {"right": int(was.sum())},
        "second": figures(second) | {"right": int(now.sum())},
        "texts": len(was),
        "difference": round(float(now.mean() - was.mean()), 4),
        "interval": [round(low, 4), round(high, 4)],
        "mcnemar_p": float(f"{mcnemar(was, now):.3g}"),
        "better": _changes(first, second, ~was & now),
        "worse": _changes(first, second, was & ~now),
        "other": _changes(first, second, ~was & ~now & (np.array(before) != np.array(after))),
        "intents": _by_intent(first, was, now),
    }


def verdicts(scored: Scored) -> tuple[str, ...]:
    """What each text is taken for, `out_of_scope` among it."""
    accepted = scored.in_scope >= _ACCEPTED
    return tuple(
        given if taken else OUT_OF_SCOPE for given, taken in zip(scored.given, accepted, strict=True)
    )


def _right(scored: Scored, verdict: Sequence[str]) -> Flags:
    return np.array([one.intent == said for one, said in zip(scored.examples, verdict, strict=True)], bool)


def _changes(first: Scored, second: Scored, chosen: Flags) -> list[dict[str, Any]]:
    """The chosen texts, the ones that the models were surest of first."""
    before, after = verdicts(first), verdicts(second)
    chosen_rows = np.flatnonzero(chosen).tolist()
    rows = sorted(chosen_rows, key=lambda row: -max(first.answer[row], second.answer[row]))
    return [
        {
            "text": first.examples[row].text,
            "source": first.examples[row].source,
            "intent": first.examples[row].intent,
            "before": before[row],
            "after": after[row],
            "p_before": _stated(first, row, before[row]),
            "p_after": _stated(second, row, after[row]),
        }
        for row in rows
    ]


def _stated(scored: Scored, row: int, verdict: str) -> float:
    """The probability of the verdict."""
    p = 1 - scored.in_scope[row] if verdict == OUT_OF_SCOPE else scored.answer[row]
    return round(float(p), 4)


def _by_intent(scored: Scored, was: Flags, now: Flags) -> dict[str, dict[str, int]]:
    """Texts right before and after, by intent, where that changed; the largest change first."""
    labels = [one.intent for one in scored.examples]
    total = Counter(labels)
    before = Counter(label for label, hit in zip(labels, was, strict=True) if hit)
    after = Counter(label for label, hit in zip(labels, now, strict=True) if hit)
    changed = [label for label in total if before[label] != after[label]]
    changed.sort(key=lambda label: (-abs(after[label] - before[label]), label))
    return {
        label: {"texts": total[label], "before": before[label], "after": after[label]} for label in changed
    }


def difference_page(report: dict[str, Any], *, title: str, names: tuple[str, str]) -> str:
    """The whole page for what `difference` found."""
    lead = f"From {names[0]} to {names[1]}, on the same {report['texts']} texts."
    return page(
        title,
        _headline(report),
        section("Side by side", _figures(report, names)),
        section("By intent", _intents(report["intents"]), note="Where the number of right texts changed."),
        _texts("Got better", report["better"], "Right now, wrong before."),
        _texts("Got worse", report["worse"], "Wrong now, right before."),
        _texts("Wrong in another way", report["other"], "Wrong before and now, but not alike."),
        lead=lead,
    )


def _headline(report: dict[str, Any]) -> Html:
    low, high = (f"{100 * end:+.1f}" for end in report["interval"])
    certainty = "more than chance" if report["mcnemar_p"] < 0.05 else "may be chance"
    return tiles(
        [
            ("Got better", str(len(report["better"])), "texts"),
            ("Got worse", str(len(report["worse"])), "texts"),
            (
                "Right texts",
                f"{100 * report['difference']:+.1f} points",
                f"95 %: {low} to {high}",
            ),
            ("McNemar's test", f"p = {report['mcnemar_p']:.2g}", certainty),
        ]
    )


def _figures(report: dict[str, Any], names: tuple[str, str]) -> Html:
    rows = [
        (title, figure_text(name, report["first"][name]), figure_text(name, report["second"][name]))
        for name, title in _FIGURES.items()
        if name in report["first"] and name in report["second"]
    ]
    return table(("", *names), rows, numbers=(1, 2))


def _intents(rows: dict[str, dict[str, int]]) -> Html:
    cells = [
        (name, of["texts"], of["before"], of["after"], _signed(of["after"] - of["before"]))
        for name, of in rows.items()
    ]
    return table(("Intent", "Texts", "Right before", "Right now", ""), cells, numbers=(1, 2, 3, 4))


def _signed(change: int) -> Html:
    return tag("span", f"{change:+d}", of="good" if change > 0 else "bad")


def _texts(title: str, rows: Sequence[dict[str, Any]], note: str) -> Html:
    shown = rows[:_SHOWN]
    places = texts_with_places([one["text"] for one in shown], [one["source"] for one in shown])
    cells = [
        (text, one["intent"], _said(one["before"], one["p_before"]), _said(one["after"], one["p_after"]))
        for text, one in zip(places, shown, strict=True)
    ]
    more = f" The first {_SHOWN} of {len(rows)}; report.json has them all." if len(rows) > _SHOWN else ""
    return section(
        f"{title} ({len(rows)})", table(("Text", "It is", "Before", "Now"), cells), note=note + more
    )


def _said(intent: str, p: float) -> Html:
    return joined((intent, " ", tag("span", percent(p, 0), of="where")))
