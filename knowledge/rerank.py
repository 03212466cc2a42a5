"""Reading a question and each of the best passages together, and correcting their probabilities by it.

A cross-encoder (Nogueira and Cho, "Passage Re-ranking with BERT", 2019) sees what two vectors cannot, and costs
milliseconds a passage: it looks at the first few only, and only where it was seen to help (`kefu knowledge tune`).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from encoders.artifacts import building, open_artifact
from encoders.cross_encoder import CrossEncoder
from encoders.errors import ArtifactError
from encoders.logistic import Floats
from knowledge.documents import Passage
from knowledge.ranker import Asked, Ranker, calibrated, fit_pairs

RERANKER = "reranker"
MOST = 6
"""So many passages are read."""
_FILE, _FOLDER = "reranker.json", "cross_encoder"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reranker:
    """Probabilities of passages → better ones.

    Attributes:
        ranker: of the log odds that the search gives and the cross-encoder's score.
        encoder_id: of the encoder whose searches it was fitted on.
        learnt: the training questions that the cross-encoder has seen: of these its scores say too much.
    """

    cross: CrossEncoder
    ranker: Ranker
    encoder_id: str
    learnt: frozenset[str] = frozenset()

    def __call__(self, question: str, passages: Sequence[Passage], p: Floats) -> Floats:
        """New probabilities (n,) of passages that come with theirs, best first; those not read stay below the read."""
        if not len(p):
            return p
        read = self.ranker(signals(p[:MOST], scores(self.cross, question, passages[:MOST])))
        return np.concatenate([read, np.minimum(p[MOST:], read.min())])

    @classmethod
    def load(cls, folder: Path, *, encoder_id: str) -> Reranker:
        """What `save_reranker` wrote.

        Raises:
            ArtifactError: when it is missing, damaged, or was fitted with another encoder.
        """
        open_artifact(folder, kind=RERANKER)
        try:
            data = json.loads((folder / _FILE).read_text(encoding="utf-8"))
            loaded = cls(
                cross=CrossEncoder(folder / _FOLDER),
                ranker=Ranker.from_dict(data["ranker"]),
                encoder_id=data["encoder_id"],
                learnt=frozenset(data["learnt"]),
            )
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ArtifactError(f"The reranker {folder} cannot be read: {error!r}. Tune it again.") from error
        if loaded.encoder_id != encoder_id:
            raise ArtifactError(
                f"The reranker {folder} was fitted with another encoder. Tune it again with "
                "`kefu knowledge tune --reranker`, or remove it."
            )
        return loaded


def save_reranker(
    cross: Path,
    ranker: Ranker,
    out: Path,
    *,
    encoder_id: str,
    facts: dict[str, Any],
    learnt: Sequence[str] = (),
) -> None:
    """Put an exported cross-encoder and what it was fitted to into one folder; `facts` stand in its manifest."""
    with building(out, kind=RERANKER, facts=facts) as draft:
        cross.rename(draft / _FOLDER)
        data = {"ranker": ranker.as_dict(), "encoder_id": encoder_id, "learnt": list(learnt)}
        (draft / _FILE).write_text(json.dumps(data, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def scores(cross: CrossEncoder, question: str, passages: Sequence[Passage]) -> Floats:
    """The cross-encoder's score of each passage (n,)."""
    return cross.scores(question, [f"{one.title}. {one.text}" for one in passages])


def signals(p: Floats, read: Floats) -> Floats:
    """What the reranker's ranker sees: log odds of the search, and scores; (n, 2)."""
    clipped = np.clip(p, 1e-6, 1 - 1e-6)
    return np.column_stack([np.log(clipped / (1 - clipped)), read])


def fit_reranker(asked: list[Asked]) -> Ranker:
    """Fit on questions that neither the search nor the cross-encoder was fitted on."""
    return calibrated(fit_pairs(asked), asked)
