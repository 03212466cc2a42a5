"""A knowledge index on disk: passages, their vectors in FAISS, BM25, known questions and the fitted ranker."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from encoders.artifacts import open_artifact
from encoders.encoder import Encoder
from encoders.errors import ArtifactError
from encoders.logistic import Floats
from encoders.text import detect_language
from knowledge.documents import Passage, Retrieved
from knowledge.lexical import LexicalIndex
from knowledge.ranker import Ranker
from knowledge.vectors import Vectors, centred

KIND = "knowledge index"
NEAREST = 200
"""Keys looked at by cosine; a document with none among them is not a candidate by meaning."""
CANDIDATES = 12
SHORT_QUESTION = 6
"""In words or Chinese characters by two: a shorter question is searched with what was said before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """What vectors stand for: passages first, then known questions of documents.

    Attributes:
        document: (keys,) number of the document a key leads to; -1 for a question that nothing answers.
        passages: how many of the keys are passages.
    """

    document: NDArray[np.int_]
    passages: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """Mean vectors by language, of passages and of questions."""

    passage: dict[str, Vectors]
    question: dict[str, Vectors]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The candidates of one question: documents by number, their best passages, and the signals."""

    documents: NDArray[np.int_]
    passages: NDArray[np.int_]
    signals: Floats


class KnowledgeIndex:
    """An open index; a `knowledge.base.KnowledgeBase`."""

    def __init__(
        self,
        *,
        encoder: Encoder,
        passages: Sequence[Passage],
        keys: Keys,
        means: Means,
        vectors: Any,
        lexical: LexicalIndex,
        ranker: Ranker,
        facts: dict[str, Any],
    ) -> None:
        """Use `open`, or `knowledge.build.build_index`."""
        self.encoder = encoder
        self.facts = facts
        self.passages = tuple(passages)
        self._ids = {passage.id: place for place, passage in enumerate(self.passages)}
        self._keys = keys
        self._means = means
        self._vectors = vectors
        self._lexical = lexical
        self._ranker = ranker
        self._of_passage = keys.document[: keys.passages]
        self._languages = np.array([passage.language for passage in self.passages])
        sample = np.linspace(0, keys.passages - 1, min(256, keys.passages)).astype(int)
        self._sample = np.stack([vectors.reconstruct(int(place)) for place in sample])

    @classmethod
    def open(cls, folder: Path, encoder: Encoder) -> KnowledgeIndex:
        """The index in `folder`, to be searched with `encoder`.

        Raises:
            ArtifactError: when it is missing, damaged, or was made with another encoder.
        """
        facts = open_artifact(folder, kind=KIND)
        if facts.get("encoder_id") != encoder.id:
            raise ArtifactError(
                f"The index {folder} was made with the encoder {facts.get('encoder')!r}, not with "
                f"{encoder.name!r}. Build it again with `kefu knowledge build`."
            )
        return cls(encoder=encoder, facts=facts, **_read(folder))

    def search(
        self, question: str, *, context: Sequence[str] = (), language: str | None = None, k: int = 10
    ) -> Retrieved:
        """The `k` best passages for a question; see `KnowledgeBase`."""
        vector = self.encoder.encode([question])[0]
        return self.search_vector(question, vector, context=context, language=language, k=k)

    def search_vector(
        self,
        question: str,
        vector: Any,
        *,
        context: Sequence[str] = (),
        language: str | None = None,
        k: int = 10,
    ) -> Retrieved:
        """The same for a question whose vector (d,) is known already."""
        language = language or detect_language(question)
        if context and _is_short(question):
            question, vector = self._with_context(question, vector, context[-1])
        found = self.candidates(question, vector, language)
        p = self._ranker(found.signals)
        order = np.argsort(-p, kind="stable")[:k]
        hits = tuple(
            replace(self.passages[found.passages[place]], score=float(p[place]), p=float(p[place]))
            for place in order
        )
        return Retrieved(passages=hits, p_answerable=hits[0].p if hits else 0.0)

    def passage(self, passage_id: str) -> Passage | None:
        """The passage of that id."""
        place = self._ids.get(passage_id)
        return None if place is None else self.passages[place]

    def candidates(
        self, question: str, vector: Any, language: str, *, without: NDArray[np.int_] | None = None
    ) -> Found:
        """The documents that may answer, with their signals.

        Args:
            without: keys to leave out, as when a training question is looked up with itself known.
        """
        query = centred(np.asarray(vector)[None], [language], self._means.question)
        cosines, numbers = self._vectors.search(query, min(NEAREST, self._vectors.ntotal))
        cosine = np.full(self._vectors.ntotal, float(cosines[0].min()) if len(cosines[0]) else 0.0)
        cosine[numbers[0]] = cosines[0]
        if without is not None:
            cosine[without] = -1.0
        lexical = self._lexical.scores(question)
        return self._signals(query[0], cosine, lexical, language)

    def _signals(self, query: Vectors, cosine: Floats, lexical: Floats, language: str) -> Found:
        documents = int(self._of_passage.max()) + 1
        count = self._keys.passages
        same = (self._languages == language).astype(float)
        every = self._sample @ query
        mean, spread = float(every.mean()), float(every.std()) + 1e-6
        dense = _best(cosine[:count] + 1e-3 * same, self._of_passage, documents)
        asked, of_asked = cosine[count:], self._keys.document[count:]
        inside = of_asked >= 0
        question = _best(asked[inside], of_asked[inside], documents, empty=mean)
        words = _best(lexical, self._of_passage, documents)
        outside = float(asked[~inside].max()) if (~inside).any() else mean
        total = (dense - mean) / spread + (question - mean) / spread + 6.0 * words
        chosen = np.argsort(-total, kind="stable")[:CANDIDATES]
        best_passage = _best_place(cosine[:count] + 0.5 * lexical, self._of_passage, documents)[chosen]
        lead = total[chosen] - np.array([np.delete(total, one).max(initial=0.0) for one in chosen])
        signals = np.column_stack(
            [
                dense[chosen],
                (dense[chosen] - mean) / spread,
                question[chosen],
                (question[chosen] - mean) / spread,
                words[chosen],
                np.full(len(chosen), (outside - mean) / spread),
                same[best_passage],
                np.clip(lead, -5.0, 5.0),
            ]
        )
        return Found(documents=chosen, passages=best_passage, signals=signals)

    def _with_context(self, question: str, vector: Any, before: str) -> tuple[str, Any]:
        """A short follow-up leans on the message before it."""
        mixed = np.asarray(vector) + 0.5 * self.encoder.encode([before])[0]
        return f"{question} {before}", mixed / max(float(np.linalg.norm(mixed)), 1e-9)


def _best(values: Floats, of: NDArray[np.int_], documents: int, *, empty: float = 0.0) -> Floats:
    """The largest value of each document; `empty` where it has none."""
    best = np.full(documents, -np.inf)
    np.maximum.at(best, of, values)
    return np.where(np.isinf(best), empty, best)


def _best_place(values: Floats, of: NDArray[np.int_], documents: int) -> NDArray[np.int_]:
    """The place of the largest value of each document."""
    place = np.zeros(documents, int)
    place[of[np.argsort(values, kind="stable")]] = np.argsort(values, kind="stable")
    return place


def _is_short(question: str) -> bool:
    words = len(question.split())
    return words < SHORT_QUESTION and len(question) < SHORT_QUESTION * (6 if words > 1 else 2)


def write_index(folder: Path, index: KnowledgeIndex) -> None:
    """Write everything but the manifest into an artifact's draft."""
    import faiss

    lines = (json.dumps(asdict(passage), ensure_ascii=False) for passage in index.passages)
    (folder / "passages.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    faiss.write_index(index._vectors, str(folder / "vectors.faiss"))
    np.save(folder / "documents.npy", index._keys.document, allow_pickle=False)
    for kind in ("passage", "question"):
        means = getattr(index._means, kind)
        np.save(folder / f"{kind}_means.npy", np.stack(list(means.values())), allow_pickle=False)
    index._lexical.save(folder / "lexical")
    facts = {
        "passages": index._keys.passages,
        "passage_means": list(index._means.passage),
        "question_means": list(index._means.question),
        "ranker": index._ranker.as_dict(),
    }
    (folder / "index.json").write_text(json.dumps(facts, indent=1), encoding="utf-8")


def _read(folder: Path) -> dict[str, Any]:
    import faiss

    try:
        facts = json.loads((folder / "index.json").read_text(encoding="utf-8"))
        lines = (folder / "passages.jsonl").read_text(encoding="utf-8").splitlines()
        means = {
            kind: dict(
                zip(
                    facts[f"{kind}_means"],
                    np.load(folder / f"{kind}_means.npy", allow_pickle=False),
                    strict=True,
                )
            )
            for kind in ("passage", "question")
        }
        return {
            "passages": [Passage(**json.loads(line)) for line in lines],
            "keys": Keys(
                document=np.load(folder / "documents.npy", allow_pickle=False), passages=facts["passages"]
            ),
            "means": Means(**means),
            "vectors": faiss.read_index(str(folder / "vectors.faiss")),
            "lexical": LexicalIndex.load(folder / "lexical"),
            "ranker": Ranker.from_dict(facts["ranker"]),
        }
    except (OSError, ValueError, KeyError, TypeError, RuntimeError) as error:
        raise ArtifactError(f"The index {folder} cannot be read: {error}. Build it again.") from error
