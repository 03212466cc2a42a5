"""What the bot asks of a knowledge base, whatever is behind it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from encoders.encoder import Encoder
from knowledge.documents import Passage, Retrieved
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
