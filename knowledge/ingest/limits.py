"""How much a file may hold, so that a hostile or broken one cannot take the machine down."""

from __future__ import annotations

import zipfile
from pathlib import Path

from encoders.errors import InputError, KefuError

MOST_BYTES = 64 * 1024 * 1024
"""Of a file as it stands."""
MOST_UNPACKED = 256 * 1024 * 1024
"""Of a packed file when it is unpacked."""
MOST_CHARACTERS = 4_000_000
"""Of one document's text."""
_MIB = 1024 * 1024


def check_size(path: Path) -> None:
    """Refuse a file that is too large to be an article.

    Raises:
        InputError: when it is.
    """
    if path.stat().st_size > MOST_BYTES:
        raise InputError(path, f"is larger than {MOST_BYTES // _MIB} MiB.", remedy="Split it.")


def check_packed(path: Path) -> None:
    """Refuse a zip file that unpacks to too much, by what its parts say and the library then enforces.

    Raises:
        InputError: when it does, or is no zip file.
    """
    try:
        with zipfile.ZipFile(path) as packed:
            unpacked = sum(part.file_size for part in packed.infolist())
    except (zipfile.BadZipFile, OSError) as error:
        raise InputError(path, f"is damaged ({error}).") from error
    if unpacked > MOST_UNPACKED:
        raise InputError(path, f"unpacks to more than {MOST_UNPACKED // _MIB} MiB.")


def needs(library: str, path: Path | str) -> KefuError:
    """What to say where a reader's library is not installed."""
    return KefuError(
        f"Reading {path} needs {library}, which is not installed. Run pip install 'kefu[documents]'"
    )
