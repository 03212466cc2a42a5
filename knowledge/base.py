"""What the bot asks of a knowledge base, whatever is behind it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol, runtime_checkable

from encoders.encoder import Encoder
from knowledge.documents import Document, Passage, Retrieved
from knowledge.filters import Filter


class KnowledgeBase(Protocol):
    """Finds passages for questions."""

    @property
    def encoder(self) -> Encoder:
        """Makes the vectors that `search_vector` takes."""

    def search(
        self,
        question: str,
        *,
        context: Sequence[str] = (),
        language: str | None = None,
        where: Filter | None = None,
        k: int = 10,
    ) -> Retrieved:
        """The `k` best passages for a question.

        Args:
            context: what was said before, by both sides, oldest first.
            language: preferred among equally good passages; detected where None.
            where: what documents have to fit; all are searched where None.
        """

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

    def passage(self, passage_id: str) -> Passage | None:
        """The passage of that id."""


@runtime_checkable
class LiveKnowledgeBase(KnowledgeBase, Protocol):
    """A knowledge base whose documents are put and deleted while it is searched, each change whole or not at all."""

    def put(self, documents: Sequence[Document]) -> None:
        """Add documents, or change those of the same ids, as one change that searches see when this returns.

        Raises:
            ArtifactError: when it cannot be written; nothing is changed then.
        """

    def delete(self, document_ids: Sequence[str]) -> None:
        """Delete documents, as one change; ids that are not there are passed over.

        Raises:
            ArtifactError: when it cannot be written; nothing is changed then.
        """

    def sync(self, documents: Sequence[Document]) -> int:
        """Take over what changed in the project's files, and say how many documents did.

        What was put or deleted here stays as it is until the file itself changes.

        Raises:
            ArtifactError: when it cannot be written; nothing is changed then.
        """

    def close(self) -> None:
        """Let go of files and connections; the changes stay."""
