"""Single values inside a YAML file changed in place; every other byte, comment and order stays."""

from __future__ import annotations

import copy
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from encoders.errors import InputError

Keys = Sequence[str | int]


def with_text(text: str, path: Path, keys: Keys, value: str) -> str:
    """The file's text with another value at a place such as `("responses", "utter_greet", 0, "text")`.

    Raises:
        InputError: when there is no plain value at this place, or it cannot be changed alone (an alias).
    """
    node = _node_at(text, path, keys)
    if node.id != "scalar":
        raise _refused(path, keys)
    start, end = node.start_mark.index, node.end_mark.index
    ends = "\n" if text[start:end].endswith("\n") else ""
    changed = text[:start] + json.dumps(value, ensure_ascii=False) + ends + text[end:]
    return _checked(text, changed, path, keys, value)


def with_item(text: str, path: Path, keys: Keys, value: Any) -> str:
    """The file's text with one more item at the end of the list at a place.

    Raises:
        InputError: when there is no list at this place, or it is written in a way that cannot be added to.
    """
    node = _node_at(text, path, keys)
    if node.id != "sequence" or node.flow_style or not node.value:
        raise _refused(path, keys)
    lines = text.splitlines(keepends=True)
    line = line_after(node)
    if not lines[line - 1].endswith("\n"):
        lines[line - 1] += "\n"
    item = f"{' ' * node.start_mark.column}- {json.dumps(value, ensure_ascii=False)}\n"
    changed = "".join([*lines[:line], item, *lines[line:]])
    there = _at(_loaded(text), keys)
    return _checked(text, changed, path, keys, [*there, value])


def line_after(node: Any) -> int:
    """The line after the last one of a node; a collection's own mark lies behind the comments that follow it."""
    while node.id != "scalar" and node.value and not node.flow_style:
        last = node.value[-1]
        node = last[1] if isinstance(last, tuple) else last
    return int(node.end_mark.line) + int(node.end_mark.column > 0)


def _node_at(text: str, path: Path, keys: Keys) -> Any:
    from ruamel.yaml import YAML

    node = YAML(typ="safe", pure=True).compose(text)
    for key in keys:
        if node is not None and node.id == "mapping":
            node = next((value for name, value in node.value if name.value == key), None)
        elif node is not None and node.id == "sequence" and isinstance(key, int) and key < len(node.value):
            node = node.value[key]
        else:
            node = None
    if node is None:
        raise _refused(path, keys)
    return node


def _checked(text: str, changed: str, path: Path, keys: Keys, value: Any) -> str:
    """`changed`, if it says what `text` says but for this place."""
    from ruamel.yaml.error import YAMLError

    expected = copy.deepcopy(_loaded(text))  # aliases are one object: a change of theirs shows in both
    *parents, last = keys
    _at(expected, parents)[last] = value
    try:
        after = _loaded(changed)
    except YAMLError as error:
        raise _refused(path, keys) from error
    if after != expected:
        raise _refused(path, keys)
    return changed


def _loaded(text: str) -> Any:
    from ruamel.yaml import YAML

    return YAML(typ="safe", pure=True).load(text)


def _at(value: Any, keys: Keys) -> Any:
    for key in keys:
        value = value[key]
    return value


def _refused(path: Path, keys: Keys) -> InputError:
    return InputError(
        path, f"{'.'.join(map(str, keys))} cannot be changed without disturbing what is around it.",
        remedy="Change it by hand.",
    )  # fmt: skip
