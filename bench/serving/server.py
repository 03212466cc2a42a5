"""Servers as processes of their own, and what they take."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.turn import wait_until_ready

WEBHOOK = "/webhooks/rest/webhook"


class Server:
    """A process and its address."""

    def __init__(self, process: subprocess.Popen[bytes], port: int) -> None:
        self.pid = process.pid
        self.url = f"http://127.0.0.1:{port}{WEBHOOK}"
        self._before = cpu_s(process.pid)

    def cpu_s(self) -> float:
        """Processor seconds since it was ready."""
        return cpu_s(self.pid) - self._before


@contextmanager
def served(project: Path, database: str, *, workers: int = 1) -> Iterator[tuple[Server, float]]:
    """`kefu serve`, and the seconds until it was ready."""
    port = free_port()
    command = [sys.executable, "-m", "bot.cli", "serve", str(project), "--port", str(port)]
    command += ["--database", database, "--workers", str(workers)]
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
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


def new_sqlite(folder: Path) -> str:
    """The URL of a database that is not there yet."""
    for old in folder.glob("bench.sqlite*"):
        old.unlink()
    return f"sqlite:///{(folder / 'bench.sqlite').absolute()}"


def peak_mb(pid: int) -> float:
    """The most memory that a process has had, in MB."""
    return _status(pid, "VmHWM")


def resident_mb(pid: int) -> float:
    """The memory that a process has, in MB."""
    return _status(pid, "VmRSS")


def _status(pid: int, field: str) -> float:
    text = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    return next(int(line.split()[1]) for line in text.splitlines() if line.startswith(field)) / 1000


def cpu_s(pid: int) -> float:
    """The processor time that a process has used, in seconds."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / float(os.sysconf("SC_CLK_TCK"))
