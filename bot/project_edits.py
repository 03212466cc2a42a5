"""Changes to a project's nlu and domain files: lines are added or taken out, every other byte stays.

The files are other people's work, with their comments and their order. So nothing is written anew: new lines are
put at the end of the section that they belong to, and the result is read back and compared before it replaces
the file.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from bot.project import Project, data_files, domain_files
from bot.yaml_edits import line_after
from encoders.errors import InputError
from encoders.records import read_text
from intents.annotations import read_annotations, write_annotations
from intents.examples import Example
from intents.nlu_yaml import parse_nlu_yaml


def nlu_file(project: Project) -> Path:
    """The file that new examples go to: `nlu.yml`, or the first other one that has an `nlu:` section."""
    own = project.folder / "nlu.yml"
    others = [path for path in data_files(project) if _section(_lines(path), "nlu") is not None]
    return own if own.is_file() or not others else others[0]


def with_examples(text: str, path: Path, examples: Sequence[Example]) -> str:
    """The text of an nlu file with the examples at its end, by intent, each with its metadata.

    Raises:
        InputError: when the file is wrong, or its `nlu:` is written in a way that cannot be added to.
    """
    grouped: dict[str, list[Example]] = {}
    for example in examples:
        grouped.setdefault(example.intent, []).append(example)
    indent = _indent_of_list(text, "nlu")
    added = "".join("\n" + _item(intent, own, indent) for intent, own in grouped.items())
    before = parse_nlu_yaml(text, path).examples
    changed = _appended(text or 'version: "3.1"\n', "nlu", added)
    found = [(one.intent, one.text) for one in parse_nlu_yaml(changed, path).examples]
    expected = [(one.intent, one.text) for one in before] + [
        (intent, read_annotations(_marked(one))[0]) for intent, own in grouped.items() for one in own
    ]
    if found != expected:
        raise InputError(path, "its 'nlu:' cannot be added to without disturbing it.", remedy="Add by hand.")
    return changed


def without_examples(text: str, path: Path, unwanted: Callable[[Example], bool]) -> str:
    """The text of an nlu file without some examples; an intent that has none left goes too.

    Only examples written as `- text: …` with their own metadata can be told apart by it.

    Raises:
        InputError: when the file is wrong.
    """
    from ruamel.yaml import YAML

    root = YAML(typ="safe", pure=True).compose(text)
    doomed = {
        (one.intent, int(one.source.rpartition(":")[2]))
        for one in parse_nlu_yaml(text, path).examples
        if unwanted(one)
    }
    if root is None or not doomed:
        return text
    lines = text.splitlines(keepends=True)
    for start, end, whole in reversed(list(_ranges(root, doomed))):
        blank = (
            whole and start > 0 and not lines[start - 1].strip()
        )  # `with_examples` puts one before an item
        del lines[start - blank : end]
    return "".join(lines)


def with_names(text: str, path: Path, section: str, names: Sequence[str]) -> str:
    """The text of a domain file with names at the end of a list such as `intents`.

    Raises:
        InputError: when the section is written in a way that cannot be added to.
    """
    indent = _indent_of_list(text, section)
    added = "".join(f"{indent}- {_scalar(name)}\n" for name in names)
    return _checked(text, path, _appended(text, section, added), section, list(names))


def with_entries(text: str, path: Path, section: str, entries: Mapping[str, Any]) -> str:
    """The text of a domain file with entries at the end of a mapping such as `responses` or `slots`.

    Raises:
        InputError: when the section is written in a way that cannot be added to.
    """
    added = "".join(
        f"{_indent_of_mapping(text, section)}{_scalar(name)}: {json.dumps(value, ensure_ascii=False)}\n"
        if not isinstance(value, list)
        else f"{_indent_of_mapping(text, section)}{_scalar(name)}:\n" + "".join(
            f"{_indent_of_mapping(text, section)}  - {json.dumps(one, ensure_ascii=False)}\n" for one in value
        )
        for name, value in entries.items()
    )  # fmt: skip
    return _checked(text, path, _appended(text, section, added), section, dict(entries))


def domain_file_with(project: Project, section: str) -> Path:
    """The domain file that has the section; the first where none has."""
    files = domain_files(project)
    return next((path for path in files if _section(_lines(path), section) is not None), files[0])


def write_files(changed: Mapping[Path, str]) -> None:
    """Replace the files, each at once; with Windows line ends where the file has them."""
    drafts: list[tuple[Path, Path]] = []
    for path, text in changed.items():
        draft = path.with_name(f".{path.name}.{os.getpid()}.part")
        ends = "\r\n" if path.is_file() and b"\r\n" in path.read_bytes() else "\n"
        draft.write_bytes(text.replace("\r\n", "\n").replace("\n", ends).encode("utf-8"))
        drafts.append((draft, path))
    for draft, path in drafts:
        draft.replace(path)


def _item(intent: str, examples: Iterable[Example], indent: str) -> str:
    lines = [f"{indent}- intent: {_scalar(intent)}", f"{indent}  examples:"]
    for example in examples:
        lines.append(f"{indent}  - text: {json.dumps(_marked(example), ensure_ascii=False)}")
        if "example" in example.metadata:
            lines.append(
                f"{indent}    metadata: {json.dumps(example.metadata['example'], ensure_ascii=False)}"
            )
    return "\n".join(lines) + "\n"


def _marked(example: Example) -> str:
    """The example's text as an nlu file has it, on one line."""
    return " ".join(write_annotations(example.text, example.entities).split())


def _lines(path: Path) -> list[str]:
    return read_text(path).splitlines(keepends=True)


def _section(lines: Sequence[str], name: str) -> tuple[int, int] | None:
    """(line of the top-level key, line after the last of its value), comments before the next key left to that."""
    pattern = re.compile(rf"[\"']?{re.escape(name)}[\"']?\s*:")
    start = next((place for place, line in enumerate(lines) if pattern.match(line)), None)
    if start is None:
        return None
    end = next(
        (place for place in range(start + 1, len(lines)) if re.match(r"[^\s#-]|---|\.\.\.", lines[place])),
        len(lines),
    )
    while end > start + 1 and (not lines[end - 1].strip() or lines[end - 1].startswith("#")):
        end -= 1
    return start, end


def _appended(text: str, name: str, added: str) -> str:
    """The text with lines at the end of a top-level section, which is made where it is missing or empty."""
    lines = text.splitlines(keepends=True)
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += "\n"
    place = _section(lines, name)
    if place is None:
        return "".join([*lines, f"\n{name}:\n", added.lstrip("\n")])
    start, end = place
    if re.search(r":\s*(?:\[\s*\]|\{\s*\}|null|~)\s*(?:#.*)?$", lines[start]):
        lines[start] = re.sub(r":\s*(?:\[\s*\]|\{\s*\}|null|~)", ":", lines[start])
    return "".join([*lines[:end], added, *lines[end:]])


def _indent_of_list(text: str, section: str) -> str:
    return _indent(text, section, r"( *)-(?: |$)", "")


def _indent_of_mapping(text: str, section: str) -> str:
    return _indent(text, section, r"( +)[^\s#-]", "  ")


def _indent(text: str, section: str, pattern: str, usual: str) -> str:
    """How far the first line inside a section that has the pattern is indented."""
    lines = text.splitlines(keepends=True)
    place = _section(lines, section)
    inside = lines[place[0] + 1 : place[1]] if place else []
    return next((found[1] for line in inside if (found := re.match(pattern, line))), usual)


def _checked(text: str, path: Path, changed: str, section: str, added: Any) -> str:
    """`changed`, if it is `text` with `added` in the section and nothing else."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    remedy = "Add by hand, or write the section in block style."
    try:
        before, after = (YAML(typ="safe").load(one) or {} for one in (text, changed))
    except YAMLError as error:
        raise InputError(path, f"its {section!r} cannot be added to.", remedy=remedy) from error
    old = before.get(section) or type(added)()
    expected = {**before, section: {**old, **added} if isinstance(added, dict) else [*old, *added]}
    if after != expected:
        raise InputError(path, f"its {section!r} cannot be added to without disturbing it.", remedy=remedy)
    return changed


def _scalar(name: str) -> str:
    plain = re.fullmatch(r"[^\W\d]\w*", name) and name.lower() not in (
        "true",
        "false",
        "null",
        "yes",
        "no",
        "on",
        "off",
        "y",
        "n",
    )
    return name if plain else json.dumps(name, ensure_ascii=False)


def _ranges(root: Any, doomed: set[tuple[str, int]]) -> Iterable[tuple[int, int, bool]]:
    """(first line, line after the last, whether it is an item) of what goes: examples, or items that lose all."""
    nlu = next((value for key, value in root.value if key.value == "nlu"), None)
    items = nlu.value if nlu is not None else []
    for item in items:
        fields = {key.value: value for key, value in item.value}
        examples = fields.get("examples")
        if "intent" not in fields or examples is None or examples.id != "sequence":
            continue
        intent = fields["intent"].value
        gone = [node for node in examples.value if (intent, node.start_mark.line + 1) in doomed]
        whole = bool(gone) and len(gone) == len(examples.value)
        for node in [item] if whole else gone:
            yield int(node.start_mark.line), line_after(node), whole
