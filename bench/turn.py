"""How long a turn through REST takes with the real models, and where the time goes.

    python -m bench.turn PROJECT [--turns N]

Serves the project's promoted release on a free port with a database of its own, asks distinct questions one after
the other, and reads the stages from /metrics.
"""

from __future__ import annotations

import argparse
import json
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from encoders.records import read_csv


def main() -> None:
    parser = argparse.ArgumentParser(description="Time turns through REST.")
    parser.add_argument("project", type=Path)
    parser.add_argument("--turns", type=int, default=300)
    options = parser.parse_args()
    texts = [row["text"] for _, row in read_csv(options.project / "evaluation" / "intents.csv")]
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "bot.cli", "serve", str(options.project), "--port", str(port)]
        command += ["--database", f"sqlite:///{folder}/bench.sqlite"]
        began = time.perf_counter()
        server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            wait_until_ready(port)
            print(f"ready after {time.perf_counter() - began:.1f} s")
            report(port, texts, options.turns)
        finally:
            server.terminate()
            server.wait()


def wait_until_ready(port: int) -> None:
    for _ in range(600):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/health/ready", timeout=5).read()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise SystemExit("the server did not become ready")


def report(port: int, texts: list[str], turns: int) -> None:
    """Print the median and the 95th percentile, and the mean of each stage."""
    for place in range(20):
        say(port, f"warm-{place}", texts[place % len(texts)])
    before = stages(port)
    times = [say(port, f"turn-{place}", texts[place % len(texts)]) for place in range(turns)]
    after = stages(port)
    print(
        f"{turns} turns: median {statistics.median(times):.1f} ms, p95 {statistics.quantiles(times, n=20)[-1]:.1f} ms"
    )
    total = statistics.fmean(times)
    for stage, (seconds, count) in sorted(after.items()):
        spent = (
            1000 * (seconds - before.get(stage, (0.0, 0))[0]) / max(1, count - before.get(stage, (0.0, 0))[1])
        )
        print(f"  {stage:8} {spent:6.2f} ms  {100 * spent / total:4.0f} %")


def say(port: int, sender: str, text: str) -> float:
    """The milliseconds that one message took."""
    body = json.dumps({"sender": sender, "message": text}).encode()
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/webhooks/rest/webhook", body, {"Content-Type": "application/json"}
    )
    began = time.perf_counter()
    urllib.request.urlopen(request, timeout=30).read()
    return 1000 * (time.perf_counter() - began)


def stages(port: int) -> dict[str, tuple[float, int]]:
    """Seconds and turns by stage, so far."""
    text = urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10).read().decode()
    found: dict[str, list[float]] = {}
    for kind, stage, value in re.findall(r'kefu_stage_seconds_(sum|count)\{stage="(\w+)"\} (\S+)', text):
        found.setdefault(stage, [0.0, 0.0])[kind == "count"] = float(value)
    return {stage: (seconds, int(count)) for stage, (seconds, count) in found.items()}


if __name__ == "__main__":
    main()
