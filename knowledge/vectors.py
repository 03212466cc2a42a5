"""Vectors around what their language and kind have in common.

Encoders leave a large common part in every vector, and multilingual ones a part per language; taking both away
makes a question meet its answer in another language, and cosines comparable.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
ENOUGH = 12
"""With fewer texts of a language, the mean over all languages stands in."""
AT_ONCE = 65_536
"""So many vectors are moved at once, as a million take gigabytes."""


def language_means(vectors: Vectors, languages: Sequence[str]) -> dict[str, Vectors]:
    """The mean vector of each language that has enough texts, and of all under the empty name."""
    of = np.array(languages)
    means = {"": vectors.mean(axis=0)}
    for language in sorted(set(languages)):
        if (of == language).sum() >= ENOUGH:
            means[language] = vectors[of == language].mean(axis=0)
    return means


def centred(vectors: Vectors, languages: Sequence[str], means: Mapping[str, Vectors]) -> Vectors:
    """Unit vectors around the mean of their language."""
    result = np.empty(vectors.shape, np.float32)
    for start in range(0, len(result), AT_ONCE):
        block = slice(start, start + AT_ONCE)
        moved = vectors[block] - np.stack([means.get(language, means[""]) for language in languages[block]])
        result[block] = moved / np.maximum(np.linalg.norm(moved, axis=1, keepdims=True), 1e-9)
    return result
