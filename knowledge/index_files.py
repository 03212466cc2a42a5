"""An index's files: arrays, lines and FAISS lists; no pickle."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from encoders.artifacts import link_folder
from encoders.errors import ArtifactError
from encoders.logistic import Logistic
from knowledge.dense import DenseIndex
from knowledge.index import Fitted, KnowledgeIndex
from knowledge.lexical import LexicalIndex
from knowledge.passages import PassageFile, write_passages
from knowledge.ranker import Ranker
from knowledge.rerank import Reranker
from knowledge.segment import Segment
from knowledge.subjects import Subjects

_ARRAYS = ("starts", "languages", "question_of", "trained", "ids", "contents", "outside")
LARGE_BYTES = 256 * 1024 * 1024
_RERANKER = "reranker"
_MEANS = ("passage_means", "question_means")


def write_index(folder: Path, index: KnowledgeIndex) -> None:
    """Write everything but the manifest into an artifact's draft."""
    base, fitted = index.base, index.fitted
    write_passages(folder, base.passages)
    for name in _ARRAYS:
        np.save(folder / f"{name}.npy", getattr(base, name), allow_pickle=False)
    for name in _MEANS:
        np.save(folder / f"{name}.npy", np.stack(list(getattr(fitted, name).values())), allow_pickle=False)
    base.dense.save(folder)
    facts = {
        **{name: list(getattr(fitted, name)) for name in _MEANS},
        "language_names": list(base.language_names),
        "lexical": base.lexical.save(folder / "lexical"),
        "subjects": base.subjects.save(folder / "subjects"),
        "metadata": {str(number): dict(one) for number, one in base.metadata.items()},
        "ranker": fitted.ranker.as_dict(),
        "seeking": fitted.seeking.as_dict() if fitted.seeking else None,
    }
    (folder / "index.json").write_text(json.dumps(facts, indent=1, ensure_ascii=False), encoding="utf-8")


def write_reranker(folder: Path, reranker: Path) -> None:
    """Put a tuned reranker's folder beside the index's files."""
    link_folder(reranker, folder / _RERANKER)


def read_reranker(folder: Path, *, encoder_id: str) -> Reranker | None:
    """The reranker beside an index's files, where there is one.

    Raises:
        ArtifactError: when it cannot be used.
    """
    place = folder / _RERANKER
    return Reranker.load(place, encoder_id=encoder_id) if place.is_dir() else None


def is_large(folder: Path) -> bool:
    """Whether hashing the files would take longer than opening them is worth."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) > LARGE_BYTES


def read_index(folder: Path) -> tuple[Segment, Fitted]:
    """The inverse of `write_index`.

    Raises:
        ArtifactError: when a file is missing or cannot be read.
    """
    try:
        facts = json.loads((folder / "index.json").read_text(encoding="utf-8"))
        return _segment(folder, facts), _fitted(folder, facts)
    except (OSError, ValueError, KeyError, TypeError, RuntimeError) as error:
        raise ArtifactError(f"The index {folder} cannot be read: {error}. Build it again.") from error


def _segment(folder: Path, facts: dict[str, Any]) -> Segment:
    arrays = {name: np.load(folder / f"{name}.npy", allow_pickle=False) for name in _ARRAYS}
    return Segment(
        passages=PassageFile(folder),
        language_names=tuple(facts["language_names"]),
        dense=DenseIndex.load(folder),
        lexical=LexicalIndex.load(folder / "lexical", facts["lexical"]),
        subjects=Subjects.load(folder / "subjects", facts["subjects"]),
        metadata={int(number): one for number, one in facts.get("metadata", {}).items()},
        **arrays,
    )


def _fitted(folder: Path, facts: dict[str, Any]) -> Fitted:
    means = {
        name: dict(zip(facts[name], np.load(folder / f"{name}.npy", allow_pickle=False), strict=True))
        for name in _MEANS
    }
    return Fitted(
        **means,
        ranker=Ranker.from_dict(facts["ranker"]),
        seeking=Logistic.from_dict(facts["seeking"]) if facts["seeking"] else None,
    )
