"""How an index of many passages builds, opens and searches.

    python -m bench.knowledge_scale N [--articles FOLDER] [--keep FOLDER]

Passages are made from the sentences of real articles: each is two of them with words dropped, its vector theirs mixed
with noise, so that words and vectors are spread as real ones are. Questions are customers' own, embedded when they are
asked. Recall is that of the dense arm against comparing all vectors.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from encoders.artifacts import building
from encoders.encoder import Encoder, serving_encoder
from encoders.resolve import ENGLISH
from knowledge.documents import Passage
from knowledge.encode import EncodedDocument, Means, assembled
from knowledge.index import KIND, Fitted, KnowledgeIndex
from knowledge.index_files import write_index
from knowledge.ingest import read_documents, read_questions
from knowledge.markup import sections
from knowledge.ranker import DEFAULT
from knowledge.vectors import language_means

QUESTIONS = 200
NOISE = 0.6
"""Length of the noise beside a vector of length 1."""
MIB = 1024 * 1024


def main() -> None:
    parser = argparse.ArgumentParser(description="Time a large index.")
    parser.add_argument("passages", type=int)
    parser.add_argument("--articles", type=Path, default=Path("data/shop/knowledge/en"))
    parser.add_argument(
        "--keep", type=Path, help="build the index here and keep it; searched as it is if there"
    )
    parser.add_argument("--questions", type=Path, default=Path("data/shop/knowledge/questions.jsonl"))
    options = parser.parse_args()
    encoder = Encoder.load(serving_encoder(ENGLISH))
    lines = sorted(
        {
            line
            for one in read_documents([options.articles])
            for part in sections(one.text)
            for line in part.lines
        }
    )
    with tempfile.TemporaryDirectory() as place:
        folder = options.keep or Path(place, "index")
        if not folder.exists():
            build(folder, encoder, lines, options.passages)
        asked = [one.question for one in read_questions([options.questions]) if one.language == "en"]
        search(folder, encoder, asked)


def build(folder: Path, encoder: Encoder, lines: Sequence[str], count: int) -> None:
    """Make the passages and index them; the time is that of indexing, without embedding."""
    documents, vectors = passages(encoder, lines, count)
    means = language_means(vectors[:20_000], ["en"] * min(count, 20_000))
    began = time.perf_counter()
    base = assembled(documents, Means(passage=means, question=means))
    fitted = Fitted(passage_means=means, question_means=means, ranker=DEFAULT)
    facts: dict[str, Any] = {"encoder": encoder.name, "encoder_id": encoder.id}
    index = KnowledgeIndex(encoder=encoder, base=base, fitted=fitted, facts=facts)
    with building(folder, kind=KIND, facts=facts) as draft:
        write_index(draft, index)
    took = time.perf_counter() - began
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    print(
        f"built {count} passages in {took:.0f} s ({count / took:.0f} passages/s), {size / MIB:.0f} MiB on disk"
    )


def passages(encoder: Encoder, lines: Sequence[str], count: int) -> tuple[list[EncodedDocument], Any]:
    """One document for each passage."""
    random = np.random.default_rng(0)
    real = encoder.encode(lines, kind="document")
    pairs = random.integers(len(lines), size=(count, 2))
    vectors = np.empty((count, real.shape[1]), np.float32)
    for start in range(0, count, 50_000):
        part = pairs[start : start + 50_000]
        mixed = 0.7 * real[part[:, 0]] + 0.3 * real[part[:, 1]]
        noise = random.normal(size=mixed.shape).astype(np.float32)
        mixed += NOISE * noise / np.linalg.norm(noise, axis=1, keepdims=True)
        vectors[start : start + len(part)] = mixed / np.linalg.norm(mixed, axis=1, keepdims=True)
    none, documents = np.zeros((0, real.shape[1]), np.float32), []
    for number, (first, second) in enumerate(pairs):
        words = f"{lines[first]} {lines[second]}".split()
        text = " ".join(words[place] for place in np.flatnonzero(random.random(len(words)) < 0.6)[:16])
        one = Passage(
            id=f"{number}#0", document_id=str(number), title=f"Note {number}", text=text, language="en"
        )
        documents.append(
            EncodedDocument(
                id=str(number), content=number + 1, names=(), metadata={}, passages=(one,),
                vectors=vectors[number : number + 1], questions=none, question_languages=(),
            )
        )  # fmt: skip
    return documents, vectors


def search(folder: Path, encoder: Encoder, questions: Sequence[str]) -> None:
    """Open the index, ask it, and compare its dense arm with comparing all."""
    before = _resident()
    began = time.perf_counter()
    index = KnowledgeIndex.open(folder, encoder)
    print(f"opened in {time.perf_counter() - began:.2f} s")
    asked = questions[: QUESTIONS + 20]
    for question in asked[:20]:
        index.search(question)
    times = []
    cpu = time.process_time()
    for question in asked[20:]:
        began = time.perf_counter()
        index.search(question)
        times.append(1000 * (time.perf_counter() - began))
    cpu = 1000 * (time.process_time() - cpu) / len(times)
    print(
        f"search with the encoder: median {statistics.median(times):.1f} ms, p95 {np.percentile(times, 95):.1f} ms, "
        f"of processor time {cpu:.1f} ms"
    )
    print(f"memory after {QUESTIONS} searches: {_resident() - before:.0f} MiB more than before opening")
    rows = index.base.dense.rows
    shared = []
    for question in asked[:100]:
        vector = index.query(question, encoder.encode([question])[0]).vector
        exact = np.concatenate(
            [
                np.asarray(rows[start : start + 100_000], np.float32) @ vector
                for start in range(0, len(rows), 100_000)
            ]
        )
        numbers = index.base.dense.search(vector, 200)
        nearest = numbers[np.argsort(-index.base.dense.cosines(vector, numbers))[:10]]
        shared.append(len({*np.argpartition(-exact, 10)[:10].tolist()} & {*nearest.tolist()}) / 10)
    print(f"recall@10 of the dense arm: {np.mean(shared):.3f}")


def _resident() -> float:
    """In MiB, what is mapped from files included."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / MIB


if __name__ == "__main__":
    main()
