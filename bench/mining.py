"""How well mining finds intents, on public data: `python -m bench.mining --data FOLDER`.

DSTC11 track 2 (insurance, development set): `utterances.jsonl` is mined without being told how many intents
there are; each of `test-utterances.jsonl` gets the mined intent whose centroid is nearest; clusters and labels
are aligned one to one. MultiDoGo: problem turns against turns with an intent of their own.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from encoders.encoder import Encoder, serving_encoder
from encoders.resolve import ENGLISH
from intents.mining.cluster import Granularity
from intents.mining.mine import mine
from intents.mining.output import read_assignments
from intents.mining.problem_turns import problem_turns
from intents.mining.vectors import centroids
from intents.transcripts.conversation import Conversation, Turn

_NO_PROBLEM = {
    "contentonly", "openinggreeting", "closinggreeting", "thankyou", "confirmation", "rejection", "outofdomain",
}  # fmt: skip


def insurance(folder: Path, *, granularity: Granularity, seed: int) -> dict[str, float]:
    """One-to-one accuracy and NMI on the labelled utterances, with the number of intents and the seconds."""
    from sklearn.metrics import normalized_mutual_info_score

    encoder = Encoder.load(serving_encoder(ENGLISH), threads=2)
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as place:
        out = Path(place) / "mined"
        mine(folder / "utterances.jsonl", out, encoder=encoder, granularity=granularity, seed=seed)
        mined = [line for line in read_assignments(out) if line["intent"]]
    seconds = time.perf_counter() - started
    names, labels = np.unique([line["intent"] for line in mined], return_inverse=True)
    means = centroids(encoder.encode([line["text"] for line in mined]), labels, len(names))
    test = _records(folder / "test-utterances.jsonl")
    found = (encoder.encode([line["utterance"] for line in test]) @ means.T).argmax(axis=1)
    true = [line["intent"] for line in test]
    accuracy, nmi = aligned_accuracy(true, found.tolist()), normalized_mutual_info_score(true, found)
    return {"accuracy": accuracy, "nmi": float(nmi), "intents": len(names), "seconds": seconds}


def aligned_accuracy(true: Sequence[str], found: Sequence[int]) -> float:
    """The share of items right when clusters and labels are paired one to one as well as possible."""
    from scipy.optimize import linear_sum_assignment

    _, rows = np.unique(true, return_inverse=True)
    _, columns = np.unique(found, return_inverse=True)
    counts = np.zeros((rows.max() + 1, columns.max() + 1), int)
    np.add.at(counts, (rows, columns), 1)
    return float(counts[linear_sum_assignment(-counts)].sum() / len(true))


def problem_turn_scores(file: Path) -> tuple[float, float]:
    """Precision and recall of the problem turns in one of MultiDoGo's files (customers' side only)."""
    turns: dict[str, list[dict[str, str]]] = defaultdict(list)
    with file.open(encoding="utf-8", newline="") as opened:
        for row in csv.DictReader(opened, delimiter="\t", quoting=csv.QUOTE_NONE):
            turns[row["conversationId"]].append(row)
    hits = taken = wanted = 0
    for identifier, rows in turns.items():
        said = tuple(Turn(speaker="customer", text=row["utterance"] or "") for row in rows)
        found = {problem.turn for problem in problem_turns(Conversation(id=identifier, turns=said))}
        true = {i for i, row in enumerate(rows) if row["intent"] and row["intent"] not in _NO_PROBLEM}
        hits, taken, wanted = hits + len(found & true), taken + len(found), wanted + len(true)
    return hits / taken, hits / wanted


def main() -> None:
    """Print the figures for what is there; say what is not."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, help="folder with the public data sets")
    parser.add_argument("--granularity", choices=["coarse", "auto", "fine"], default="auto")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    folder = options.data / "dstc11-track2-insurance"
    if folder.is_dir():
        scores = insurance(folder, granularity=options.granularity, seed=options.seed)
        print("DSTC11 insurance:", ", ".join(f"{name} {value:.3f}" for name, value in scores.items()))
    else:
        print(f"DSTC11 insurance: skipped, {folder} is not there.", file=sys.stderr)
    for domain in ("finance", "software", "airline"):
        file = options.data / "multidogo" / domain / "train.tsv"
        if file.is_file():
            precision, recall = problem_turn_scores(file)
            print(f"MultiDoGo {domain}: problem turns precision {precision:.3f}, recall {recall:.3f}")
        else:
            print(f"MultiDoGo {domain}: skipped, {file} is not there.", file=sys.stderr)


def _records(path: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


if __name__ == "__main__":
    main()
