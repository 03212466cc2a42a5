"""How this process was started: torchrun and accelerate tell in the environment."""

from __future__ import annotations

import os


def launched() -> int:
    """The number of processes that were started together."""
    return int(os.environ.get("WORLD_SIZE", "1"))


def helping() -> bool:
    """Whether this process was started to help another."""
    return launched() > 1 and int(os.environ.get("RANK", "0")) > 0
