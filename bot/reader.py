"""Reading a message: what it means and which passages may answer it, off the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from bot.dialog.decision import Candidate
from encoders.encoder import Encoded
from encoders.workers import ModelWorkers
from intents.classifier import IntentClassifier
from intents.understanding import Understanding
from knowledge.base import KnowledgeBase
from knowledge.documents import Passage, Retrieved
from knowledge.filters import Filter

MOST_INTENTS = 5
MOST_PASSAGES = 8
MOST_AHEAD = 256
"""Texts encoded ahead that nobody came to read."""
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A message as the models see it."""

    understanding: Understanding
    retrieved: Retrieved

    def passage(self, passage_id: str) -> Passage | None:
        """The retrieved passage of that id."""
        return next((one for one in self.retrieved.passages if one.id == passage_id), None)


class Reader:
    """The intent model and the knowledge base of one release, behind single-thread workers.

    Where both use the same encoder, or the one's was tuned from the other's, a message is encoded once.
    """

    def __init__(
        self,
        *,
        classifier: IntentClassifier,
        knowledge: KnowledgeBase | None,
        workers: ModelWorkers,
        refine: Callable[[Understanding], Understanding] | None = None,
    ) -> None:
        """`refine` adds to what the model understood what needs no model."""
        self.classifier = classifier
        self.knowledge = knowledge
        self._refine = refine or (lambda understanding: understanding)
        self._workers = workers
        self._ahead: dict[str, asyncio.Task[Encoded]] = {}
        original = classifier.encoder.original
        mine = {classifier.encoder.id, original.id if original else ""}
        self._shared = knowledge is not None and knowledge.encoder.id in mine

    def ahead(self, text: str) -> None:
        """Begin to encode a text that will be read in a moment, while its message is being stored."""
        if not self._shared or text in self._ahead:
            return
        task = asyncio.create_task(self._workers.run(self._encoded, text))
        task.add_done_callback(lambda done: self._dropped(text) if _failed(done) else None)
        self._ahead[text] = task
        if len(self._ahead) > MOST_AHEAD:
            self._ahead.pop(next(iter(self._ahead)))

    async def read(
        self,
        text: str,
        *,
        context: Sequence[str] = (),
        language: str | None = None,
        where: Filter | None = None,
    ) -> Reading:
        """Understand a text and retrieve for it.

        Args:
            context: what was said before, by both sides, oldest first.
            language: the conversation's, preferred among equally good passages.
            where: what articles have to fit.
        """
        if self._shared or self.knowledge is None:
            encoded = await self._ahead.pop(text) if text in self._ahead else None
            return await self._workers.run(self.read_now, text, context, language, where, encoded)
        understanding, retrieved = await asyncio.gather(
            self._workers.run(self._understand, text),
            self._workers.run(self._search, text, context, language, where),
        )
        return Reading(understanding=understanding, retrieved=retrieved)

    async def run(self, function: Callable[..., Result], *args: Any, **options: Any) -> Result:
        """Other work that is too long for the event loop, on the same workers."""
        return await self._workers.run(partial(function, *args, **options))

    def read_now(
        self,
        text: str,
        context: Sequence[str] = (),
        language: str | None = None,
        where: Filter | None = None,
        encoded: Encoded | None = None,
    ) -> Reading:
        """The same in the calling thread; `encoded` where the text has been already."""
        if not self._shared or self.knowledge is None:
            return Reading(
                understanding=self._understand(text), retrieved=self._search(text, context, language, where)
            )
        encoded = encoded or self._encoded(text)
        understanding = self._refine(self.classifier.understand_encoded([text], encoded)[0])
        retrieved = self.knowledge.search_vector(
            text, encoded.original[0], context=context, language=language, where=where, k=MOST_PASSAGES
        )
        return Reading(understanding=understanding, retrieved=retrieved)

    def _encoded(self, text: str) -> Encoded:
        """What one pass of the encoder gives for the intents, their entities and the articles."""
        encoder = self.classifier.encoder
        other = self.knowledge is not None and self.knowledge.encoder.id != encoder.id
        return encoder.read([text], original=other, states=self.classifier.reads_states)

    def _dropped(self, text: str) -> None:
        """Whoever comes to read the text encodes it then, and is told what goes wrong."""
        self._ahead.pop(text, None)

    def _understand(self, text: str) -> Understanding:
        return self._refine(self.classifier.understand([text])[0])

    def _search(
        self, text: str, context: Sequence[str], language: str | None, where: Filter | None
    ) -> Retrieved:
        if self.knowledge is None:
            return Retrieved()
        return self.knowledge.search(text, context=context, language=language, where=where, k=MOST_PASSAGES)


def _failed(task: asyncio.Task[Encoded]) -> bool:
    return task.cancelled() or task.exception() is not None


def candidates(
    reading: Reading, *, titles: Mapping[str, Mapping[str, str]], language: str
) -> tuple[Candidate, ...]:
    """Everything that competes to be the answer: intents, and the best passage of each document.

    The probabilities are each model's own; a release's `Calibration` puts them on one scale.

    Args:
        titles: intent → language → how it reads on a button (`choices` in kefu.yml).
    """
    understanding = reading.understanding
    intents = tuple(
        Candidate(
            kind="intent",
            name=score.intent,
            p=understanding.in_scope * score.confidence,
            title=_title(score.intent, titles, language),
        )
        for score in understanding.ranking[:MOST_INTENTS]
    )
    best: dict[str, Passage] = {}
    for passage in reading.retrieved.passages:
        kept = best.get(passage.document_id)
        if kept is None or passage.p > kept.p:
            best[passage.document_id] = passage
    passages = tuple(
        Candidate(kind="passage", name=passage.id, p=passage.p, title=passage.title)
        for passage in best.values()
    )
    return intents + passages


def _title(intent: str, titles: Mapping[str, Mapping[str, str]], language: str) -> str:
    return titles.get(intent, {}).get(language) or intent.replace("_", " ").replace("/", ": ").capitalize()
