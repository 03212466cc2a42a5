"""A server under load over REST: throughput, latency, memory, start-up, beside what it cannot be faster than.

    python -m bench.serve --data FOLDER [--rounds 3] [--seconds 5] [--soak 60] [--postgresql] [--peer URL]

FOLDER holds banking77/. Each text is said once; every turn is durable in SQLite. The machine may be busy with other
things, so everything is measured in short turns, round after round, and a ratio is taken within its round. `--peer` is
the REST webhook of another server on this machine that was trained on the same project (see docs/benchmarks.md);
`--postgresql` measures two workers on a PostgreSQL (from pip) as well. `--soak` goes on at half of the throughput found
for so many seconds and looks at the memory.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from collections import defaultdict
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from bench.serving.project import make_project, rows
from bench.serving.server import echoing, new_sqlite, peak_mb, served
from bench.serving.soak import soak

CLIENTS = (1, 8, 32)
ENCODER = "sentence-transformers/all-MiniLM-L6-v2"


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure a server under load.")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument(
        "--folder", type=Path, default=Path("bench/results/serving"), help="project, database"
    )
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=5.0, help="of each burst")
    parser.add_argument("--encoder", default=ENCODER)
    parser.add_argument("--examples", type=int, default=1000, help="at most so many an intent")
    parser.add_argument("--soak", type=float, default=0.0, help="seconds at half of the throughput")
    parser.add_argument(
        "--postgresql", action="store_true", help="two workers on PostgreSQL too (pip install pgserver)"
    )
    parser.add_argument("--peer", help="REST webhook of a server to compare with")
    options = parser.parse_args()
    folder = options.folder / f"{options.encoder.replace('/', '_')}-{options.examples}"
    project = make_project(options.data, folder, options.encoder, examples=options.examples)
    texts = options.folder / "texts.json"
    texts.write_text(json.dumps([text for text, _ in rows(options.data, "test")]), encoding="utf-8")
    with ExitStack() as stack:
        server, started = stack.enter_context(served(project, new_sqlite(options.folder)))
        places = {"kefu": server.url}
        if options.postgresql:
            places["postgresql"] = stack.enter_context(served(project, postgresql(stack), workers=2))[0].url
        places["echo"] = stack.enter_context(echoing())
        if options.peer:
            places["peer"] = options.peer
        else:
            print("No peer is measured: give --peer (docs/benchmarks.md says how to set Rasa up).")
        bench = Bench(places, texts, options.seconds)
        for number in range(options.rounds):
            print(f"round {number + 1} of {options.rounds} …", file=sys.stderr)
            bench.round()
            bench.floor("model", "model", release_of(project), texts)
            bench.floor("commit", "commit", options.folder)
        print(f"ready after {started:.1f} s, {peak_mb(server.pid):.0f} MB at most")
        print(f"processor time of a turn: {1000 * server.cpu_s() / max(1, bench.turns['kefu']):.2f} ms")
        bench.report()
        if options.soak:
            soak(server, texts, rate=bench.most("kefu") / 2, seconds=options.soak)


def postgresql(stack: ExitStack) -> str:
    """The URL of a PostgreSQL of one's own."""
    from tests.exactly_once import PostgreSql

    database = PostgreSql(Path(stack.enter_context(tempfile.TemporaryDirectory())))
    stack.callback(database.close)
    return database.url


class Bench:
    """What was measured, burst by burst."""

    def __init__(self, places: dict[str, str], texts: Path, seconds: float) -> None:
        self._places = places
        self._texts = texts
        self._seconds = seconds
        self._next: dict[str, int] = defaultdict(int)
        self.turns: dict[str, int] = defaultdict(int)
        self.errors: dict[str, int] = defaultdict(int)
        self.rates: dict[tuple[str, int], list[float]] = defaultdict(list)
        self.times: dict[tuple[str, int], list[float]] = defaultdict(list)
        self.floors: dict[str, list[float]] = defaultdict(list)

    def round(self) -> None:
        """One burst at each server with each number of clients, side by side in time."""
        for clients in CLIENTS:
            for name, url in self._places.items():
                arguments = (url, self._texts, clients, self._seconds, self._next[name])
                result = json.loads(ran("bench.serving.load", *arguments))
                self._next[name] = result["next"]
                self.turns[name] += len(result["ms"])
                self.errors[name] += result["errors"]
                self.rates[name, clients].append(len(result["ms"]) / result["seconds"])
                self.times[name, clients] += result["ms"]

    def floor(self, name: str, *arguments: Any) -> None:
        self.floors[name].append(float(ran("bench.serving.floors", *arguments, self._seconds)))

    def most(self, name: str) -> float:
        """The most turns a second, by the medians."""
        return max(statistics.median(self.rates[name, clients]) for clients in CLIENTS)

    def report(self) -> None:
        """Medians over the rounds; latencies over all turns."""
        print("             clients  turns/s  p50 ms  p99 ms  errors  of echo  of model  of peer")
        for name in self._places:
            for clients in CLIENTS:
                rates, times = self.rates[name, clients], sorted(self.times[name, clients])
                if len(times) < 2:
                    print(f"{name:12} {clients:7d}  no turn came through, {self.errors[name]} errors")
                    continue
                cells = [ratio(rates, self.rates["echo", clients]), ratio(rates, self.floors["model"])]
                cells.append(ratio(rates, self.rates.get(("peer", clients), [])))
                print(
                    f"{name:12} {clients:7d} {statistics.median(rates):8.0f} {statistics.median(times):7.1f} "
                    f"{times[int(0.99 * (len(times) - 1))]:7.1f} {self.errors[name]:7d} {'  '.join(cells)}"
                )
        for name, rates in self.floors.items():
            print(f"{name} alone: {statistics.median(rates):.0f}/s")


def ratio(ours: list[float], theirs: list[float]) -> str:
    """The median of what was taken in the same round."""
    pairs = [one / other for one, other in zip(ours, theirs, strict=False) if other]
    return f"{statistics.median(pairs):7.2f}" if pairs else "      –"


def ran(module: str, *arguments: Any) -> str:
    command = [sys.executable, "-m", module, *map(str, arguments)]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=600).stdout


def release_of(project: Path) -> Path:
    return max(path.parent for path in project.glob("releases/*/manifest.json"))


if __name__ == "__main__":
    main()
