"""How good an intent model is on labelled texts it has not seen."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any

import numpy as np

from encoders.text import detect_language
from intents.classifier import IntentClassifier
from intents.examples import OUT_OF_SCOPE, Example
from intents.understanding import Understanding

CALIBRATION_BINS = 15


def evaluate_intents(classifier: IntentClassifier, examples: Sequence[Example]) -> dict[str, Any]:
    """Accuracy, macro-F1, calibration and out-of-scope figures; all, and by language."""
    found = classifier.understand([example.text for example in examples])
    report = _figures(examples, found)
    languages = [str(one.metadata.get("language") or detect_language(one.text)) for one in examples]
    report["by_language"] = {
        language: _figures(
            [one for one, is_in in zip(examples, languages, strict=True) if is_in == language],
            [one for one, is_in in zip(found, languages, strict=True) if is_in == language],
        )
        for language in sorted(set(languages))
    }
    report["intents"] = _table(examples, found)
    report["confusions"] = _confusions(examples, found)
    return report


def write_report(report: dict[str, Any], folder: Path, *, title: str) -> None:
    """`report.json`, and `report.html` which needs nothing else."""
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(report, indent=2, ensure_ascii=False)
    (folder / "report.json").write_text(text + "\n", encoding="utf-8")
    page = (
        "<!doctype html><meta charset='utf-8'>"
        f"<title>{escape(title)}</title><style>body{{font:15px/1.5 system-ui;margin:2rem auto;max-width:60rem}}"
        "table{border-collapse:collapse;margin:.3rem 0 1rem}td,th{padding:.2rem .7rem;border-bottom:1px solid #ddd;"
        "text-align:left;vertical-align:top}</style>"
        f"<h1>{escape(title)}</h1>{_html(report)}"
    )
    (folder / "report.html").write_text(page, encoding="utf-8")


def _html(value: Any) -> str:
    """Nested tables of whatever the report holds."""
    if isinstance(value, dict):
        rows = "".join(
            f"<tr><th>{escape(str(key))}</th><td>{_html(item)}</td></tr>" for key, item in value.items()
        )
        return f"<table>{rows}</table>"
    if isinstance(value, list):
        return "".join(f"<div>{_html(item)}</div>" for item in value) or "–"
    return escape(str(value))


def _figures(examples: Sequence[Example], found: Sequence[Understanding]) -> dict[str, Any]:
    from sklearn.metrics import f1_score, roc_auc_score, roc_curve

    pairs = [(one, said) for one, said in zip(examples, found, strict=True) if one.intent != OUT_OF_SCOPE]
    right = np.array([one.intent == said.intent for one, said in pairs], float)
    sure = np.array([said.confidence for _, said in pairs])
    flags = np.array([one.intent != OUT_OF_SCOPE for one in examples])
    scope = np.array([said.in_scope for said in found])
    figures: dict[str, Any] = {"examples": len(examples), "in_scope": len(pairs)}
    if pairs:
        truth, guess = [one.intent for one, _ in pairs], [said.intent or "" for _, said in pairs]
        figures["accuracy"] = round(float(right.mean()), 4)
        figures["macro_f1"] = round(
            float(f1_score(truth, guess, average="macro", labels=sorted(set(truth)))), 4
        )
        figures["ece"] = round(expected_calibration_error(sure, right), 4)
    if flags.any() and not flags.all():
        false, true, _ = roc_curve(flags, scope)
        figures["out_of_scope_auroc"] = round(float(roc_auc_score(flags, scope)), 4)
        figures["false_accepts_at_95_recall"] = round(float(false[np.argmax(true >= 0.95)]), 4)
        figures["out_of_scope_recall"] = round(float((scope[~flags] < 0.5).mean()), 4)
        figures["in_scope_recall"] = round(float((scope[flags] >= 0.5).mean()), 4)
    return figures


def expected_calibration_error(
    sure: np.ndarray[Any, Any], right: np.ndarray[Any, Any], bins: int = CALIBRATION_BINS
) -> float:
    """The mean gap between stated and observed over bins of equal mass (Naeini et al., 2015)."""
    order = np.argsort(sure, kind="stable")
    parts = [part for part in np.array_split(order, bins) if len(part)]
    gaps = [abs(sure[part].mean() - right[part].mean()) * len(part) for part in parts]
    return float(sum(gaps) / len(sure))


def _table(examples: Sequence[Example], found: Sequence[Understanding]) -> dict[str, dict[str, Any]]:
    wanted = Counter(one.intent for one in examples)
    given = Counter(
        said.intent for one, said in zip(examples, found, strict=True) if one.intent != OUT_OF_SCOPE
    )
    right = Counter(
        one.intent for one, said in zip(examples, found, strict=True) if one.intent == said.intent
    )
    return {
        intent: {
            "examples": count,
            "recall": round(right[intent] / count, 4),
            "precision": round(right[intent] / given[intent], 4) if given[intent] else None,
        }
        for intent, count in sorted(wanted.items())
        if intent != OUT_OF_SCOPE
    }


def _confusions(examples: Sequence[Example], found: Sequence[Understanding]) -> list[dict[str, Any]]:
    pairs: dict[tuple[str, str], list[str]] = {}
    for one, said in zip(examples, found, strict=True):
        if one.intent not in (OUT_OF_SCOPE, said.intent):
            pairs.setdefault((one.intent, said.intent or ""), []).append(one.text)
    ranked = sorted(pairs.items(), key=lambda item: -len(item[1]))
    return [
        {"wanted": wanted, "given": given, "count": len(texts), "examples": texts[:3]}
        for (wanted, given), texts in ranked
    ]
