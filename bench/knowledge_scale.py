"""How an index of many passages builds, opens and searches.

    python -m bench.knowledge_scale N [--articles FOLDER] [--keep FOLDER]

Passages are made from the sentences of real articles: each is two of them with words dropped, its vector theirs mixed
with noise, so that words and vectors are spread as real ones are. Beyond 100,000 the texts come again, a whole number
of times, each time with vectors of their own. Questions are customers' own, embedded when they are asked. Recall is
that of the dense arm against comparing all vectors.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from encoders.artifacts import building
from encoders.encoder import Encoder, serving_encoder
from encoders.resolve import ENGLISH
from knowledge.dense import DenseIndex
from knowledge.documents import Passage
from knowledge.encode import EncodedDocument, Means, assembled
from knowledge.index import KIND, Fitted, KnowledgeIndex
from knowledge.index_files import write_index
from knowledge.ingest import read_documents, read_questions
from knowledge.lexical import hashed
from knowledge.markup import sections
from knowledge.ranker import DEFAULT
from knowledge.segment import Segment
from knowledge.vectors import Vectors, language_means

QUESTIONS = 200
DISTINCT = 100_000
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
    times = max(1, count // DISTINCT)
    texts, vectors = passages(encoder, lines, count // times)
    means = language_means(vectors[:20_000], ["en"] * min(len(vectors), 20_000))
    began = time.perf_counter()
    base = assembled(documents(texts, vectors), Means(passage=means, question=means))
    if times > 1:
        base = enlarged(base, times)
    fitted = Fitted(passage_means=means, question_means=means, ranker=DEFAULT)
    facts: dict[str, Any] = {"encoder": encoder.name, "encoder_id": encoder.id}
    index = KnowledgeIndex(encoder=encoder, base=base, fitted=fitted, facts=facts)
    with building(folder, kind=KIND, facts=facts) as draft:
        write_index(draft, index)
    took = time.perf_counter() - began
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    print(
        f"built {len(base.passages)} passages in {took:.0f} s ({len(base.passages) / took:.0f} passages/s), "
        f"{size / MIB:.0f} MiB on disk",
        flush=True,
    )


def passages(encoder: Encoder, lines: Sequence[str], count: int) -> tuple[list[str], Vectors]:
    """Texts and their vectors."""
    random = np.random.default_rng(0)
    real = encoder.encode(lines, kind="document")
    pairs = random.integers(len(lines), size=(count, 2))
    texts = []
    for first, second in pairs:
        words = f"{lines[first]} {lines[second]}".split()
        texts.append(" ".join(words[place] for place in np.flatnonzero(random.random(len(words)) < 0.6)[:16]))
    return texts, noisy(0.7 * real[pairs[:, 0]] + 0.3 * real[pairs[:, 1]], random)


def noisy(vectors: Vectors, random: np.random.Generator) -> Vectors:
    """Unit vectors beside these."""
    noise = random.standard_normal(vectors.shape, np.float32)
    mixed = vectors + NOISE * noise / np.linalg.norm(noise, axis=1, keepdims=True)
    return np.asarray(mixed / np.linalg.norm(mixed, axis=1, keepdims=True), np.float32)


def documents(texts: Sequence[str], vectors: Vectors) -> list[EncodedDocument]:
    """One for each passage."""
    none = np.zeros((0, vectors.shape[1]), np.float32)
    return [
        EncodedDocument(
            id=str(number), content=number + 1, names=(), metadata={}, passages=(_passage(number, text),),
            vectors=vectors[number : number + 1], questions=none, question_languages=(),
        )
        for number, text in enumerate(texts)
    ]  # fmt: skip


def _passage(number: int, text: str) -> Passage:
    return Passage(
        id=f"{number}#0", document_id=str(number), title=f"Note {number}", text=text, language="en"
    )


class Repeated(Sequence[Passage]):
    """Passages that come again under other names."""

    def __init__(self, passages: Sequence[Passage], times: int) -> None:
        self._passages, self._times = passages, times

    def __len__(self) -> int:
        return self._times * len(self._passages)

    def __getitem__(self, number: Any) -> Any:
        if number >= len(self):
            raise IndexError(number)
        return _passage(number, self._passages[number % len(self._passages)].text)


def enlarged(base: Segment, times: int) -> Segment:
    """The segment's texts so many times, each with a vector of its own."""
    count = len(base.passages)
    random = np.random.default_rng(1)
    rows = np.empty((times * count, base.dense.rows.shape[1]), np.float32)
    for place in range(times):
        rows[place * count : (place + 1) * count] = noisy(np.asarray(base.dense.rows, np.float32), random)
    lexical, lengths = base.lexical, np.diff(base.lexical.starts)
    of = np.repeat(np.arange(len(lengths)), lengths)
    # The first copy of a token's postings, then the second, …
    offset = np.arange(len(of)) - lexical.starts[of]
    texts = np.empty(times * len(of), np.int32)
    impacts = np.empty(times * len(of), np.float32)
    for copy in range(times):
        places = times * lexical.starts[of] + copy * lengths[of] + offset
        texts[places] = lexical.texts + copy * count
        impacts[places] = lexical.impacts
    return replace(
        base,
        passages=Repeated(base.passages, times),
        starts=np.arange(times * count + 1),
        languages=np.tile(base.languages, times),
        dense=DenseIndex.build(rows),
        lexical=replace(
            lexical, starts=times * lexical.starts, texts=texts, impacts=impacts, count=times * count
        ),
        subjects=replace(base.subjects, count=times * count),
        ids=hashed([str(number) for number in range(times * count)]),
        contents=np.arange(1, times * count + 1),
    )


def search(folder: Path, encoder: Encoder, questions: Sequence[str]) -> None:
    """Open the index, ask it, and compare its dense arm with comparing all."""
    before = _resident()
    began = time.perf_counter()
    index = KnowledgeIndex.open(folder, encoder)
    print(f"opened in {time.perf_counter() - began:.2f} s", flush=True)
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
