"""How long a model takes, measured where it is asked."""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np

from intents.classifier import IntentClassifier

_WARM_UP, _MOST = 5, 200


def latency(classifier: IntentClassifier, texts: Sequence[str]) -> dict[str, float]:
    """Milliseconds for one message on one thread, over at most 200 of the texts, spread evenly."""
    step = max(1, len(texts) // _MOST)
    chosen = list(texts[::step])[:_MOST]
    for text in chosen[:_WARM_UP]:
        classifier.understand([text])
    taken = [_milliseconds(classifier, text) for text in chosen]
    return {
        "texts": len(taken),
        "median_ms": round(float(np.median(taken)), 2),
        "p95_ms": round(float(np.quantile(taken, 0.95)), 2),
    }


def _milliseconds(classifier: IntentClassifier, text: str) -> float:
    start = time.perf_counter()
    classifier.understand([text])
    return 1000 * (time.perf_counter() - start)
