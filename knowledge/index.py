"""A knowledge index: documents that never change, those that changed since, and the fitted ranker."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from encoders.artifacts import open_artifact
from encoders.encoder import Encoder
from encoders.errors import ArtifactError
from encoders.logistic import Floats, Logistic
from encoders.text import detect_language
from knowledge.counted import query_tokens
from knowledge.documents import Passage, Retrieved
from knowledge.filters import Filter
from knowledge.hashes import hashed
from knowledge.ranker import Ranker
from knowledge.rerank import MOST, Reranker
from knowledge.segment import Look, Query, Segment
from knowledge.signals import CANDIDATES, Found, Surroundings, found, joined
from knowledge.spans import Numbers
from knowledge.tokens import leans_on_context
from knowledge.vectors import Vectors, centred

KIND = "knowledge index"
LEAST_SPREAD = 0.02
"""Of cosines, in standard deviations: an article that is alone must not look far ahead of all others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """What was learnt from the articles and the training questions.

    Attributes:
        passage_means, question_means: mean vectors by language, "" for all.
        seeking: from a centred question's vector, whether it is of the kind that articles answer; None without
            enough training questions of both kinds.
    """

    passage_means: dict[str, Vectors]
    question_means: dict[str, Vectors]
    ranker: Ranker
    seeking: Logistic | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What differs from the base segment.

    Attributes:
        hidden: (documents of the base,) those that were deleted or stand in `segment` now.
        segment: new and changed documents, where there are some.
    """

    hidden: NDArray[np.bool_]
    segment: Segment | None = None


class KnowledgeIndex:
    """An open index; a `knowledge.base.KnowledgeBase`. Immutable: `changed` gives another one."""

    def __init__(
        self,
        *,
        encoder: Encoder,
        base: Segment,
        fitted: Fitted,
        facts: dict[str, Any],
        changes: Changes | None = None,
        reranker: Reranker | None = None,
    ) -> None:
        """Use `open`, or `knowledge.build.build_index`."""
        self.reranker = reranker
        self.encoder = encoder
        self.facts = facts
        self.base = base
        self.fitted = fitted
        self.changes = changes
        spread = np.linspace(0, len(base.passages) - 1, min(256, len(base.passages))).astype(int)
        self._sample = np.asarray(base.dense.rows[spread], np.float32)

    @classmethod
    def open(cls, folder: Path, encoder: Encoder) -> KnowledgeIndex:
        """The index in `folder`, to be searched with `encoder`.

        A large index is checked by the sizes of its files, not by their hashes: it opens at once.

        Raises:
            ArtifactError: when it is missing, damaged, or was made with another encoder.
        """
        from knowledge.index_files import is_large, read_index, read_reranker

        facts = open_artifact(folder, kind=KIND, verify=not is_large(folder))
        if facts.get("encoder_id") != encoder.id:
            raise ArtifactError(
                f"The index {folder} was made with the encoder {facts.get('encoder')!r}, not with "
                f"{encoder.name!r}. Build it again with `kefu knowledge build`."
            )
        base, fitted = read_index(folder)
        reranker = read_reranker(folder, encoder_id=encoder.id)
        return cls(encoder=encoder, base=base, fitted=fitted, facts=facts, reranker=reranker)

    def changed(self, changes: Changes) -> KnowledgeIndex:
        """The same base with these changes instead of its present ones."""
        return self._with(changes=changes)

    def refitted(self, fitted: Fitted) -> KnowledgeIndex:
        """The same documents under another ranker."""
        return self._with(fitted=fitted)

    def reranked(self, reranker: Reranker | None) -> KnowledgeIndex:
        """The same documents, the best of them read by a reranker, or by none."""
        return self._with(reranker=reranker)

    def _with(self, **other: Any) -> KnowledgeIndex:
        same = {
            name: getattr(self, name)
            for name in ("encoder", "base", "fitted", "facts", "changes", "reranker")
        }
        return KnowledgeIndex(**(same | other))

    def search(
        self,
        question: str,
        *,
        context: Sequence[str] = (),
        language: str | None = None,
        where: Filter | None = None,
        k: int = 10,
    ) -> Retrieved:
        """The `k` best passages for a question; see `KnowledgeBase`."""
        vector = self.encoder.encode([question])[0]
        return self.search_vector(question, vector, context=context, language=language, where=where, k=k)

    def search_vector(
        self,
        question: str,
        vector: Any,
        *,
        context: Sequence[str] = (),
        language: str | None = None,
        where: Filter | None = None,
        k: int = 10,
    ) -> Retrieved:
        """The same for a question whose vector (d,) is known already."""
        query = self.query(question, vector, context=context, language=language)
        return self.retrieved(query, self.candidates(query, most=max(k, CANDIDATES), where=where), k=k)

    def retrieved(self, query: Query, candidates: Found, *, k: int = 10) -> Retrieved:
        """The candidates of a question ranked, the `k` best of them with their probabilities."""
        numbers, p = self.best(candidates, k=k)
        return self.told(query, [self.passage_at(int(one)) for one in numbers], p, k=k)

    def best(self, candidates: Found, *, k: int) -> tuple[Numbers, Floats]:
        """The numbers of the passages that `told` needs to tell the `k` best, best first, and their probabilities."""
        p = self.fitted.ranker(candidates.signals)
        order = np.argsort(-p, kind="stable")[: max(k, MOST) if self.reranker else k]
        return candidates.passages[order], p[order]

    def told(self, query: Query, passages: Sequence[Passage], p: Floats, *, k: int) -> Retrieved:
        """Passages with their probabilities, read by the reranker where there is one, as a search gives them."""
        if self.reranker is not None:
            p = self.reranker(query.text, passages, p)
        hits = tuple(
            replace(passages[place], score=float(p[place]), p=float(p[place]))
            for place in np.argsort(-p, kind="stable")[:k].tolist()
        )
        seeking = self.fitted.seeking
        return Retrieved(
            passages=hits,
            p_answerable=hits[0].p if hits else 0.0,
            p_seeking=float(seeking(query.vector[None].astype(float))[0]) if seeking else None,
        )

    def passage(self, passage_id: str) -> Passage | None:
        """The passage of that id."""
        document = hashed([passage_id.rsplit("#", 1)[0]])[0]
        for segment, hidden in self._segments():
            number = segment.number(document)
            if number is None or (hidden is not None and hidden[number]):
                continue
            span = range(int(segment.starts[number]), int(segment.starts[number + 1]))
            passages = (segment.passages[place] for place in span)
            return next((one for one in passages if one.id == passage_id), None)
        return None

    def query(
        self,
        question: str,
        vector: Any,
        *,
        context: Sequence[str] = (),
        language: str | None = None,
        without: Numbers | None = None,
    ) -> Query:
        """A question as the segments look it up; see `KnowledgeBase.search`.

        A follow-up that says little by itself leans on what was said before it. `without` are known questions of
        the base to leave out.
        """
        language = language or detect_language(question)
        text = question
        if context and leans_on_context(question):
            before = context[-2:]
            vector = np.asarray(vector) + 0.5 * self.encoder.encode(before).mean(axis=0)
            text = " ".join((question, *before))
        return Query(
            text=text,
            vector=centred(np.asarray(vector)[None], [language], self.fitted.question_means)[0],
            tokens=query_tokens(text),
            turns=(question, *reversed(context)) if context else (),
            language=language,
            without=without,
        )

    def candidates(self, query: Query, *, most: int = CANDIDATES, where: Filter | None = None) -> Found:
        """The documents that may answer, with their signals."""
        segments = [(segment, _hidden(segment, hidden, where)) for segment, hidden in self._segments()]
        known = np.any([segment.lexical.known(query.tokens) for segment, _ in segments], axis=0)
        per_token = max(1, int(known.sum())) * self.base.lexical.ceiling
        looks: list[tuple[Look, int, int]] = []
        documents = passages = 0
        for segment, hidden in segments:
            look = segment.look(query, hidden=hidden, per_token=per_token)
            looks.append((look, documents, passages))
            documents, passages = documents + segment.documents, passages + len(segment.passages)
        return found(joined(looks), self.surroundings(query), most=most)

    def surroundings(self, query: Query) -> Surroundings:
        """What the base's passages in general, and its questions without an answer, are like for a question."""
        every = self._sample @ query.vector
        mean = float(every.mean())
        return Surroundings(
            mean=mean,
            spread=max(float(every.std()), LEAST_SPREAD),
            outside=float(self.base.unanswered(query).max()) if len(self.base.outside) else mean,
        )

    def _segments(self) -> list[tuple[Segment, NDArray[np.bool_] | None]]:
        if self.changes is None:
            return [(self.base, None)]
        base = (self.base, self.changes.hidden)
        return [base, (self.changes.segment, None)] if self.changes.segment else [base]

    def passage_at(self, number: int) -> Passage:
        """The passage of a number, as `candidates` gives it."""
        for segment, _ in self._segments():
            if number < len(segment.passages):
                return segment.passages[number]
            number -= len(segment.passages)
        raise IndexError(number)


def _hidden(
    segment: Segment, hidden: NDArray[np.bool_] | None, where: Filter | None
) -> NDArray[np.bool_] | None:
    """The documents that are not to be found: hidden ones, and those that do not fit."""
    barred = segment.barred(where) if where is not None else None
    if hidden is None or barred is None:
        return barred if hidden is None else hidden
    return np.asarray(hidden | barred)
