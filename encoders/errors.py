"""What goes wrong in ways a person can put right.

    KefuError
    ├── InputError       a file or a field that somebody gave us
    ├── ArtifactError    a model, index or release that is missing or damaged
    ├── SettingsError    a setting that is unknown, wrong or unsafe          (bot.errors)
    └── StoreError       the database cannot be used                         (bot.errors)

The command line prints these messages without a traceback; anything else is a bug.
"""

from __future__ import annotations

from pathlib import Path


class KefuError(Exception):
    """Something the person running kefu can put right: the message says what, where and how."""


class InputError(KefuError):
    """A file, line or field that cannot be used.

    The message reads `where: problem. remedy`, so that editors can jump to `where`.
    """

    def __init__(self, where: Path | str, problem: str, *, line: int | None = None, remedy: str = "") -> None:
        self.where = f"{where}:{line}" if line is not None else str(where)
        self.problem = problem
        self.remedy = remedy
        super().__init__(f"{self.where}: {problem}" + (f" {remedy}" if remedy else ""))


class ArtifactError(KefuError):
    """A model, index or release folder that is missing, damaged or of another version."""
