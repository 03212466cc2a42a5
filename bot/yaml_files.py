"""Reading YAML with errors that name the file, the line and the field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from encoders.errors import InputError
from encoders.records import read_text

Model = TypeVar("Model", bound=BaseModel)


def read_yaml(path: Path) -> dict[str, Any]:
    """A YAML file whose top level is a mapping; an empty file is an empty mapping.

    Raises:
        InputError: with file and line where it is no YAML, holds a key twice, or is no mapping.
    """
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError

    try:
        value = YAML(typ="safe").load(read_text(path))
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problem = " ".join(part for part in (error.problem, error.context) if part)
        line = mark.line + 1 if mark else None
        raise InputError(path, f"is not valid YAML: {problem}.", line=line) from error
    except (ValueError, RecursionError) as error:
        raise InputError(path, f"is not valid YAML: {error}.") from error
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise InputError(path, "must be a mapping of keys to values at its top level.", line=1)
    return value


class Lines:
    """Where the fields of a YAML file stand; the file is read once, when it is first asked."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read: Any = None

    def of(self, field: Sequence[str | int]) -> int | None:
        """The line of `field` (keys and list positions from the top), as well as it can be found."""
        return self._walked(field)[1]

    def has(self, field: Sequence[str | int]) -> bool:
        """Whether the file has this field."""
        return self._walked(field)[0] == len(field)

    def of_member(self, key: str, name: str) -> int | None:
        """The line of a member of the list under a top key: the name, or a mapping of the name to settings."""
        members = self._root().get(key) if isinstance(self._root(), Mapping) else None
        for index, member in enumerate(members if isinstance(members, list) else ()):
            if member == name or (isinstance(member, Mapping) and name in member):
                return self.of((key, index))
        return None

    def _walked(self, field: Sequence[str | int]) -> tuple[int, int | None]:
        """How many keys of the field there are, and the line of the last of them."""
        node, line = self._root(), None
        for number, key in enumerate(field):
            try:
                marks = node.lc
                line = (marks.key(key) if isinstance(node, Mapping) else marks.item(key))[0] + 1
                node = node[key]
            except (AttributeError, KeyError, IndexError, TypeError):
                return number, line
        return len(field), line

    def _root(self) -> Any:
        from ruamel.yaml import YAML

        if self._read is None:
            self._read = YAML(typ="rt").load(read_text(self._path)) or {}
        return self._read


def line_of(path: Path, field: Sequence[str | int]) -> int | None:
    """The line on which one field of a file stands."""
    return Lines(path).of(field)


def validated(model: type[Model], value: Mapping[str, Any], path: Path) -> Model:
    """`value`, read from `path`, as a settings model.

    Raises:
        InputError: for the first field that is unknown or wrong, with its line and the nearest known name.
    """
    try:
        return model.model_validate(value)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        field = first["loc"]
        name = ".".join(map(str, field))
        line = line_of(path, field)
        if first["type"] == "extra_forbidden":
            remedy = _nearest(model, field)
            raise InputError(path, f"the setting {name!r} is unknown.", line=line, remedy=remedy) from error
        raise InputError(path, f"{name}: {first['msg']}.", line=line) from error


def _nearest(model: type[BaseModel], field: Sequence[str | int]) -> str:
    """A hint at the known setting with the most similar name."""
    from difflib import get_close_matches

    here: Any = model
    for key in field[:-1]:
        here = here.model_fields[key].annotation if key in getattr(here, "model_fields", {}) else None
    known = list(getattr(here, "model_fields", {}))
    close = get_close_matches(str(field[-1]), known, n=1)
    return f"Did you mean {close[0]!r}?" if close else f"Known here: {', '.join(known)}." if known else ""
