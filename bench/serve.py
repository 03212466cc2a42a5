"""A server under load over REST: throughput, latency, memory, start-up, beside what it cannot be faster than.

    python -m bench.serve --data FOLDER [--rounds 3] [--seconds 5] [--peer URL]

FOLDER holds banking77/. Each text is said once; every turn is durable in SQLite. The machine may be busy with other
things, so everything is measured in short turns, round after round, and a ratio is taken within its round. `--peer` is
the REST webhook of another server on this machine that was trained on the same project (see docs/benchmarks.md).
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import statistics
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from bench.serving.project import make_project, rows
from bench.turn import wait_until_ready

CLIENTS = (1, 8, 32)
WEBHOOK = "/webhooks/rest/webhook"
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
    parser.add_argument("--peer", help="REST webhook of a server to compare with")
    options = parser.parse_args()
    folder = options.folder / f"{options.encoder.replace('/', '_')}-{options.examples}"
    project = make_project(options.data, folder, options.encoder, examples=options.examples)
    texts = options.folder / "texts.json"
    texts.write_text(json.dumps([text for text, _ in rows(options.data, "test")]), encoding="utf-8")
    with ExitStack() as stack:
        server, started = stack.enter_context(served(project, options.folder))
        echo = stack.enter_context(echoing())
        places = {"kefu": server.url, "echo": echo}
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


class Server:
    """A process and its address."""

    def __init__(self, process: subprocess.Popen[bytes], port: int) -> None:
        self.pid = process.pid
        self.url = f"http://127.0.0.1:{port}{WEBHOOK}"
        self._before = cpu_s(process.pid)

    def cpu_s(self) -> float:
        """Processor seconds since it was ready."""
        return cpu_s(self.pid) - self._before


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


@contextmanager
def served(project: Path, folder: Path) -> Iterator[tuple[Server, float]]:
    """`kefu serve` with a new database, and the seconds until it was ready."""
    database = folder / "bench.sqlite"
    for old in folder.glob("bench.sqlite*"):
        old.unlink()
    port = free_port()
    command = [sys.executable, "-m", "bot.cli", "serve", str(project), "--port", str(port)]
    began = time.perf_counter()
    process = subprocess.Popen(
        [*command, "--database", f"sqlite:///{database.absolute()}"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_until_ready(port)
        started = time.perf_counter() - began
        yield Server(process, port), started
    finally:
        process.terminate()
        process.wait()


@contextmanager
def echoing() -> Iterator[str]:
    """The bare server, and its webhook."""
    port = free_port()
    process = subprocess.Popen([sys.executable, "-m", "bench.serving.floors", "echo", str(port)])
    try:
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}{WEBHOOK}"
    finally:
        process.terminate()
        process.wait()


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def release_of(project: Path) -> Path:
    return max(path.parent for path in project.glob("releases/*/manifest.json"))


def peak_mb(pid: int) -> float:
    """The most memory that a process has had, in MB."""
    text = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    return next(int(line.split()[1]) for line in text.splitlines() if line.startswith("VmHWM")) / 1000


def cpu_s(pid: int) -> float:
    """The processor time that a process has used, in seconds."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / float(os.sysconf("SC_CLK_TCK"))


if __name__ == "__main__":
    main()
