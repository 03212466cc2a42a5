"""How fast an intent model answers, and what it needs: `python -m bench.intents_speed [--encoder NAME]`.

A model of the demo's examples (recipe fast: tuned weights cost the same) says what the demo's held-out messages mean,
one at a time on one thread; then in bulk, in turns with sentence-transformers' default torch path over the same
texts, both on all cores. Memory (Linux) is that of a process which loads the model and answers, above a bare Python.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from encoders.records import read_csv
from encoders.resolve import ENGLISH, resolve_encoder
from intents.classifier import IntentClassifier
from intents.nlu import load_training_data
from intents.training import TrainingOptions, train_intents

SHOP = Path("data/shop")
ROUNDS = 5

_SERVE = """
import re, sys
from pathlib import Path
if len(sys.argv) > 1:
    from intents.classifier import IntentClassifier
    model = IntentClassifier.load(Path(sys.argv[1]))
    for text in sys.stdin.read().splitlines():
        model.understand([text])
print(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
"""


def main() -> None:
    parser = argparse.ArgumentParser(description="Time an intent model.")
    parser.add_argument("--encoder", default=ENGLISH)
    parser.add_argument("--language", default="en", help="of the held-out messages to ask")
    options = parser.parse_args()
    rows = [row for _, row in read_csv(SHOP / "evaluation" / "intents.csv")]
    texts = [row["text"] for row in rows if row["language"] == options.language]
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "model"
        data = load_training_data([SHOP / "nlu.yml"])
        train_intents(data, folder, TrainingOptions(recipe="fast", encoder=options.encoder))
        report(folder, texts, options.encoder)


def report(folder: Path, texts: Sequence[str], encoder: str) -> None:
    """Print latency, throughput beside sentence-transformers, and memory."""
    model = IntentClassifier.load(folder)
    taken = sorted(1000 * timed(lambda text=text: model.understand([text])) for text in [*texts[:10], *texts])
    print(
        f"one message: median {statistics.median(taken):.2f} ms, p95 {taken[int(0.95 * len(taken))]:.2f} ms"
    )
    many = list(texts) * max(1, 1000 // len(texts))
    ours, theirs = in_turns(folder, encoder, many)
    print(
        f"in bulk: {ours:.0f} texts/s; sentence-transformers {theirs:.0f} texts/s; {ours / theirs:.1f} times"
    )
    bare, serving = memory([]), memory([str(folder)], "\n".join(texts[:200]))
    print(f"memory: {serving - bare:.0f} MiB above a bare process")


def in_turns(folder: Path, encoder: str, texts: list[str]) -> tuple[float, float]:
    """Texts a second of our served encoder with the head and of sentence-transformers' vectors alone: medians."""
    from sentence_transformers import SentenceTransformer

    from encoders.encoder import Encoder

    model = IntentClassifier.load(folder)
    bulk = Encoder.load(folder / "encoder", threads=os.cpu_count() or 1)
    other = SentenceTransformer(str(resolve_encoder(encoder)), device="cpu")
    ours, theirs = [], []
    for _ in range(ROUNDS):
        ours.append(len(texts) / timed(lambda: model.understand_vectors(texts, bulk.encode(texts))))
        theirs.append(len(texts) / timed(lambda: other.encode(texts, show_progress_bar=False)))
    return statistics.median(ours), statistics.median(theirs)


def memory(arguments: list[str], text: str = "") -> float:
    """Peak MiB of a process that loads the model and answers each line of `text`; without arguments, of none."""
    command = [sys.executable, "-c", _SERVE, *arguments]
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=True)
    return int(done.stdout) / 1024


def timed(work: Callable[[], object]) -> float:
    """Seconds."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
