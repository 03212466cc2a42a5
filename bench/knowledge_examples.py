"""Labelled utterances as a FAQ: each training example a document, a test utterance a question.

    python -m bench.knowledge_examples TRAIN.csv TEST.csv [--most N]

BANKING77 (PolyAI) and CLINC150 (clinc/oos-eval) as CSV with the columns text and intent or category. The first document
is right when its label is. Nothing is fitted: the same fixed weights fuse the arms as in an index without questions.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from encoders.encoder import Encoder, serving_encoder
from encoders.records import read_csv, text_field
from encoders.resolve import ENGLISH
from knowledge.build import assembled_index
from knowledge.documents import Document
from knowledge.index import KnowledgeIndex
from knowledge.ranker import SIGNALS


def main() -> None:
    parser = argparse.ArgumentParser(description="Labelled utterances as FAQ retrieval.")
    parser.add_argument("train", type=Path)
    parser.add_argument("test", type=Path)
    parser.add_argument("--most", type=int, default=10**9, help="so many test utterances")
    options = parser.parse_args()
    shown, asked = rows(options.train), rows(options.test)
    asked = [asked[place] for place in np.random.default_rng(0).permutation(len(asked))[: options.most]]
    documents = [
        Document(id=str(number), title=text, text=text, language="en")
        for number, (text, _) in enumerate(shown)
    ]
    index = assembled_index(documents, Encoder.load(serving_encoder(ENGLISH)), [])
    labels = [label for _, label in shown]
    hits: dict[str, list[bool]] = {}
    for text, label in asked:
        for arm, first in firsts(index, text).items():
            hits.setdefault(arm, []).append(labels[first] == label)
    print(f"{len(shown)} documents, {len(asked)} questions, label of the first document right:")
    for arm, right in hits.items():
        print(f"  {arm:8s} {np.mean(right):.4f}")


def rows(path: Path) -> list[tuple[str, str]]:
    """(text, label) of a CSV file; out-of-scope rows have no document and are left out."""
    found = [
        (text_field(row, ("text",), path, line), text_field(row, ("intent", "category"), path, line))
        for line, row in read_csv(path)
    ]
    return [(text, label) for text, label in found if label not in ("oos", "out_of_scope")]


def firsts(index: KnowledgeIndex, text: str) -> dict[str, int]:
    """The number of the first document by each arm."""
    candidates = index.candidates(index.query(text, index.encoder.encode([text])[0]), most=400)
    p = index.fitted.ranker(candidates.signals)
    found = {arm: candidates.signals[:, SIGNALS.index(arm)] for arm in ("lexical", "dense")} | {"fused": p}
    return {arm: int(candidates.documents[int(np.argmax(scores))]) for arm, scores in found.items()}


if __name__ == "__main__":
    main()
