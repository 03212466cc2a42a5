"""What the ranker sees of each document that may answer, over all parts of an index."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from encoders.logistic import Floats
from knowledge.segment import Look
from knowledge.spans import Numbers

CANDIDATES = 12
BY_WORDS, BY_SUBJECT = 6.0, 6.0
"""What a full match by words, or of the subject, is worth in standard deviations of the cosine."""
FAR = 8.0
"""In standard deviations: among a handful of passages, differences beyond this mean nothing."""
FAINT = 0.3
"""Less of a subject than this is not taken for the whole of it, even where nothing else is named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The candidates of one question: documents and their best passages by number, and the signals.

    Attributes:
        signals: (n, len(knowledge.ranker.SIGNALS)).
    """

    documents: Numbers
    passages: Numbers
    signals: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What the candidates of a question are measured against.

    Attributes:
        mean, spread: of the question's cosines with passages in general.
        outside: the nearest known question that nothing answers, as a cosine.
    """

    mean: float
    spread: float
    outside: float


def joined(looks: Sequence[tuple[Look, int, int]]) -> Look:
    """Looks of several segments as one; each comes with what its documents and passages begin to count at."""
    if len(looks) == 1:
        return looks[0][0]
    parts = {
        name: np.concatenate([getattr(look, name) for look, _, _ in looks])
        for name in ("dense", "question", "words", "subject", "same")
    }
    return Look(
        documents=np.concatenate([look.documents + first for look, first, _ in looks]),
        passages=np.concatenate([look.passages + first for look, _, first in looks]),
        **parts,
    )


def found(look: Look, around: Surroundings, *, most: int) -> Found:
    """The `most` promising documents of a look with their signals, best first by a fixed sum."""
    mean, spread = around.mean, around.spread
    question = np.where(np.isnan(look.question), mean, look.question)
    subject = look.subject / max(float(look.subject.max(initial=0.0)), FAINT)
    dense_z, question_z = (look.dense - mean) / spread, (question - mean) / spread
    total = dense_z + question_z + BY_WORDS * look.words + BY_SUBJECT * subject
    chosen = np.argsort(-total, kind="stable")[:most]
    signals = np.column_stack(
        [
            look.dense[chosen],
            np.clip(dense_z[chosen], -FAR, FAR),
            question[chosen],
            np.clip(question_z[chosen], -FAR, FAR),
            look.words[chosen],
            np.full(len(chosen), (around.outside - mean) / spread),
            look.same[chosen],
            np.clip(_lead(total, chosen), -5.0, 5.0),
            subject[chosen],
        ]
    )
    return Found(documents=look.documents[chosen], passages=look.passages[chosen], signals=signals)


def _lead(total: Floats, chosen: Numbers) -> Floats:
    """How far each of the chosen is ahead of the best of all others, which counts as 0 at least."""
    if not len(chosen):
        return np.zeros(0)
    first, second = np.maximum(np.append(total[chosen[:2]], -np.inf)[:2], 0.0)
    return np.asarray(total[chosen] - np.where(np.arange(len(chosen)) == 0, second, first), float)
