"""A steady load for a while: are there errors, and does the memory grow?"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

from bench.serving.server import Server, resident_mb

CLIENTS = 16
FROM = 1_000_000
"""The number of the first text: none has been said before."""


def soak(server: Server, texts: Path, *, rate: float, seconds: float) -> None:
    """Print turns, errors, latency and the memory (MB) at tenths of `seconds`, at `rate` turns a second."""
    arguments = (server.url, texts, CLIENTS, seconds, FROM, rate)
    load = subprocess.Popen(
        [sys.executable, "-m", "bench.serving.load", *map(str, arguments)], stdout=subprocess.PIPE, text=True
    )
    memory = []
    for _ in range(10):
        time.sleep(seconds / 10)
        memory.append(resident_mb(server.pid))
    result = json.loads(load.communicate(timeout=60)[0])
    times = sorted(result["ms"])
    print(
        f"{seconds:.0f} s at {rate:.0f} turns/s: {len(times)} turns, {result['errors']} errors, "
        f"p99 {times[int(0.99 * (len(times) - 1))]:.1f} ms; MB: {' '.join(f'{one:.0f}' for one in memory)}"
    )
