"""How an index of many passages builds, opens and searches.

    python -m bench.knowledge_scale N [--articles FOLDER] [--keep FOLDER]

Passages are made from the sentences of real articles: each is two of them with words dropped, its vector theirs mixed
with noise, so that words and vectors are spread as real ones are. Questions are customers' own, embedded when they are
asked, alone and after three turns of a conversation. Recall is that of the dense arm against comparing all vectors.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from itertools import compress, islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from encoders.artifacts import building
from encoders.encoder import Encoder, serving_encoder
from encoders.progress import progress
from encoders.resolve import ENGLISH
from knowledge.documents import Passage
from knowledge.encode import EncodedDocument, Means, assembled
from knowledge.index import KIND, Fitted, KnowledgeIndex
from knowledge.index_files import write_index
from knowledge.ingest import read_documents, read_questions
from knowledge.markup import sections
from knowledge.ranker import DEFAULT
from knowledge.segment import NEAREST
from knowledge.subjects import names_of
from knowledge.vectors import Vectors, language_means

QUESTIONS = 200
WARM = 20
"""Questions asked before the clock runs."""
LONGEST = 40
"""So many words of a sentence are used."""
AT_ONCE = 50_000
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
    with tempfile.TemporaryDirectory() as place:
        folder = options.keep or Path(place, "index")
        if not folder.exists():
            build(folder, encoder, sentences_of(options.articles), options.passages)
        asked = [one.question for one in read_questions([options.questions]) if one.language == "en"]
        search(folder, encoder, asked)


def sentences_of(articles: Path) -> list[str]:
    """The different lines of all articles in a folder."""
    parts = (part for one in read_documents([articles]) for part in sections(one.text))
    return sorted({line for part in parts for line in part.lines})


def build(folder: Path, encoder: Encoder, lines: Sequence[str], count: int) -> None:
    """Make the passages and index them; the time is that of indexing, without embedding."""
    vectors = passage_vectors(encoder, lines, count)
    encoded = [document(number, text, vectors) for number, text in enumerate(passage_texts(lines, count))]
    means = language_means(vectors[:20_000], ["en"] * min(count, 20_000))
    began, cpu = time.perf_counter(), time.process_time()
    base = assembled(encoded, Means(passage=means, question=means))
    fitted = Fitted(passage_means=means, question_means=means, ranker=DEFAULT)
    facts: dict[str, Any] = {"encoder": encoder.name, "encoder_id": encoder.id}
    index = KnowledgeIndex(encoder=encoder, base=base, fitted=fitted, facts=facts)
    with building(folder, kind=KIND, facts=facts) as draft:
        write_index(draft, index)
    took, cpu = time.perf_counter() - began, time.process_time() - cpu
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"built {count} passages in {took:.0f} s ({count / took:.0f} passages/s), {cpu:.0f} s of processor time; "
        f"{size / MIB:.0f} MiB on disk, at most {peak:.0f} MiB of memory",
        flush=True,
    )


def chosen(lines: Sequence[str], count: int) -> NDArray[np.int64]:
    """The two sentences (n, 2) of each passage."""
    return np.random.default_rng(0).integers(len(lines), size=(count, 2))


def passage_texts(lines: Sequence[str], count: int) -> Iterator[str]:
    """At most sixteen words of each passage's sentences, two in five dropped."""
    random = np.random.default_rng(1)
    split = [line.split()[:LONGEST] for line in lines]
    with progress("Making texts", count) as step:
        for first, second in chosen(lines, count).tolist():
            kept = (random.random(2 * LONGEST) < 0.6).tolist()
            yield " ".join(islice(compress([*split[first], *split[second]], kept), 16))
            step()


def passage_vectors(encoder: Encoder, lines: Sequence[str], count: int) -> Vectors:
    """Unit vectors (n, d) beside those of each passage's sentences."""
    random = np.random.default_rng(2)
    real = encoder.encode(lines, kind="document")
    vectors = np.empty((count, real.shape[1]), np.float32)
    for start in range(0, count, AT_ONCE):
        pairs = chosen(lines, count)[start : start + AT_ONCE]
        noise = random.standard_normal((len(pairs), real.shape[1]), np.float32)
        noise *= NOISE / np.linalg.norm(noise, axis=1, keepdims=True)
        mixed = 0.7 * real[pairs[:, 0]] + 0.3 * real[pairs[:, 1]] + noise
        vectors[start : start + AT_ONCE] = mixed / np.linalg.norm(mixed, axis=1, keepdims=True)
    return vectors


def document(number: int, text: str, vectors: Vectors) -> EncodedDocument:
    """One passage as a document."""
    passage = Passage(
        id=f"{number}#0", document_id=str(number), title=f"Note {number}", text=text, language="en"
    )
    return EncodedDocument(
        id=str(number), content=number + 1, names=names_of(passage.title, {}), metadata={}, passages=(passage,),
        vectors=vectors[number : number + 1], questions=vectors[:0], question_languages=(),
    )  # fmt: skip


def search(folder: Path, encoder: Encoder, questions: Sequence[str]) -> None:
    """Open the index, ask it, and compare its dense arm with comparing all."""
    before = _resident()
    began = time.perf_counter()
    index = KnowledgeIndex.open(folder, encoder)
    print(f"opened in {time.perf_counter() - began:.2f} s", flush=True)
    asked = questions[: QUESTIONS + WARM]
    for place, question in enumerate(asked[:WARM]):
        index.search(question, context=asked[place : place + 3])
    timed(index, "alone", [(question, ()) for question in asked[WARM:]])
    timed(
        index,
        "after three turns",
        [(asked[place], asked[place - 3 : place]) for place in range(WARM, len(asked))],
    )
    print(f"memory after {2 * QUESTIONS} searches: {_resident() - before:.0f} MiB more than before opening")
    print(f"recall@10 of the dense arm: {recall(index, asked[:100]):.3f}")


def timed(index: KnowledgeIndex, how: str, searches: Sequence[tuple[str, Sequence[str]]]) -> None:
    """Search for questions with what was said before."""
    times = []
    cpu = time.process_time()
    for question, context in searches:
        began = time.perf_counter()
        index.search(question, context=context)
        times.append(1000 * (time.perf_counter() - began))
    cpu = 1000 * (time.process_time() - cpu) / len(times)
    print(
        f"a question {how}, with the encoder: median {statistics.median(times):.1f} ms, "
        f"p95 {np.percentile(times, 95):.1f} ms, of processor time {cpu:.1f} ms",
        flush=True,
    )


def recall(index: KnowledgeIndex, questions: Sequence[str]) -> float:
    """The share of the ten nearest vectors that the dense arm finds."""
    dense = index.base.dense
    queries = np.stack([index.query(one, index.encoder.encode([one])[0]).vector for one in questions])
    exact = np.concatenate(
        [
            np.asarray(dense.rows[start : start + AT_ONCE], np.float32) @ queries.T
            for start in range(0, len(dense.rows), AT_ONCE)
        ]
    ).T
    shared = []
    for vector, cosines in zip(queries, exact, strict=True):
        found = dense.search(vector, NEAREST)
        nearest = found[np.argsort(-dense.cosines(vector, found))[:10]]
        shared.append(len({*np.argpartition(-cosines, 10)[:10].tolist()} & {*nearest.tolist()}) / 10)
    return float(np.mean(shared))


def _resident() -> float:
    """In MiB, what is mapped from files included."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / MIB


if __name__ == "__main__":
    main()
