"""Changes three documents together for ever, one line for each change: python -m … INDEX DATABASE."""

from __future__ import annotations

import sys
from pathlib import Path

from encoders.encoder import Encoder, serving_encoder
from encoders.resolve import ENGLISH
from knowledge.documents import Document
from knowledge.index import KnowledgeIndex
from knowledge.postgres.knowledge import PostgresKnowledge


def main(folder: Path, url: str) -> None:
    index = KnowledgeIndex.open(folder, Encoder.load(serving_encoder(ENGLISH)))
    live = PostgresKnowledge.open(index, url)
    passage = live.passage("a#0")
    generation = int(passage.text.split()[-1]) if passage else 0
    while True:
        generation += 1
        live.put(
            [
                Document(id=name, title=name, text=f"This is generation {generation}", language="en")
                for name in ("a", "b", "c")
            ]
        )
        print(generation, flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
