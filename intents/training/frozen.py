"""The recipe `fast`: the encoder as it is, and a head in seconds."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from encoders.encoder import Encoder
from encoders.progress import progress
from intents.head import Vectors
from intents.training.light import Sample
from intents.training.names import meaningful, spoken
from intents.training.rows import Rows


def sample_of(rows: Rows, encoder: Path, learnt: tuple[Vectors, Vectors] | None = None) -> Sample:
    """Everything a head is fitted on, as the served encoder in this folder makes it.

    `learnt`: (mean, logit weights) from fine-tuning.
    """
    names = [spoken(label) for label in rows.labels]
    vectors, outside, named = encoded(encoder, [rows.texts, rows.outside, names])
    says = meaningful(named, vectors, rows.targets)
    mean, prototypes = (vectors.mean(axis=0), None) if learnt is None else learnt
    return Sample(
        vectors=vectors,
        targets=rows.targets,
        outside=outside,
        names=named if says else named[:0],
        mean=mean,
        prototypes=prototypes,
    )


def encoded(folder: Path, parts: Sequence[Sequence[str]]) -> list[Vectors]:
    """Vectors of each part's texts, as the served encoder makes them."""
    encoder = Encoder.load(folder, threads=os.cpu_count() or 1)
    with progress("Embedding", sum(map(len, parts))) as step:
        return [encoder.encode(texts, progress=step) for texts in parts]
