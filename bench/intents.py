"""Intent models on public data: `python -m bench.intents --data FOLDER --results FOLDER`.

Every model is trained and asked by the product's own commands, in a process of its own. A finished run is a line in
results.jsonl and is not done again, so that the bench can be stopped at any time; `--only banking77/10/finetune`
does a part. The table is printed from what is there. FOLDER holds banking77/, clinc150/, hwu64/ and crosswoz/.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from fnmatch import fnmatch
from pathlib import Path
from statistics import fmean
from typing import Any

from bench.intents_data import load, write

TASKS = (
    *((name, regime) for regime in ("10", "5", "full") for name in ("banking77", "hwu64", "clinc150")),
    ("clinc150", "oos"),
    ("shop-zh", "full"),
    ("crosswoz", "full"),
)
FIGURES = ("accuracy", "ece", "out_of_scope_auroc", "false_accepts_at_95_recall", "out_of_scope_recall")


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One model: what it learns, how, and from which random numbers."""

    dataset: str
    regime: str
    recipe: str
    seed: int

    @property
    def name(self) -> str:
        return f"{self.dataset}/{self.regime}/{self.recipe}/{self.seed}"


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure intent models on public data.")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--results", type=Path, required=True)
    parser.add_argument("--seeds", type=int, default=3, help="for few-shot runs; others are run once")
    parser.add_argument("--only", default="*", help="dataset/regime/recipe/seed, with * as a wildcard")
    parser.add_argument("--minutes", type=float, default=12.0)
    options = parser.parse_args()
    options.results.mkdir(parents=True, exist_ok=True)
    file = options.results / "results.jsonl"
    done = {line["name"] for line in read(file)}
    for run in plan(options.seeds):
        if run.name in done or not fnmatch(run.name, options.only):
            continue
        if run.dataset != "shop-zh" and not (options.data / run.dataset).is_dir():
            print(f"{run.name}: skipped, {options.data / run.dataset} is not there")
            continue
        print(run.name, flush=True)
        line = measure(run, options.data, options.minutes)
        with file.open("a", encoding="utf-8") as out:
            out.write(json.dumps(line) + "\n")
    print(table(read(file)))


def plan(seeds: int) -> Iterator[Run]:
    """All runs, the cheap ones first."""
    for dataset, regime in TASKS:
        chinese = dataset in ("shop-zh", "crosswoz")
        for recipe in ("finetune",) if chinese else ("fast", "finetune"):
            for seed in range(seeds if regime in ("5", "10") and recipe == "finetune" else 1):
                yield Run(dataset=dataset, regime=regime, recipe=recipe, seed=seed)


def measure(run: Run, data: Path, minutes: float) -> dict[str, Any]:
    """Train and evaluate by the command line; figures, seconds, and the peak of memory in MB."""
    task = load(data, run.dataset, run.regime)
    with tempfile.TemporaryDirectory() as place:
        train, test, model = (Path(place, name) for name in ("train.csv", "test.csv", "model"))
        write(task.train, train)
        learn = ["train", str(train), "--out", str(model), "--recipe", run.recipe, "--seed", str(run.seed)]
        spent = kefu([*learn, "--minutes", str(minutes)])
        facts = json.loads((model / "manifest.json").read_text(encoding="utf-8"))["facts"]
        figures: dict[str, Any] = {"compared": facts["compared"]}
        if task.test:
            write(task.test, test)
            kefu(["evaluate", str(model), str(test), "--report", f"{place}/report"])
            report = json.loads(Path(place, "report", "report.json").read_text(encoding="utf-8"))
            figures |= {name: report[name] for name in FIGURES if name in report}
            figures["in_scope_recall"] = report.get("in_scope_recall")
    return {"name": run.name, **asdict(run), **figures, **spent}


def kefu(arguments: list[str]) -> dict[str, float]:
    """Run `kefu intents …`; what it took."""
    started = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-m", "bot.cli", "intents", *arguments], stdout=sys.stderr)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"kefu intents {' '.join(arguments)} failed")
    return {
        "seconds": round(time.perf_counter() - started, 1),
        "cpu_seconds": round(usage.ru_utime + usage.ru_stime, 1),
        "peak_mb": round(usage.ru_maxrss / 1024),
    }


def read(file: Path) -> list[dict[str, Any]]:
    """The finished runs."""
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()] if file.is_file() else []


def table(lines: list[dict[str, Any]]) -> str:
    """A Markdown table, seeds averaged."""
    groups: dict[tuple[str, str, str], list[Mapping[str, Any]]] = defaultdict(list)
    for line in lines:
        groups[line["dataset"], line["regime"], line["recipe"]].append(line)
    head = "| data | regime | recipe | seeds | accuracy | held out: fast / finetune | ECE | AUROC | FPR95 | OOS recall "
    rows = [head + "| CPU s | peak MB |", "|" + "---|" * 12]
    for (dataset, regime, recipe), found in sorted(groups.items()):
        cells = [dataset, regime, recipe, str(len(found)), _percent(found, "accuracy"), _held(found)]
        cells += [_mean(found, name, 3) for name in FIGURES[1:4]] + [_percent(found, "out_of_scope_recall")]
        cells += [_mean(found, "cpu_seconds", 0), _mean(found, "peak_mb", 0)]
        rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows)


def _mean(lines: list[Mapping[str, Any]], name: str, digits: int, scale: float = 1.0) -> str:
    values = [line[name] for line in lines if line.get(name) is not None]
    return f"{scale * fmean(values):.{digits}f}" if values else ""


def _percent(lines: list[Mapping[str, Any]], name: str) -> str:
    return _mean(lines, name, 1, 100.0)


def _held(lines: list[Mapping[str, Any]]) -> str:
    parts = [
        [line["compared"] for line in lines if name in line["compared"]] for name in ("fast", "finetune")
    ]
    means = (
        f"{100 * fmean(one[name] for one in part):.1f}" if part else "–"
        for name, part in zip(("fast", "finetune"), parts, strict=True)
    )
    return " / ".join(means)


if __name__ == "__main__":
    main()
