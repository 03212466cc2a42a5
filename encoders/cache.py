"""Where kefu keeps what it can always make again: unpacked models and exported encoders."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def cache_folder() -> Path:
    """The cache folder: $KEFU_CACHE, else $XDG_CACHE_HOME/kefu, else ~/.cache/kefu. Read when called."""
    if own := os.environ.get("KEFU_CACHE"):
        return Path(own).expanduser().absolute()
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base).expanduser() if base else Path.home() / ".cache").absolute() / "kefu"


@contextmanager
def only_one(folder: Path) -> Iterator[None]:
    """Keep other threads and processes out while one of them makes `folder`."""
    from filelock import FileLock  # comes with torch; only making something needs it

    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(folder.with_name(f".{folder.name}.lock")):
        yield
