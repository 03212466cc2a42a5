"""`kefu new`: a small assistant to start from."""

from __future__ import annotations

import shutil
from importlib.resources import as_file, files
from pathlib import Path

from encoders.errors import InputError


def new_project(folder: Path) -> str:
    """Copy the starter assistant to `folder` and say what to do next.

    Raises:
        InputError: when there is something at `folder` already; it is left as it is.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InputError(folder, "is there already and not empty.", remedy="Give a new folder.")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with as_file(files("bot") / "new") as template:
        shutil.copytree(
            template, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__", "*.py")
        )
    return (
        f"Made {folder}. Next:\n"
        f"  kefu check {folder}\n"
        f"  kefu train {folder} --recipe fast\n"
        f"  kefu serve {folder}"
    )
