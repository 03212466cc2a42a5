"""The recipe `fast`: the encoder as it is, and a head in seconds."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from encoders.encoder import Encoder
from encoders.progress import progress
from intents.head import Vectors
from intents.training.light import Indexes, Sample
from intents.training.names import meaningful, spoken
from intents.training.rows import Rows

FOLDS = 5


def sample_of(rows: Rows, encoder: Path, learnt: tuple[Vectors, Vectors] | None = None) -> Sample:
    """Everything a head is fitted on, as the served encoder in this folder makes it.

    `learnt`: (mean, logit weights) from fine-tuning.
    """
    vectors, outside = encoded(encoder, [rows.texts, rows.outside])
    names = names_of(rows.labels, Encoder.load(encoder), vectors, rows.targets)
    mean, prototypes = (vectors.mean(axis=0), None) if learnt is None else learnt
    return Sample(
        vectors=vectors,
        targets=rows.targets,
        outside=outside,
        names=names,
        mean=mean,
        prototypes=prototypes,
    )


def encoded(folder: Path, parts: Sequence[Sequence[str]]) -> list[Vectors]:
    """Vectors of each part's texts, as the served encoder makes them."""
    encoder = Encoder.load(folder, threads=os.cpu_count() or 1)
    with progress("Embedding", sum(map(len, parts))) as step:
        return [encoder.encode(texts, progress=step) for texts in parts]


def names_of(labels: Sequence[str], encoder: Encoder, vectors: Vectors, targets: Indexes) -> Vectors:
    """Vectors (classes, d) of the classes' names; (0, d) where they do not say what the examples (n, d) do."""
    names = encoder.encode([spoken(label) for label in labels])
    return names if meaningful(names, vectors, targets) else names[:0]
