"""Labelled utterances as a FAQ: each training example a document, a test utterance a question.

    python -m bench.knowledge_examples DATA [--only banking77/10] [--most N]

BANKING77 (PolyAI) and CLINC150 (clinc/oos-eval), with ten examples a label and with all. The first document is right
when its label is; what no label fits is not asked. Nothing is fitted: fixed weights fuse the arms as in an index
without questions.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from bench.intents_data import Row, load
from encoders.encoder import Encoder, serving_encoder
from encoders.resolve import ENGLISH
from knowledge.build import assembled_index
from knowledge.documents import Document
from knowledge.index import KnowledgeIndex
from knowledge.ranker import SIGNALS

TASKS = ("banking77/10", "banking77/full", "clinc150/10", "clinc150/full")
_OUTSIDE = ("oos", "out_of_scope")


def main() -> None:
    parser = argparse.ArgumentParser(description="Labelled utterances as FAQ retrieval.")
    parser.add_argument("data", type=Path, help="the folder with banking77/ and clinc150/")
    parser.add_argument("--only", action="append", choices=TASKS)
    parser.add_argument("--most", type=int, default=10**9, help="so many test utterances")
    options = parser.parse_args()
    encoder = Encoder.load(serving_encoder(ENGLISH))
    for name in options.only or TASKS:
        task = load(options.data, *name.split("/"))
        asked = [row for row in task.test if row[1] not in _OUTSIDE]
        asked = [asked[place] for place in np.random.default_rng(0).permutation(len(asked))[: options.most]]
        measure(name, task.train, asked, encoder)


def measure(name: str, shown: Sequence[Row], asked: Sequence[Row], encoder: Encoder) -> None:
    """Print how often the first document's label is right, by arm."""
    documents = [
        Document(id=str(number), title=text, text=text, language="en")
        for number, (text, _) in enumerate(shown)
    ]
    index = assembled_index(documents, encoder, [])
    hits: dict[str, list[bool]] = {}
    for text, label in asked:
        for arm, first in firsts(index, text).items():
            hits.setdefault(arm, []).append(shown[first][1] == label)
    rights = ", ".join(f"{arm} {np.mean(right):.4f}" for arm, right in hits.items())
    print(f"{name}: {len(shown)} documents, {len(asked)} questions: {rights}", flush=True)


def firsts(index: KnowledgeIndex, text: str) -> dict[str, int]:
    """The number of the first document by each arm."""
    candidates = index.candidates(index.query(text, index.encoder.encode([text])[0]), most=400)
    p = index.fitted.ranker(candidates.signals)
    found = {arm: candidates.signals[:, SIGNALS.index(arm)] for arm in ("lexical", "dense")} | {"fused": p}
    return {arm: int(candidates.documents[int(np.argmax(scores))]) for arm, scores in found.items()}


if __name__ == "__main__":
    main()
