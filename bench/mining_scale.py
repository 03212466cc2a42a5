"""How long mining takes, and how much memory: `python -m bench.mining_scale N --data FOLDER`.

N bare utterances, no two alike: the training parts of BANKING77, CLINC150 and HWU64 behind different openings and
before different endings. Prints seconds by the clock, of processor time, and the largest memory.
"""

from __future__ import annotations

import argparse
import csv
import json
import resource
import tempfile
import time
from itertools import islice, product
from pathlib import Path

import numpy as np

from encoders.encoder import Encoder, serving_encoder
from encoders.resolve import ENGLISH
from intents.mining.mine import mine

_OPENINGS = ("", "hi, ", "hello there, ", "good morning! ", "ok so ", "quick one: ")
_ENDINGS = ("", " please", " thanks", ", can you check?", " asap", " - been waiting since monday")


def texts(folder: Path) -> list[str]:
    """The utterances as they are, in a fixed random order."""
    found: list[str] = []
    for name in ("banking77", "hwu64"):
        with (folder / name / "train.csv").open(encoding="utf-8", newline="") as file:
            found.extend(next(iter(row.values())) for row in csv.DictReader(file))
    clinc = json.loads((folder / "clinc150" / "data_full.json").read_text(encoding="utf-8"))
    found.extend(text for text, _ in clinc["train"])
    return [found[index] for index in np.random.default_rng(0).permutation(len(found))]


def main() -> None:
    """Make the history, mine it, print what it took."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("turns", type=int)
    parser.add_argument("--data", type=Path, required=True, help="folder with the public data sets")
    options = parser.parse_args()
    varied = (
        f"{opening}{text}{ending}"
        for opening, ending in product(_OPENINGS, _ENDINGS)
        for text in texts(options.data)
    )
    encoder = Encoder.load(serving_encoder(ENGLISH), threads=2)
    with tempfile.TemporaryDirectory() as place:
        source = Path(place) / "utterances.jsonl"
        with source.open("w", encoding="utf-8") as file:
            for number, text in enumerate(islice(varied, options.turns)):
                file.write(json.dumps({"utterance_id": f"u{number}", "text": text}) + "\n")
        clock, processor = time.perf_counter(), time.process_time()
        summary = mine(source, Path(place) / "mined", encoder=encoder)
        clock, processor = time.perf_counter() - clock, time.process_time() - processor
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{summary.turns} turns: {clock:.0f} s by the clock, {processor:.0f} s of processor time, {memory:.0f} MiB, "
        f"{len(summary.intents)} intents, {summary.held_back} held back"
    )


if __name__ == "__main__":
    main()
