"""The light part of the intent model: from a sentence vector to classes and to whether any class fits.

Applied with numpy alone; fitted in `intents.training`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from encoders.errors import ArtifactError
from encoders.logistic import Floats, Logistic

Vectors = NDArray[np.float32]
Counts = NDArray[np.int_]
NEIGHBOURS = 5
LOOKED_AT = 800
"""Examples among which neighbours are looked for: reading all of them for each text would push the encoder's
weights out of the processor's cache."""
ENERGY_SCALE = 0.07
SIGNALS = ("energy", "neighbours", "best_logit", "log_odds", "margin", "outside", "outside_gap")


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """A multinomial logistic head with what it needs to tell in-scope from out-of-scope.

    Attributes:
        weights, bias: (classes, d) and (classes,), over centred unit vectors.
        mean: (d,), the training vectors' mean, which is taken away first: encoders leave a common part.
        temperature: divides the logits (Guo et al., "On Calibration of Modern Neural Networks", 2017).
        prototypes: (classes, d), unit means of the classes.
        inside: training vectors (n, d) in scope, class after class; sizes: (classes,) how many each class has.
        outside: training vectors (m, d) out of scope. Both are centred and of unit length.
        in_scope: the logistic model over `signals`.
    """

    labels: tuple[str, ...]
    weights: Vectors
    bias: Vectors
    mean: Vectors
    temperature: float
    prototypes: Vectors
    inside: Vectors
    sizes: Counts
    outside: Vectors
    in_scope: Logistic

    def centred(self, vectors: Vectors) -> Vectors:
        """Unit vectors around the training mean."""
        return unit(vectors - self.mean)

    def logits(self, centred: Vectors) -> Vectors:
        """(n, classes), before the temperature."""
        result: Vectors = centred @ self.weights.T + self.bias
        return result

    def __call__(self, vectors: Vectors) -> tuple[Floats, Floats]:
        """Class probabilities (n, classes) and in-scope probabilities (n,) for unit vectors (n, d)."""
        centred = self.centred(vectors)
        logits = self.logits(centred) / np.float32(self.temperature)
        probabilities = softmax(logits)
        cosines = centred @ self.prototypes.T
        found = signals(
            logits,
            cosines,
            nearest_in_classes(centred, cosines, self.inside, self.sizes),
            nearest(centred, self.outside, 1),
        )
        return probabilities, self.in_scope(found)


def signals(logits: Vectors, cosines: Vectors, inside: Floats, outside: Floats) -> Floats:
    """What tells whether a text is in scope (n, len(SIGNALS)).

    The energy (Liu et al., "Energy-based Out-of-distribution Detection", 2020) of the cosines with all class
    means, the mean cosine of the nearest examples (Sun et al., "Out-of-Distribution Detection with Deep Nearest
    Neighbors", 2022), the best logit (Hendrycks et al., "Scaling Out-of-Distribution Detection for Real-World
    Settings", 2022), the log odds of its class, its margin, the cosine of the nearest known out-of-scope
    example, and by how much the inside is nearer.
    """
    probabilities = softmax(logits)
    top = np.sort(probabilities, axis=1)[:, -2:]
    best = np.clip(top[:, -1], 1e-6, 1 - 1e-6)
    second = top[:, 0] if probabilities.shape[1] > 1 else np.zeros(len(best))
    peak = cosines.max(axis=1, keepdims=True)
    energy = peak[:, 0] + ENERGY_SCALE * np.log(np.exp((cosines - peak) / ENERGY_SCALE).sum(axis=1))
    odds = np.log(best / (1 - best))
    columns = (energy, inside, logits.max(axis=1), odds, best - second, outside, inside - outside)
    return np.column_stack(columns).astype(float)


def nearest(queries: Vectors, examples: Vectors, count: int, *, same: bool = False) -> Floats:
    """The mean cosine of the `count` nearest examples, (n,); 0 where there are none.

    `same`: queries and examples are the same rows, and none is its own neighbour.
    """
    if len(examples) <= int(same):
        return np.zeros(len(queries))
    cosines = queries @ examples.T
    if same:
        np.fill_diagonal(cosines, -1.0)
    count = min(count, len(examples) - int(same))
    best: Floats = np.partition(cosines, -count, axis=1)[:, -count:].mean(axis=1).astype(float)
    return best


def nearest_in_classes(queries: Vectors, cosines: Vectors, examples: Vectors, sizes: Counts) -> Floats:
    """The mean cosine (n,) of the NEIGHBOURS nearest among the LOOKED_AT examples of the nearest classes.

    Args:
        cosines: (n, classes) of queries and class means.
        examples: (m, d), class after class, `sizes` (classes,) of each.
    """
    if len(examples) <= LOOKED_AT:
        return nearest(queries, examples, NEIGHBOURS)
    ends = np.cumsum(sizes)
    blocks = list(zip(ends - sizes, ends, strict=True))
    found = np.empty(len(queries))
    for row, (query, order) in enumerate(zip(queries, np.argsort(-cosines, axis=1), strict=True)):
        enough = 1 + int(np.searchsorted(np.cumsum(sizes[order]), LOOKED_AT))
        near = np.concatenate([examples[slice(*blocks[index])] @ query for index in order[:enough]])
        found[row] = np.partition(near, -NEIGHBOURS)[-NEIGHBOURS:].mean()
    return found


def unit(vectors: Vectors) -> Vectors:
    """Rows of L2 norm 1."""
    # As `np.linalg.norm`, without what it does for matrices and complex numbers: one text's row is short.
    norms = np.sqrt((vectors * vectors).sum(axis=1, keepdims=True))
    result: Vectors = vectors / np.maximum(norms, 1e-9)
    return result.astype(np.float32)


def softmax(logits: NDArray[np.floating]) -> Floats:
    """Rows that add up to 1."""
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    result: Floats = (powers / powers.sum(axis=1, keepdims=True)).astype(float)
    return result


_ARRAYS = ("weights", "bias", "mean", "prototypes", "inside", "outside")


def save_head(head: Head, folder: Path) -> None:
    """Write the head into `folder`: one .npy an array and head.json."""
    for name in _ARRAYS:
        np.save(folder / f"{name}.npy", getattr(head, name), allow_pickle=False)
    facts = {
        "labels": head.labels,
        "temperature": head.temperature,
        "signals": SIGNALS,
        "sizes": head.sizes.tolist(),
        "in_scope": head.in_scope.as_dict(),
    }
    (folder / "head.json").write_text(json.dumps(facts, indent=1, ensure_ascii=False), encoding="utf-8")


def load_head(folder: Path) -> Head:
    """The inverse of `save_head`.

    Raises:
        ArtifactError: when a part is missing or cannot be read.
    """
    try:
        facts = json.loads((folder / "head.json").read_text(encoding="utf-8"))
        if tuple(facts["signals"]) != SIGNALS or "sizes" not in facts:
            raise ValueError("it was trained by another version of kefu, train it again")
        arrays = {name: np.load(folder / f"{name}.npy", allow_pickle=False) for name in _ARRAYS}
        return Head(
            labels=tuple(facts["labels"]),
            temperature=float(facts["temperature"]),
            in_scope=Logistic.from_dict(facts["in_scope"]),
            sizes=np.array(facts["sizes"], int),
            **arrays,
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ArtifactError(f"The head of the intent model {folder} cannot be read: {error}") from error
