"""A reply that an agent may take as it is, change, or leave."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

Source = Literal["template", "past", "passage"]
SOURCES: Final[tuple[Source, ...]] = ("template", "past", "passage")


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """One suggested reply.

    Attributes:
        source: a response of the assistant, what agents answered to the like, or a sentence of an article.
        key: names it again when it is suggested for another message: the response, a hash of the past answer, the
            passage.
        score: its source's own, from 0 to 1.
        support: how alike the other suggestions are on average, from 0 to 1: many said so.
        title: the intent, or the article.
        url: of the article.
        features: what the ranking saw (`bot.assist.ranking`), kept with what the agent did.
    """

    source: Source
    key: str
    text: str
    score: float
    title: str = ""
    url: str = ""
    support: float = 0.0
    features: tuple[float, ...] = ()

    def seen_as(self, features: Sequence[float]) -> Suggestion:
        """The same with what the ranking saw."""
        return replace(self, features=tuple(round(float(one), 4) for one in features))

    def as_dict(self) -> dict[str, Any]:
        """As the console gets it."""
        return {
            "source": self.source, "key": self.key, "text": self.text, "score": round(self.score, 4),
            "title": self.title, "url": self.url, "features": list(self.features),
        }  # fmt: skip
