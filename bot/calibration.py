"""One scale for everything that competes: the stated probability of the best candidate, corrected.

Intents and passages are calibrated each by itself, but the best of many candidates is best partly by luck, so
that its probability overstates itself. What the models say of training messages that they were not fitted on
shows by how much.
"""

from __future__ import annotations

import json
import math
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
_NEITHER: Kind = "unanswerable"
_SIDE: Mapping[Kind, str] = {"intent": "intent", "question": "passage"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """p → σ(a · ln p − b · ln(1 − p) + c), rising for a, b ≥ 0; the identity for 1, 1, 0.

    Beta calibration: Kull, Silva Filho, Flach, "Beta calibration", AISTATS 2017.
    """

    a: float = 1.0
    b: float = 1.0
    c: float = 0.0

    def __call__(self, p: float) -> float:
        p = min(max(p, _EDGE), 1.0 - _EDGE)
        return 1.0 / (1.0 + math.exp(-(self.a * math.log(p) - self.b * math.log1p(-p) + self.c)))

    def apply(self, candidates: Sequence[Candidate]) -> tuple[Candidate, ...]:
        """The candidates with corrected probabilities."""
        return tuple(replace(one, p=self(one.p)) for one in candidates)

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


def fit_calibration(messages: Sequence[tuple[HeldOut, Sequence[Candidate]]]) -> Calibration:
    """Fit on training messages with the candidates that models give which were not fitted on them.

    Messages for an intent, for an article and for neither weigh the same in sum, in each language: what the mix
    will be in production nobody knows at training. A message for an intent for which an article is the best
    candidate, or the reverse, teaches nothing: nobody said that the other does not answer it as well.
    """
    best = [(message, max(found, key=lambda one: one.p)) for message, found in messages if found]
    rows = [(message, one) for message, one in best if _SIDE.get(_kind(message), one.kind) == one.kind]
    kinds = [_kind(message) for message, _ in rows]
    if min(kinds.count(kind) for kind in (*_SIDE, _NEITHER)) < ENOUGH:
        return Calibration()
    p = np.clip([one.p for _, one in rows], _EDGE, 1 - _EDGE)
    right = np.array([float(is_right(one, message)) for message, one in rows])
    return _fitted(np.log(p), -np.log1p(-p), right, _weights(rows))


def _kind(message: HeldOut) -> Kind:
    return message.kind if message.answers else _NEITHER


def _weights(rows: Sequence[tuple[HeldOut, Candidate]]) -> Floats:
    """Each kind the same in sum within a language, each row of them the same."""
    groups = [(message.language, _kind(message)) for message, _ in rows]
    sizes: dict[tuple[str, Kind], int] = {}
    for group in groups:
        sizes[group] = sizes.get(group, 0) + 1
    languages: Mapping[str, int] = {
        language: sum(count for (of, _), count in sizes.items() if of == language) for language, _ in sizes
    }
    return np.array([languages[group[0]] / sizes[group] for group in groups]) / 3.0


def _fitted(rising: Floats, falling: Floats, right: Floats, weights: Floats) -> Calibration:
    """Both slopes, or one of them where the other would turn the order of candidates round."""
    for columns in ((rising, falling), (rising,), (falling,)):
        model = fit_logistic(np.column_stack(columns), right, row_weights=weights, ridge=0.5)
        slopes = model.weights / model.scale
        if (slopes > 0).all():
            a = float(slopes[0]) if columns[0] is rising else 0.0
            b = float(slopes[-1]) if columns[-1] is falling else 0.0
            return Calibration(a=a, b=b, c=float(model.bias - slopes @ model.mean))
    return Calibration()
