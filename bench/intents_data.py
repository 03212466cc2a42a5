"""The public data that intent models are measured on, as training and test files of the product's own commands."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from encoders.records import read_csv, read_jsonl

Row = tuple[str, str]
FEWEST = 20
"""Labels of CrossWOZ with fewer turns are left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What to learn from and what to be asked; without `test` only the model's own held-out figures count."""

    train: Sequence[Row]
    test: Sequence[Row] = ()


def load(data: Path, name: str, regime: str) -> Task:
    """The task `name` (banking77, clinc150, hwu64, crosswoz, shop-zh) in the regime full, oos, 10 or 5."""
    if name == "crosswoz":
        return Task(train=_crosswoz(data / name / "dialogs.jsonl"))
    if name == "shop-zh":
        return Task(train=_chinese_shop())
    if name == "clinc150" and regime in ("full", "oos"):
        return _clinc(data / name, regime)
    train = "train.csv" if regime == "full" else f"train_{regime}.csv"
    test = "test.csv" if regime == "full" or name == "hwu64" else "few_shot_test.csv"
    return Task(train=_rows(data / name / train), test=_rows(data / name / test))


def write(rows: Sequence[Row], path: Path) -> None:
    """A CSV with text and intent."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("text", "intent"))
        writer.writerows(rows)


def _rows(path: Path) -> list[Row]:
    return [(row["text"], row.get("intent") or row["category"]) for _, row in read_csv(path)]


def _clinc(folder: Path, regime: str) -> Task:
    """In full without out-of-scope rows to learn from; `oos` has the 250 of data_oos_plus."""
    file = folder / ("data_full.json" if regime == "full" else "data_oos_plus.json")
    splits = json.loads(file.read_text(encoding="utf-8"))
    outside = splits["oos_train"] if regime == "oos" else []
    train = [*splits["train"], *((text, "out_of_scope") for text, _ in outside)]
    test = [*splits["test"], *((text, "out_of_scope") for text, _ in splits["oos_test"])]
    return Task(train=[tuple(row) for row in train], test=[tuple(row) for row in test])


def _crosswoz(path: Path) -> list[Row]:
    """Customers' turns that do one thing, labelled with its act and domain."""
    rows = [
        (turn["text"], turn["acts"][0])
        for _, dialog in read_jsonl(path)
        for turn in dialog["turns"]
        if turn["speaker"] == "customer" and len(turn["acts"]) == 1
    ]
    unique = list(dict.fromkeys(rows))
    counts = Counter(label for _, label in unique)
    return [row for row in unique if counts[row[1]] >= FEWEST]


def _chinese_shop() -> list[Row]:
    from encoders.text import detect_language
    from intents.nlu import load_training_data

    examples = load_training_data([Path("data/shop/nlu.yml")]).examples
    return [(one.text, one.intent) for one in examples if detect_language(one.text) == "zh"]
