"""The page of an index's evaluation."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from encoders.page import Html, joined, page, percent, section, shown, table, tiles, write_page
from encoders.plots import Axes, Series, nice_ceiling, plot, plots

_DEPTHS = (1, 3, 5, 10)
_ARM_HEAD = ("Arm", "R@1", "R@3", "R@5", "R@10", "MRR", "nDCG@10")


def write_knowledge_report(report: Mapping[str, Any], folder: Path, *, title: str) -> None:
    """Write report.json and report.html into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(report, indent=2, ensure_ascii=False)
    (folder / "report.json").write_text(text + "\n", encoding="utf-8")
    lead = f"{report['questions']} questions, of which articles answer {report['answerable']}."
    write_page(folder, page(title, _headline(report), _sections(report), lead=lead))


def _headline(report: Mapping[str, Any]) -> Html:
    arm, speed = _last(report), report["latency"]
    last = report["arms"][arm]
    return tiles(
        [
            ("Right article first", percent(last["recall_at_1"]), arm),
            ("Among the first three", percent(last["recall_at_3"]), arm),
            ("Answerable or not", shown(report["answerability_auroc"]), "AUROC of the best p"),
            ("Cites a right article", percent(report["citations_right"]), "of answerable questions"),
            ("Quotes word for word", percent(report["citations_faithful"]), "of all answers"),
            ("One search", f"{speed['median_ms']:.1f} ms", f"95 % within {speed['p95_ms']:.1f} ms"),
        ]
    )


def _last(report: Mapping[str, Any]) -> str:
    """The arm of the whole search."""
    return "reranked" if "reranked" in report["arms"] else "fused"


def _sections(report: Mapping[str, Any]) -> Html:
    return joined(
        (
            section("Arms", _recall(report), table(_ARM_HEAD, _arms(report["arms"]), numbers=range(1, 7))),
            section("Do the probabilities hold?", _calibration(report["reliability"])),
            section("By language", _languages(report["by_language"])),
            section(
                "Near-misses",
                table(
                    ("Question", "Wanted", "Rank", "Found", "p"),
                    _missed(report["near_misses"]),
                    numbers=(2, 4),
                ),
                note="The right article was not first. Where it was not found at all there is no rank.",
            ),
            section(
                "Gaps",
                table(("Question", "Nearest", "p"), _gaps(report["gaps"]), numbers=(2,)),
                note="No article answers these. A high p means that one would have been cited.",
            ),
        )
    )


def _recall(report: Mapping[str, Any]) -> Html:
    series = [
        Series(
            name=arm,
            xs=_DEPTHS,
            ys=[one[f"recall_at_{k}"] or 0.0 for k in _DEPTHS],
            points=True,
        )
        for arm, one in report["arms"].items()
    ]
    axes = Axes(
        x="documents looked at", y="the right one is among them", x_range=(0, _DEPTHS[-1]), x_ticks=_DEPTHS
    )
    return plots([plot("Recall by arm", series, axes), _times(report["latency_quantiles_ms"])])


def _times(quantiles: Sequence[float]) -> Html:
    """What share of the searches was done when."""
    most = nice_ceiling(quantiles[-1])
    shares = [place / (len(quantiles) - 1) for place in range(len(quantiles))]
    axes = Axes(
        x="milliseconds", y="searches done", x_range=(0, most), x_ticks=[most * n / 5 for n in range(6)]
    )
    return plot("How long a search takes", [Series(name="done", xs=quantiles, ys=shares, points=True)], axes)


def _arms(arms: Mapping[str, Any]) -> list[Sequence[object]]:
    return [
        (
            arm,
            *(percent(one[f"recall_at_{k}"]) for k in _DEPTHS),
            shown(one["mrr"]),
            shown(one["ndcg_at_10"]),
        )
        for arm, one in arms.items()
    ]


def _calibration(bins: Sequence[Mapping[str, Any]]) -> Html:
    series = Series(
        name="right", xs=[one["stated"] for one in bins], ys=[one["observed"] for one in bins], points=True
    )
    figure = plot(
        "p of the first passage, and how often it was right",
        [series],
        Axes(x="stated", y="observed", diagonal=True),
        caption="On the dashed line the probabilities are right.",
    )
    rows = [(percent(one["stated"]), percent(one["observed"]), one["questions"]) for one in bins]
    return joined((plots([figure]), table(("Stated", "Right", "Questions"), rows, numbers=(0, 1, 2))))


def _languages(languages: Mapping[str, Any]) -> Html:
    rows = [
        (
            language,
            one["questions"],
            percent(one["arms"][_last(one)]["recall_at_1"]),
            percent(one["arms"][_last(one)]["recall_at_3"]),
            shown(one["answerability_auroc"]),
        )
        for language, one in languages.items()
    ]
    return table(("Language", "Questions", "R@1", "R@3", "AUROC"), rows, numbers=range(1, 5))


def _missed(rows: Sequence[Mapping[str, Any]]) -> list[Sequence[object]]:
    return [
        (one["question"], shown(one["wanted"]), shown(one["rank"]), shown(one["found"]), shown(one["p"]))
        for one in rows
    ]


def _gaps(rows: Sequence[Mapping[str, Any]]) -> list[Sequence[object]]:
    return [(one["question"], shown(one["found"][:1]), shown(one["p"])) for one in rows]
