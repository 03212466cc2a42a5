"""A problem and where it stands."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Literal

from bot.project import Project, domain_files
from bot.yaml_files import Lines
from encoders.errors import KefuError

Level = Literal["error", "warning", "note"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """An `error` stops the assistant from working as written; a `warning` is probably not what was meant; a
    `note` says what is done in another way than the file may suggest."""

    level: Level
    where: str
    text: str

    def __str__(self) -> str:
        return f"{self.where}: {self.level}: {self.text}"


class Places:
    """Finds lines, reading each file once."""

    def __init__(self, project: Project) -> None:
        self._lines: dict[Path, Lines] = {}
        self._domain = domain_files(project)
        self._folder = project.folder

    def of(self, path: Path | str, field: Sequence[str | int]) -> str:
        """`file:line` of a field."""
        file = Path(path)
        if not file.is_file():
            return str(path)
        line = self._lines.setdefault(file, Lines(file)).of(field)
        return f"{file}:{line}" if line else str(file)

    def in_domain(self, *field: str | int) -> str:
        """`file:line` of a field of the domain, in whichever of its files has it."""
        for file in self._domain:
            lines = self._lines.setdefault(file, Lines(file))
            if lines.has(field[:2]):
                return self.of(file, field)
        return self.of(self._domain[0], field) if self._domain else str(self._folder)

    def name_in_domain(self, key: str, name: str) -> str:
        """`file:line` of a member of one of the domain's lists, such as an intent."""
        for file in self._domain:
            line = self._lines.setdefault(file, Lines(file)).of_member(key, name)
            if line:
                return f"{file}:{line}"
        return self.in_domain(key)


def of_error(error: KefuError, where: Path) -> Problem:
    """An error that reading raised, as a problem."""
    place = getattr(error, "where", str(where))
    return Problem(level="error", where=place, text=str(error).removeprefix(f"{place}: "))


def not_known(what: str, name: str, known: Iterable[str], *, where: str = "the domain") -> str:
    """That a name is not known, with the nearest one that is."""
    close = get_close_matches(name, sorted(known), n=1)
    return f"the {what} {name!r} is not in {where}." + (f" Did you mean {close[0]!r}?" if close else "")
