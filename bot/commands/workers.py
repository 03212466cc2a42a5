"""Several serving processes on one port: started together, restarted when one dies, stopped together."""

from __future__ import annotations

import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from types import FrameType

import typer

from encoders.errors import KefuError

TOO_SOON_S = 10.0
"""A worker that gives up within this time has a reason that a restart does not mend."""
_STOPPING = (signal.SIGINT, signal.SIGTERM)


def listening_socket(host: str, port: int) -> socket.socket:
    """The socket that all workers accept from.

    Raises:
        KefuError: when the port cannot be opened.
    """
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server((host, port), family=family, backlog=1024)
    except OSError as error:
        why = os.strerror(error.errno) if error.errno and error.errno > 0 else error.strerror
        raise KefuError(
            f"Port {port} on {host} cannot be opened ({why}). Give another with --port."
        ) from error


def run_workers(count: int, work: Callable[[int], None]) -> None:
    """Run `work` in `count` processes until we are told to stop; one that is killed is started again.

    Call it before anything has begun a thread: the workers are forks.

    Raises:
        KefuError: when a worker cannot start; all are stopped.
    """
    workers: dict[int, tuple[int, float]] = {}
    stopping = False

    def stop(_number: int, _frame: FrameType | None) -> None:
        nonlocal stopping
        stopping = True
        _signal(workers)

    for number in _STOPPING:
        signal.signal(number, stop)
    for place in range(count):
        workers[_forked(place, work)] = (place, time.monotonic())
    failed = False
    while workers:
        pid, status = os.wait()
        place, began = workers.pop(pid, (0, 0.0))
        if stopping:
            continue
        if os.WIFEXITED(status) and time.monotonic() - began < TOO_SOON_S:
            failed = stopping = True
            _signal(workers)
            continue
        typer.echo(f"Worker {place} ended and is started again.", err=True)
        workers[_forked(place, work)] = (place, time.monotonic())
    if failed:
        raise KefuError("A worker could not start; its reason is above.")


def _signal(workers: dict[int, tuple[int, float]]) -> None:
    for pid in tuple(workers):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)


def _forked(place: int, work: Callable[[int], None]) -> int:
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        for number in _STOPPING:
            signal.signal(number, signal.SIG_DFL)
        work(place)
        code = 0
    except KefuError as error:
        typer.echo(f"kefu: {error}", err=True)
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
