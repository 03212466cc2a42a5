"""Reading definitions out of loaded YAML: each value with its place, so that errors can name it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn


class DomainError(ValueError):
    """A definition that cannot be used.

    Attributes:
        where: the file or thing the definition came from.
        problem: what is wrong and what would be right.
        path: keys and indexes from the root of the mapping to the culprit; the file's reader finds the line.
    """

    def __init__(self, where: str, problem: str, path: tuple[str | int, ...] = ()) -> None:
        self.where = where
        self.problem = problem
        self.path = path
        at = ".".join(str(key) for key in path)
        super().__init__(f"{where}: {at + ': ' if at else ''}{problem}")


@dataclass(frozen=True, slots=True)
class Place:
    """A value of a definition and where it stands."""

    value: Any
    where: str
    path: tuple[str | int, ...] = ()

    def fail(self, problem: str) -> NoReturn:
        raise DomainError(self.where, problem, self.path)

    def get(self, key: str) -> Place:
        """The value under a key of a mapping; its value is None where there is none."""
        return Place(self.value.get(key), self.where, (*self.path, key))

    def mapping(self, *, known: Collection[str] | None = None) -> Place:
        """This place, checked to be a mapping with only known keys; nothing at all is an empty one."""
        value = {} if self.value is None else self.value
        if not isinstance(value, Mapping):
            self.fail("a mapping is wanted here")
        for key in value:
            if known is not None and key not in known:
                Place(None, self.where, (*self.path, str(key))).fail(
                    f"unknown key; known are {', '.join(sorted(known))}"
                )
        return Place(value, self.where, self.path)

    def items(self) -> Iterator[tuple[str, Place]]:
        """The entries of a mapping, by name."""
        for key in self.mapping().value:
            yield str(key), Place(self.value[key], self.where, (*self.path, key))

    def members(self) -> Iterator[Place]:
        """The members of a list; nothing at all is an empty one."""
        if self.value is None:
            return
        if not isinstance(self.value, list | tuple):
            self.fail("a list is wanted here")
        for index, value in enumerate(self.value):
            yield Place(value, self.where, (*self.path, index))

    def text(self) -> str:
        if not isinstance(self.value, str) or not self.value:
            self.fail("a text is wanted here")
        return str(self.value)

    def optional_text(self) -> str | None:
        return None if self.value is None else self.text()

    def texts(self) -> tuple[str, ...]:
        """A list of texts; a single text counts as a list of one."""
        if isinstance(self.value, str):
            return (str(self.value),)
        return tuple(member.text() for member in self.members())

    def number(self, default: float) -> float:
        if self.value is None:
            return default
        if isinstance(self.value, bool) or not isinstance(self.value, int | float):
            self.fail("a number is wanted here")
        return float(self.value)

    def flag(self, default: bool) -> bool:
        if self.value is None:
            return default
        if not isinstance(self.value, bool):
            self.fail("true or false is wanted here")
        return bool(self.value)

    def named(self) -> tuple[str, Place]:
        """An entry of a list that is either a name or a mapping of one name to its settings."""
        if isinstance(self.value, Mapping):
            if len(self.value) != 1:
                self.fail("a name, or one name with its settings, is wanted here")
            return next(self.items())
        return self.text(), Place(None, self.where, self.path)


def plain(value: Any) -> Any:
    """Mappings, lists and texts of any class (YAML readers have their own) as plain JSON values."""
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if value is None or isinstance(value, bool):
        return value
    for kind in (str, int, float):
        if isinstance(value, kind):
            return kind(value)
    return str(value)
