"""How good an intent model is on labelled texts it has not seen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from intents.classifier import IntentClassifier
from intents.evaluation.calibration import reliability
from intents.evaluation.curves import Aim, coverage_curve, operating_point, roc_points
from intents.evaluation.figures import confusions, figures, intent_table
from intents.evaluation.latency import latency
from intents.evaluation.scored import Scored, score
from intents.examples import Example


def evaluate_intents(
    classifier: IntentClassifier, examples: Sequence[Example], *, aim: Aim | None = None
) -> dict[str, Any]:
    """Everything that is measured of a model, as plain JSON; see `measured` for its parts."""
    report = measured(score(classifier, examples), aim=aim)
    report["latency"] = latency(classifier, [one.text for one in examples])
    return report


def measured(scored: Scored, *, aim: Aim | None = None) -> dict[str, Any]:
    """The figures of `figures`, overall and by language; intents, confusions, curves and operating point."""
    report = figures(scored)
    languages = np.array(scored.languages)
    report["by_language"] = {
        str(language): figures(scored.rows(np.flatnonzero(languages == language)))
        for language in np.unique(languages)
    }
    report["intents"] = intent_table(scored)
    report["confusions"] = confusions(scored)
    inside = scored.rows(np.flatnonzero(scored.inside))
    if inside.examples:
        report["reliability"] = reliability(inside.confidence, inside.right)
    curve = coverage_curve(scored)
    report["coverage_error"] = curve.points()
    report["operating_point"] = operating_point(curve, aim or Aim())
    if scored.inside.any() and not scored.inside.all():
        report["roc"] = roc_points(scored.inside, scored.in_scope)
    return report
