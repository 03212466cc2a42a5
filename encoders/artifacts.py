"""Folders that hold a model, an index or a release: complete or not there at all.

A folder is built beside its final place and renamed once its manifest, with the size and
SHA-256 of every file, is written. Opening one checks the manifest first.
"""

from __future__ import annotations

import ctypes
import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from encoders.errors import ArtifactError, KefuError

MANIFEST = "manifest.json"
_HERE, _EXCHANGE = -100, 2
"""Of renameat2(2): AT_FDCWD and RENAME_EXCHANGE."""


def sha256(path: Path) -> str:
    """The file's SHA-256 as hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def building(folder: Path, *, kind: str, facts: Mapping[str, Any] | None = None) -> Iterator[Path]:
    """Give an empty folder to fill; put it at `folder`, with a manifest, when the block ends well.

    An older artifact of the same kind at `folder` is replaced; anything else there is refused.
    `facts` (JSON) is read when the block ends, so that the block may still add to it.
    On an exception nothing of the new folder is left and the old one stays.

    Raises:
        KefuError: when `folder` holds something that is not an artifact of this kind.
    """
    folder = folder.absolute()
    if folder.exists() and any(folder.iterdir()) and read_manifest(folder, kind=kind) is None:
        raise KefuError(f"{folder} is there already and is no {kind}: give another folder or remove it.")
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = folder.with_name(f".{folder.name}.{os.getpid()}.building")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir()
    try:
        yield draft
        _write_manifest(draft, kind, facts or {})
        _swap(draft, folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def open_artifact(folder: Path, *, kind: str, verify: bool = True) -> dict[str, Any]:
    """The facts in the folder's manifest, after checking that every file is whole.

    With `verify` the hashes are compared, else only the sizes.

    Raises:
        ArtifactError: when the folder is missing, of another kind, or a file is missing or changed.
    """
    if not folder.is_dir():
        raise ArtifactError(f"There is no {kind} at {folder}.")
    manifest = read_manifest(folder, kind=kind)
    if manifest is None:
        raise ArtifactError(f"{folder} is no {kind}: its {MANIFEST} is missing or of another kind.")
    for name, expected in manifest["files"].items():
        path = folder / name
        if not path.is_file():
            raise ArtifactError(f"The {kind} {folder} is damaged: {name} is missing. Make it again.")
        if path.stat().st_size != expected["size"] or (verify and sha256(path) != expected["sha256"]):
            raise ArtifactError(f"The {kind} {folder} is damaged: {name} has changed. Make it again.")
    facts: dict[str, Any] = manifest["facts"]
    return facts


def read_manifest(folder: Path, *, kind: str) -> dict[str, Any] | None:
    """The manifest as it stands, or None where there is none of this kind."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return manifest if isinstance(manifest, dict) and manifest.get("kind") == kind else None


def link_folder(source: Path, target: Path) -> None:
    """A copy of a folder that costs no disk where the file system can link."""

    def link(first: str, second: str) -> None:
        try:
            os.link(first, second)
        except OSError:
            shutil.copy2(first, second)

    shutil.copytree(source, target, copy_function=link)


def _write_manifest(folder: Path, kind: str, facts: Mapping[str, Any]) -> None:
    files = {
        path.relative_to(folder).as_posix(): {"size": path.stat().st_size, "sha256": sha256(path)}
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path != folder / MANIFEST
    }
    manifest = {"kind": kind, "facts": dict(facts), "files": files}
    (folder / MANIFEST).write_text(
        json.dumps(manifest, indent=2, ensure_ascii=False) + "\n", encoding="utf-8"
    )


def _exchanged(one: Path, other: Path) -> bool:
    """Whether two folders have taken each other's place, in one step that a crash cannot cut in two (Linux)."""
    try:
        rename = ctypes.CDLL(None).renameat2
    except (AttributeError, OSError, TypeError):
        return False
    return bool(rename(_HERE, os.fsencode(one), _HERE, os.fsencode(other), _EXCHANGE) == 0)


def _swap(draft: Path, folder: Path) -> None:
    """Put the draft in the place of the folder; an older artifact there takes the draft's, to be removed.

    Where the system cannot exchange two folders at once, the older one is moved out of the way first.
    """
    if not folder.exists():
        draft.rename(folder)
        return
    if _exchanged(draft, folder):
        return
    old = folder.with_name(f".{folder.name}.{os.getpid()}.old")
    folder.rename(old)
    draft.rename(folder)
    shutil.rmtree(old, ignore_errors=True)
