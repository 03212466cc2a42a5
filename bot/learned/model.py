"""The served model of next actions: a softmax over the sum of the weights of what is true."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bot.dialog.learned import Guess
from encoders.errors import ArtifactError

WEIGHTS: Final = "weights.npy"
NAMES: Final = "names.json"
_REASONS: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class NextActions:
    """A multinomial logistic regression over sparse binary features.

    Attributes:
        actions: the classes, at least two.
        features: the row of `weights` of each feature.
        weights: (features + 1, actions); the last row is the bias.
        threshold: the probability from which on it may act.
    """

    actions: Sequence[str]
    features: dict[str, int]
    weights: NDArray[np.float32]
    threshold: float

    def guess(self, features: frozenset[str]) -> Guess:
        """The likeliest action and the next; features that no story had say nothing."""
        known = sorted(name for name in features if name in self.features)
        rows = self.weights[[self.features[name] for name in known]]
        scores = rows.sum(axis=0) + self.weights[-1]
        p = np.exp(scores - scores.max())
        p /= p.sum()
        second, first = np.argsort(p, kind="stable")[-2:]
        speaks = rows[:, first] - rows[:, second]
        because = [
            known[place] for place in np.argsort(-speaks, kind="stable")[:_REASONS] if speaks[place] > 0
        ]
        return Guess(
            action=self.actions[first],
            p=float(p[first]),
            second=self.actions[second],
            second_p=float(p[second]),
            because=tuple(because),
        )

    def save(self, folder: Path) -> None:
        """Write the model into a new folder."""
        folder.mkdir()
        np.save(folder / WEIGHTS, self.weights, allow_pickle=False)
        names = {"actions": list(self.actions), "features": list(self.features), "threshold": self.threshold}
        text = json.dumps(names, indent=1, ensure_ascii=False)
        (folder / NAMES).write_text(text + "\n", encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> NextActions:
        """The inverse of `save`.

        Raises:
            ArtifactError: when a file is missing, damaged or does not fit the other.
        """
        try:
            names = json.loads((folder / NAMES).read_text(encoding="utf-8"))
            weights = np.load(folder / WEIGHTS, allow_pickle=False)
            model = cls(
                actions=tuple(names["actions"]),
                features={name: row for row, name in enumerate(names["features"])},
                weights=weights,
                threshold=float(names["threshold"]),
            )
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ArtifactError(f"{folder} cannot be read ({error}). Train a new release.") from error
        if weights.shape != (len(model.features) + 1, len(model.actions)) or len(model.actions) < 2:
            raise ArtifactError(f"{folder}: the weights do not fit the names. Train a new release.")
        return model
