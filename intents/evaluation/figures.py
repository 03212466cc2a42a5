"""The figures of an evaluation, for all texts or for a part of them."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np

from intents.evaluation.calibration import expected_calibration_error
from intents.evaluation.curves import area_under_error, coverage_curve
from intents.evaluation.scored import Scored
from intents.examples import OUT_OF_SCOPE

_CONFUSED_SHOWN = 5


def figures(scored: Scored) -> dict[str, Any]:
    """Accuracy, macro-F1, calibration and out-of-scope figures, as plain JSON.

    `false_accepts_at_95_recall` (FPR95) is the share of out-of-scope texts that are accepted where 95 % of the
    others are.
    """
    inside = scored.rows(np.flatnonzero(scored.inside))
    result: dict[str, Any] = {"examples": len(scored.examples), "in_scope": len(inside.examples)}
    if inside.examples:
        result |= _classes(inside)
    if scored.inside.any() and not scored.inside.all():
        result |= _scope(scored)
    if not np.isnan(scored.answer).any():
        result["error_over_coverage"] = round(area_under_error(coverage_curve(scored)), 4)
    return result


def macro_f1(scored: Scored) -> float:
    """The mean F1 over the intents that the texts have."""
    from sklearn.metrics import f1_score

    wanted = [one.intent for one in scored.examples]
    return float(
        f1_score(wanted, list(scored.given), average="macro", labels=sorted(set(wanted)), zero_division=0)
    )


def interval(right: int, of: int) -> list[float]:
    """The 95 % interval of a share (Wilson, "Probable Inference", 1927)."""
    z2 = 1.96**2
    middle = (right + z2 / 2) / (of + z2)
    half = 1.96 * ((right * (of - right) / of + z2 / 4) ** 0.5) / (of + z2)
    return [round(max(0.0, middle - half), 4), round(min(1.0, middle + half), 4)]


def intent_table(scored: Scored) -> dict[str, dict[str, Any]]:
    """Recall, precision and F1 of each intent, over the texts that have one."""
    inside = scored.rows(np.flatnonzero(scored.inside))
    wanted = Counter(one.intent for one in inside.examples)
    given = Counter(inside.given)
    right = Counter(one for one, hit in zip(inside.given, inside.right, strict=True) if hit)
    return {
        intent: {
            "examples": count,
            "recall": round(right[intent] / count, 4),
            "precision": round(right[intent] / given[intent], 4) if given[intent] else None,
            "f1": round(2 * right[intent] / (count + given[intent]), 4),
        }
        for intent, count in sorted(wanted.items())
    }


def confusions(scored: Scored) -> list[dict[str, Any]]:
    """Which intents were taken for which, the commonest first, with texts and where they stand."""
    pairs: dict[tuple[str, str], list[int]] = {}
    for row, (one, given) in enumerate(zip(scored.examples, scored.given, strict=True)):
        if one.intent not in (OUT_OF_SCOPE, given):
            pairs.setdefault((one.intent, given), []).append(row)
    ranked = sorted(pairs.items(), key=lambda item: (-len(item[1]), item[0]))
    return [
        {
            "wanted": wanted,
            "given": given,
            "count": len(rows),
            "examples": [scored.examples[row].text for row in rows[:_CONFUSED_SHOWN]],
            "sources": [scored.examples[row].source for row in rows[:_CONFUSED_SHOWN]],
        }
        for (wanted, given), rows in ranked
    ]


def _classes(inside: Scored) -> dict[str, Any]:
    right, count = inside.right, len(inside.examples)
    result: dict[str, Any] = {
        "accuracy": round(float(right.mean()), 4),
        "accuracy_interval": interval(int(right.sum()), count),
        "macro_f1": round(macro_f1(inside), 4),
    }
    if not np.isnan(inside.confidence).any():
        result["ece"] = round(expected_calibration_error(inside.confidence, right), 4)
    return result


def _scope(scored: Scored) -> dict[str, Any]:
    from sklearn.metrics import roc_auc_score, roc_curve

    flags, scores = scored.inside, scored.in_scope
    false, true, _ = roc_curve(flags, scores)
    return {
        "out_of_scope_auroc": round(float(roc_auc_score(flags, scores)), 4),
        "false_accepts_at_95_recall": round(float(false[np.argmax(true >= 0.95)]), 4),
        "out_of_scope_recall": round(float((scores[~flags] < 0.5).mean()), 4),
        "in_scope_recall": round(float((scores[flags] >= 0.5).mean()), 4),
    }
