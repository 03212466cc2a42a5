"""Changes three documents together for ever, one line for each change: python -m … INDEX PLACE.

PLACE is the folder of a live store, or a PostgreSQL database.
"""

from __future__ import annotations

import sys
from pathlib import Path

from encoders.encoder import Encoder, serving_encoder
from encoders.resolve import ENGLISH
from knowledge.base import LiveKnowledgeBase
from knowledge.documents import Document
from knowledge.index import KnowledgeIndex
from knowledge.live import LiveKnowledge
from knowledge.postgres.knowledge import PostgresKnowledge

NAMES = ("a", "b", "c")


def main(folder: Path, place: str) -> None:
    live = opened(KnowledgeIndex.open(folder, Encoder.load(serving_encoder(ENGLISH))), place)
    generation = max(generations(live), default=0)
    while True:
        generation += 1
        text = f"This is generation {generation}"
        live.put([Document(id=name, title=name, text=text, language="en") for name in NAMES])
        print(generation, flush=True)


def opened(index: KnowledgeIndex, place: str) -> LiveKnowledgeBase:
    """The index with the changes kept at a place."""
    if place.startswith("postgresql"):
        return PostgresKnowledge.open(index, place)
    return LiveKnowledge.open(index, Path(place))


def generations(live: LiveKnowledgeBase) -> set[int]:
    """The generations of the three documents, as far as they are there: one, where changes are whole."""
    found = (live.passage(f"{name}#0") for name in NAMES)
    return {int(one.text.split()[-1]) for one in found if one is not None}


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
