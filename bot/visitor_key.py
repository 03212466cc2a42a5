"""The key that signs visitors' tokens: given, or made once and kept where only the server reads it."""

from __future__ import annotations

import os
import secrets
import tempfile
from contextlib import suppress
from pathlib import Path

from encoders.errors import InputError

NAME = "visitors.key"
_SHORTEST = 32


def kept_key(folder: Path) -> str:
    """The key in `folder`, made where there is none. Of processes that start together one makes it.

    Raises:
        InputError: when the file is no key, or others than its owner may read it.
    """
    path = folder / NAME
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        _make(path)
    if os.name == "posix" and path.stat().st_mode & 0o077:
        raise InputError(path, "others may read it, and it signs who visitors are.", remedy="`chmod 600` it.")
    key = path.read_text(encoding="ascii", errors="replace").strip()
    if len(key) < _SHORTEST:
        raise InputError(
            path, f"is no key of at least {_SHORTEST} characters.", remedy="Delete it; a new one is made."
        )
    return key


def _make(path: Path) -> None:
    """Written beside it and linked into place whole: whoever is second takes the first one's."""
    descriptor, beside = tempfile.mkstemp(dir=path.parent, prefix=NAME)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(_SHORTEST))
        with suppress(FileExistsError):
            os.link(beside, path)
    finally:
        os.unlink(beside)
