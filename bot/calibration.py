"""One scale for everything that competes: the stated probability of the best candidate, corrected.

Intents and passages are calibrated each by itself, but the best of many candidates is best partly by luck, so
that its probability overstates itself. What the models say of training messages that they were not fitted on
shows by how much.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

from bot.dialog.decision import Candidate
from bot.evaluation.outcomes import HeldOut, Kind, is_right
from encoders.errors import ArtifactError
from encoders.logistic import Floats, fit_logistic

ENOUGH = 100
"""With fewer training messages of any kind the probabilities stay as they are."""
_EDGE = 1e-6
_FAR = 0.01
"""How far away the other side can seem."""
_NEITHER: Kind = "unanswerable"
_SIDE: Mapping[Kind, str] = {"intent": "intent", "question": "passage"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """p → σ(a · ln p − b · ln(1 − p) + c + d · logit q), rising in p for a, b ≥ 0; the identity for 1, 1, 0, 0.

    Beta calibration (Kull, Silva Filho, Flach, "Beta calibration", AISTATS 2017) with one thing more: q, the
    best candidate of the other side. Where articles come near, a message that is like an intent is hardly one
    of those that nothing answers, and the reverse.
    """

    a: float = 1.0
    b: float = 1.0
    c: float = 0.0
    d: float = 0.0

    def __call__(self, p: float, q: float = 0.5) -> float:
        """The corrected probability of a candidate of probability p; q is the best of the other side."""
        rising, falling, beside = _terms(p, q)
        return 1.0 / (1.0 + math.exp(-(self.a * rising + self.b * falling + self.c + self.d * beside)))

    def apply(self, candidates: Sequence[Candidate]) -> tuple[Candidate, ...]:
        """The candidates with corrected probabilities; their order within a side stays."""
        return tuple(replace(one, p=self(one.p, best_beside(one, candidates))) for one in candidates)

    def save(self, path: Path) -> None:
        """Write it as JSON."""
        path.write_text(json.dumps(asdict(self)) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> Calibration:
        """The inverse of `save`.

        Raises:
            ArtifactError: when the file is missing or holds something else.
        """
        try:
            return cls(**{key: float(value) for key, value in json.loads(path.read_text("utf-8")).items()})
        except (OSError, ValueError, TypeError, AttributeError) as error:
            raise ArtifactError(f"{path} cannot be read ({error}). Train a new release.") from error


def best_beside(candidate: Candidate, candidates: Sequence[Candidate]) -> float:
    """The probability of the best candidate of the other side, 0 where there is none."""
    return max((one.p for one in candidates if one.kind != candidate.kind), default=0.0)


def _terms(p: float, q: float) -> tuple[float, float, float]:
    p, q = min(max(p, _EDGE), 1.0 - _EDGE), min(max(q, _FAR), 1.0 - _FAR)
    return math.log(p), -math.log1p(-p), math.log(q / (1.0 - q))


def fit_calibration(messages: Sequence[tuple[HeldOut, Sequence[Candidate]]]) -> Calibration:
    """Fit on training messages with the candidates that models give which were not fitted on them.

    Messages for an intent, for an article and for neither weigh the same in sum, in each language: what the mix
    will be in production nobody knows at training. A message for an intent for which an article is the best
    candidate, or the reverse, teaches nothing: nobody said that the other does not answer it as well.
    """
    best = [(message, max(found, key=lambda one: one.p), found) for message, found in messages if found]
    rows = [row for row in best if _SIDE.get(_kind(row[0]), row[1].kind) == row[1].kind]
    kinds = [_kind(message) for message, _, _ in rows]
    if min(kinds.count(kind) for kind in (*_SIDE, _NEITHER)) < ENOUGH:
        return Calibration()
    terms = np.array([_terms(one.p, best_beside(one, found)) for _, one, found in rows])
    right = np.array([float(is_right(one, message)) for message, one, _ in rows])
    return _fitted(terms, right, _weights([message for message, _, _ in rows]))


def _kind(message: HeldOut) -> Kind:
    return message.kind if message.answers else _NEITHER


def _weights(messages: Sequence[HeldOut]) -> Floats:
    """Each kind the same in sum within a language, each message of it the same."""
    groups = [(message.language, _kind(message)) for message in messages]
    sizes = Counter(groups)
    languages = Counter(message.language for message in messages)
    return np.array([languages[group[0]] / sizes[group] for group in groups]) / 3.0


def _fitted(terms: Floats, right: Floats, weights: Floats) -> Calibration:
    """With both slopes, or one of them where the other would turn the order of candidates round."""
    for columns in ([0, 1, 2], [0, 2], [1, 2]):
        model = fit_logistic(terms[:, columns], right, row_weights=weights, ridge=0.5)
        slopes = np.zeros(3)
        slopes[columns] = model.weights / model.scale
        if (slopes[columns[:-1]] > 0).all():
            a, b, d = map(float, slopes)
            return Calibration(a=a, b=b, c=float(model.bias - slopes[columns] @ model.mean), d=d)
    return Calibration()
