"""Intents' names as examples: `card_arrival` says what its examples are about.

Whoever names an intent describes it, and a description beside a handful of examples is worth one more ("Few-shot
text classification with label semantics", Luo et al., 2021, "Don't Miss the Label Names!").
"""

from __future__ import annotations

import re

import numpy as np

from intents.head import Vectors, unit
from intents.training.light import Indexes

_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_NO_WORD = re.compile(r"[\W\d_]+")
CLOSE = 3
MEANINGFUL = 0.5


def spoken(label: str) -> str:
    """An intent's name as words: `faq/ask_OpeningTimes` → `faq ask opening times`."""
    return _NO_WORD.sub(" ", _CAMEL.sub(" ", label)).strip().lower()


def meaningful(names: Vectors, vectors: Vectors, targets: Indexes) -> bool:
    """Whether names (classes, d) speak of what the examples (n, d) do: most lie near their own class's mean.

    `intent_1`, or names in a language that the encoder does not know, do not.
    """
    centre = vectors.mean(axis=0)
    means = unit(np.stack([vectors[targets == c].mean(axis=0) for c in range(len(names))]) - centre)
    cosines = unit(names - names.mean(axis=0)) @ means.T
    nearer = (cosines > np.diag(cosines)[:, None]).sum(axis=1)
    return bool((nearer < min(CLOSE, max(1, len(names) // 2))).mean() >= MEANINGFUL)
