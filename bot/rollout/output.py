"""What a process says while it works: its last lines, and how far it has got."""

from __future__ import annotations

import json
import re
import time
from collections import deque
from collections.abc import Callable
from typing import Any

MOST_LINES = 400
LONGEST_LINE = 1000
_COLOURS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class Output:
    """Takes bytes as they come; whole lines count."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lines: deque[str] = deque(maxlen=MOST_LINES)
        self._rest = b""
        self._stage: dict[str, Any] = {}
        self._began = 0.0

    @property
    def log(self) -> str:
        """The last lines."""
        return "\n".join(self._lines)

    @property
    def progress(self) -> dict[str, Any]:
        """`{doing, done, of, note, left_s}` of the stage that it is in; empty before the first."""
        if not self._stage:
            return {}
        done, of = self._stage["done"], self._stage["of"]
        took = self._clock() - self._began
        left = took / done * (of - done) if done and of else None
        return {**self._stage, "left_s": None if left is None else round(left, 1)}

    def say(self, line: str) -> None:
        """Add a line of our own."""
        self._lines.append(line)

    def begin(self) -> None:
        """Another process follows."""
        self.end()
        self._stage = {}

    def feed(self, data: bytes) -> None:
        """What the process wrote."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            self._take(line)
        self._rest = self._rest[-LONGEST_LINE:]

    def end(self) -> None:
        """The process ended, perhaps within a line."""
        if self._rest:
            self._take(self._rest)
            self._rest = b""

    def _take(self, raw: bytes) -> None:
        line = _COLOURS.sub("", raw.decode("utf-8", "replace")).rstrip()
        if not line or self._progressed(line):
            return
        self._lines.append(line[:LONGEST_LINE])

    def _progressed(self, line: str) -> bool:
        """Whether the line tells how far it is (`encoders.progress`)."""
        if not line.startswith('{"progress": '):
            return False
        try:
            told = json.loads(line)
            stage = {
                "doing": str(told["progress"]),
                "done": int(told["done"]),
                "of": None if told["of"] is None else int(told["of"]),
                "note": str(told["note"]),
            }
        except (ValueError, KeyError, TypeError):
            return False
        if not stage["done"]:
            self._began = self._clock()
            self._lines.append(f"{stage['doing']} …" + (f" ({stage['of']})" if stage["of"] else ""))
        self._stage = stage
        return True
