"""A project of BANKING77: every intent is answered by a template of its name."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.scalarstring import LiteralScalarString

from encoders.records import read_csv


def rows(data: Path, part: str) -> list[tuple[str, str]]:
    """(text, intent) of `train` or `test`."""
    return [(row["text"], row["category"]) for _, row in read_csv(data / "banking77" / f"{part}.csv")]


def make_project(data: Path, folder: Path, encoder: str, *, examples: int) -> Path:
    """The trained project in `folder`, of at most so many examples an intent; what is there already is kept."""
    if not list(folder.glob("releases/*/manifest.json")):
        write(folder, list(_some(rows(data, "train"), examples)), encoder)
        subprocess.run(
            [sys.executable, "-m", "bot.cli", "train", str(folder), "--recipe", "fast"], check=True
        )
    return folder


def _some(examples: list[tuple[str, str]], most: int) -> Iterator[tuple[str, str]]:
    seen: Counter[str] = Counter()
    for text, intent in examples:
        seen[intent] += 1
        if seen[intent] <= most:
            yield text, intent


def write(folder: Path, examples: list[tuple[str, str]], encoder: str) -> None:
    """The files of a Rasa 3.1 project, which Rasa itself can train on too."""
    folder.mkdir(parents=True, exist_ok=True)
    by_intent: dict[str, list[str]] = {}
    for text, intent in examples:
        by_intent.setdefault(_name(intent), []).append(" ".join(text.split()))
    domain = {
        "version": "3.1",
        "intents": sorted(by_intent),
        "responses": {
            f"utter_{name}": [{"text": f"About {name.replace('_', ' ')}: here is what to do."}]
            for name in by_intent
        },
    }
    nlu = {
        "version": "3.1",
        "nlu": [
            {"intent": name, "examples": LiteralScalarString("".join(f"- {text}\n" for text in texts))}
            for name, texts in by_intent.items()
        ],
    }
    rules = {
        "version": "3.1",
        "rules": [
            {"rule": name, "steps": [{"intent": name}, {"action": f"utter_{name}"}]} for name in by_intent
        ],
    }
    yaml = YAML()
    for name, value in (("domain.yml", domain), ("nlu.yml", nlu), ("rules.yml", rules)):
        yaml.dump(value, folder / name)
    settings = {
        "name": "bench",
        "encoder": encoder,
        "server": {"rate_per_minute": 1_000_000},
        # Always an answer: what is measured is the way of a message, and Rasa's config does the same.
        "costs": {"wrong": 1.0, "handover": 100.0, "clarify": 100.0},
    }
    yaml.dump(settings, folder / "kefu.yml")


def _name(intent: str) -> str:
    return "".join(one if one.isalnum() else "_" for one in intent).strip("_").lower()
