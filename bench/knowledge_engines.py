"""The same passages in files (FAISS) and in PostgreSQL (pgvector): what each search takes, and whether they agree.

    python -m bench.knowledge_engines N [--keep FOLDER]

Passages and questions are those of `bench.knowledge_scale`; the server is one that pgserver brings. How many of
the ten best passages both engines give is said beside how long they took, and whether the first is the same.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from bench.knowledge_scale import QUESTIONS, WARM, build, sentences_of
from encoders.encoder import Encoder, serving_encoder
from encoders.resolve import ENGLISH
from knowledge.base import KnowledgeBase
from knowledge.documents import Retrieved
from knowledge.index import KnowledgeIndex
from knowledge.ingest import read_questions
from knowledge.live import LiveKnowledge
from knowledge.postgres.knowledge import PostgresKnowledge

ARTICLES = Path("data/shop/knowledge/en")
ASKED = Path("data/shop/knowledge/questions.jsonl")


def main() -> None:
    import pgserver

    parser = argparse.ArgumentParser(description="Compare the engines of articles.")
    parser.add_argument("passages", type=int)
    parser.add_argument(
        "--keep", type=Path, help="an index of bench.knowledge_scale; made there if it is not"
    )
    options = parser.parse_args()
    encoder = Encoder.load(serving_encoder(ENGLISH))
    asked = [one.question for one in read_questions([ASKED]) if one.language == "en"][: QUESTIONS + WARM]
    with tempfile.TemporaryDirectory() as place:
        folder = options.keep or Path(place, "index")
        if not folder.exists():
            build(folder, encoder, sentences_of(ARTICLES), options.passages)
        index = KnowledgeIndex.open(folder, encoder)
        server = pgserver.get_server(Path(place, "postgresql"), cleanup_mode="delete")
        try:
            began = time.perf_counter()
            shared = PostgresKnowledge.open(index, server.get_uri())
            print(f"put into PostgreSQL in {time.perf_counter() - began:.0f} s", flush=True)
            files = LiveKnowledge.open(index, Path(place, "live"))
            report(searched("files", files, asked), searched("PostgreSQL", shared, asked))
            shared.close()
            files.close()
        finally:
            server.cleanup()


def searched(engine: str, base: KnowledgeBase, asked: Sequence[str]) -> list[Retrieved]:
    """What is found for each question behind the first few, which only warm caches up."""
    for question in asked[:WARM]:
        base.search(question)
    times, found = [], []
    for question in asked[WARM:]:
        began = time.perf_counter()
        found.append(base.search(question))
        times.append(1000 * (time.perf_counter() - began))
    print(
        f"{engine}, with the encoder: median {statistics.median(times):.1f} ms, p95 {np.percentile(times, 95):.1f} ms",
        flush=True,
    )
    return found


def report(files: Sequence[Retrieved], shared: Sequence[Retrieved]) -> None:
    """How far the engines agree."""
    pairs = [
        ([hit.id for hit in one.passages], [hit.id for hit in other.passages])
        for one, other in zip(files, shared, strict=True)
    ]
    both = np.mean([len({*one} & {*other}) / max(1, len(one)) for one, other in pairs])
    first = np.mean([one[:1] == other[:1] for one, other in pairs])
    print(f"{len(pairs)} questions: {both:.3f} of the ten best are the same, {first:.3f} of the first")


if __name__ == "__main__":
    main()
