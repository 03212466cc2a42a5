"""How well mining finds intents and answers, on public data: `python -m bench.mining --data FOLDER [--only NAME]…`.

insurance: DSTC11 track 2, development set. `utterances.jsonl` is mined without being told how many intents
there are, the fast head is trained on the draft nlu.yml, labels `test-utterances.jsonl`, and mined intents and
labels are aligned one to one. star: problem turns against the task of their conversation (coarse). crosswoz:
customers' turns of a single domain against it. multidogo: problem turns against turns with an intent of their
own, on the customers' side alone. Labels are read here to score, and never reach what mines.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from encoders.encoder import Encoder, serving_encoder
from encoders.resolve import ENGLISH, MULTILINGUAL
from intents.mining.mine import mine
from intents.mining.output import read_assignments

_NO_PROBLEM = {
    "contentonly", "openinggreeting", "closinggreeting", "thankyou", "confirmation", "rejection", "outofdomain",
}  # fmt: skip


def insurance(folder: Path, out: Path) -> dict[str, float]:
    """One-to-one accuracy and NMI of the fast head, trained on what was mined, on the labelled utterances."""
    from sklearn.metrics import normalized_mutual_info_score

    from intents.classifier import IntentClassifier
    from intents.nlu import load_training_data
    from intents.training import TrainingOptions, train_intents

    encoder = Encoder.load(serving_encoder(ENGLISH), threads=2)
    seconds, mined = _mined(folder / "utterances.jsonl", out, encoder=encoder)
    data = load_training_data([out / "nlu.yml"])
    train_intents(data, out / "model", TrainingOptions(recipe="fast", encoder=ENGLISH))
    test = _records(folder / "test-utterances.jsonl")
    found = [
        one.ranking[0].intent
        for one in IntentClassifier.load(out / "model").understand([line["utterance"] for line in test])
    ]
    true = [line["intent"] for line in test]
    return {
        "intents": len({line["intent"] for line in mined} - {None}), "accuracy": aligned_accuracy(true, found),
        "nmi": float(normalized_mutual_info_score(true, found)), "seconds": seconds,
    }  # fmt: skip


def star(folder: Path, out: Path) -> dict[str, float]:
    """Mined intents (coarse) against tasks, and drafts against the templates that agents used five times or more.

    `template` and `task` are taken out before mining. A draft matches a template when at least 70 % of the agents'
    turns that its pattern fits (any text for a variable) used that template; a template is covered when the drafts
    that match it fit at least 60 % of its turns.
    """
    dialogs = _records(folder / "dialogs.jsonl")
    tasks = {dialog["conversation_id"]: dialog["task"] for dialog in dialogs}
    source = out.with_name("star.jsonl")
    _write_dialogs(dialogs, source)
    encoder = Encoder.load(serving_encoder(ENGLISH), threads=2)
    seconds, mined = _mined(source, out, encoder=encoder, granularity="coarse")
    agreement = _agreement([(tasks[line["conversation_id"]], line["intent"]) for line in mined])
    return agreement | _drafts_against_templates(out, dialogs) | {"seconds": seconds}


def _drafts_against_templates(out: Path, dialogs: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    from bot.yaml_files import read_yaml
    from intents.mining.templates import matches

    said = [(turn["text"], turn.get("template")) for dialog in dialogs for turn in dialog["turns"]]
    uses = Counter(template for _, template in said if template)
    frequent = {template for template, count in uses.items() if count >= 5}
    covered: dict[str, set[int]] = defaultdict(set)
    responses = read_yaml(out / "responses.yml")["responses"]
    texts = [variation["text"] for variations in responses.values() for variation in variations]
    matching = 0
    for text in texts:
        pattern = matches(text)
        fits = [index for index, (turn, _) in enumerate(said) if pattern.fullmatch(turn)]
        template, count = (Counter(said[i][1] for i in fits).most_common(1) or [(None, 0)])[0]
        if template is not None and count >= 0.7 * len(fits):
            matching += 1
            covered[template].update(i for i in fits if said[i][1] == template)
    found = sum(len(covered[template]) >= 0.6 * uses[template] for template in frequent)
    return {"drafts": len(texts), "covered": found / len(frequent), "matching": matching / len(texts)}


def crosswoz(folder: Path, out: Path) -> dict[str, float]:
    """The mined intents of customers' turns whose acts name one domain, against that domain."""
    dialogs = _records(folder / "dialogs.jsonl")
    domains = {
        (dialog["conversation_id"], place): names.pop()
        for dialog in dialogs
        for place, turn in enumerate(dialog["turns"])
        if turn["speaker"] == "customer" and len(names := _domains(turn["acts"])) == 1
    }
    source = out.with_name("crosswoz.jsonl")
    _write_dialogs(dialogs, source)
    encoder = Encoder.load(serving_encoder(MULTILINGUAL), threads=2)
    seconds, mined = _mined(source, out, encoder=encoder)
    pairs = [
        (domains[where], line["intent"])
        for line in mined
        if (where := (line["conversation_id"], line["turn"])) in domains
    ]
    names = {line["intent"] for line in mined} - {None}
    chinese = float(np.mean([not name.isascii() for name in names]))
    return _agreement(pairs) | {"names in Chinese": chinese, "seconds": seconds}


def multidogo(folder: Path, out: Path) -> dict[str, float]:
    """Precision and recall of problem turns (customers' side only)."""
    from intents.mining.history import read_history
    from intents.mining.mine import find_problems

    rows: dict[str, list[dict[str, str]]] = defaultdict(list)
    with (folder / "train.tsv").open(encoding="utf-8", newline="") as opened:
        for row in csv.DictReader(opened, delimiter="\t", quoting=csv.QUOTE_NONE):
            rows[row["conversationId"]].append(row)
    dialogs = [
        {
            "conversation_id": identifier,
            "turns": [{"speaker": "customer", "text": row["utterance"] or ""} for row in turns],
        }
        for identifier, turns in rows.items()
    ]
    source = out.with_name(f"{folder.name}.jsonl")
    _write_dialogs(dialogs, source)
    problems = find_problems(read_history(source), Encoder.load(serving_encoder(ENGLISH), threads=2))
    found = {(turn.id, turn.turn) for turn in problems.turns}
    true = {
        (identifier, place)
        for identifier, turns in rows.items()
        for place, row in enumerate(turns)
        if row["intent"] and row["intent"] not in _NO_PROBLEM
    }
    hits = len(found & true)
    return {"problem turns": len(found), "precision": hits / len(found), "recall": hits / len(true)}


def aligned_accuracy(true: Sequence[str], found: Sequence[str]) -> float:
    """The share of items right when clusters and labels are paired one to one as well as possible."""
    from scipy.optimize import linear_sum_assignment

    _, rows = np.unique(true, return_inverse=True)
    _, columns = np.unique(found, return_inverse=True)
    counts = np.zeros((rows.max() + 1, columns.max() + 1), int)
    np.add.at(counts, (rows, columns), 1)
    return float(counts[linear_sum_assignment(-counts)].sum() / len(true))


def _agreement(pairs: Sequence[tuple[str, str | None]]) -> dict[str, float]:
    """Of (label, mined intent): a turn that is held back counts as one of an intent `None`."""
    from sklearn.metrics import normalized_mutual_info_score

    true, found = zip(*((label, str(intent)) for label, intent in pairs), strict=True)
    by_intent: dict[str, Counter[str]] = defaultdict(Counter)
    for label, intent in zip(true, found, strict=True):
        by_intent[intent][label] += 1
    purity = sum(counts.most_common(1)[0][1] for counts in by_intent.values()) / len(true)
    return {
        "turns": len(true), "intents": len(set(found) - {"None"}), "accuracy": aligned_accuracy(true, found),
        "purity": purity, "nmi": float(normalized_mutual_info_score(true, found)),
    }  # fmt: skip


def _mined(source: Path, out: Path, **options: Any) -> tuple[float, list[dict[str, Any]]]:
    started = time.perf_counter()
    mine(source, out, **options)
    return time.perf_counter() - started, read_assignments(out)


def _domains(acts: Sequence[str]) -> set[str]:
    return {act.partition("+")[2] for act in acts if not act.startswith("General")}


def _write_dialogs(dialogs: Sequence[Mapping[str, Any]], path: Path) -> None:
    kept = ("speaker", "text", "time")
    with path.open("w", encoding="utf-8") as file:
        for dialog in dialogs:
            turns = [{name: turn[name] for name in kept if name in turn} for turn in dialog["turns"]]
            record = {"conversation_id": dialog["conversation_id"], "turns": turns}
            file.write(json.dumps(record, ensure_ascii=False) + "\n")


def _records(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


BENCHES: Mapping[str, tuple[str, Callable[[Path, Path], dict[str, float]]]] = {
    "insurance": ("dstc11-track2-insurance", insurance),
    "star": ("star", star),
    "crosswoz": ("crosswoz", crosswoz),
    "finance": ("multidogo/finance", multidogo),
    "software": ("multidogo/software", multidogo),
    "airline": ("multidogo/airline", multidogo),
}


def main() -> None:
    """Print the figures for what is there; say what is not."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, help="folder with the public data sets")
    parser.add_argument("--only", choices=sorted(BENCHES), action="append", help="all by default")
    options = parser.parse_args()
    for name in options.only or BENCHES:
        folder, bench = BENCHES[name]
        if not (options.data / folder).is_dir():
            print(f"{name}: skipped, {options.data / folder} is not there.", file=sys.stderr)
            continue
        with tempfile.TemporaryDirectory() as place:
            scores = bench(options.data / folder, Path(place) / "mined")
        print(f"{name}:", ", ".join(f"{what} {value:.4g}" for what, value in scores.items()), flush=True)


if __name__ == "__main__":
    main()
