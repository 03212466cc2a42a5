"""Training data from files and folders: Rasa's YAML, CSV and JSONL."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from encoders.errors import InputError
from encoders.records import read_csv, read_jsonl, read_text, text_field
from intents.examples import Example, TrainingData
from intents.nlu_yaml import read_nlu_yaml

LABELS = ("intent", "label", "category")
"""The names that the column or field with the intent may have."""


def load_training_data(paths: Sequence[Path]) -> TrainingData:
    """All the files' data together, in their order; a folder gives its `*.yml` with an `nlu:` key.

    CSV (TSV) files have a header with `text` and one of `intent`, `label`, `category`; JSONL lines are
    objects with the same fields. Rows labelled `out_of_scope` are examples of what is in no intent.

    Raises:
        InputError: for a file or line that cannot be read, and when nothing is found at all.
    """
    parts = [_READERS[file.suffix.lower()](file) for path in paths for file in _files(path)]
    data = merge_training_data(parts)
    if not data.examples:
        raise InputError(", ".join(map(str, paths)), "there are no examples here.")
    return data


def merge_training_data(parts: Iterable[TrainingData]) -> TrainingData:
    """One TrainingData with everything in `parts`; a later synonym or response replaces an earlier one."""
    parts = list(parts)
    examples: list[Example] = []
    synonyms: dict[str, str] = {}
    responses: dict[str, tuple[Mapping[str, Any], ...]] = {}
    regexes: dict[str, tuple[str, ...]] = {}
    lookups: dict[str, tuple[str, ...]] = {}
    for part in parts:
        examples += part.examples
        synonyms |= part.synonyms
        responses |= part.responses
        for name, patterns in part.regexes.items():
            regexes[name] = regexes.get(name, ()) + patterns
        for name, phrases in part.lookups.items():
            lookups[name] = lookups.get(name, ()) + phrases
    return TrainingData(
        examples=tuple(examples),
        synonyms=synonyms,
        regexes=regexes,
        lookups=lookups,
        fuzzy=frozenset(name for part in parts for name in part.fuzzy),
        responses=responses,
    )


def load_texts(path: Path) -> list[str]:
    """The texts to predict: CSV or JSONL with `text`, else one per line of a plain file.

    An empty line is a text too, so that the answers' lines stay those of the questions.

    Raises:
        InputError: for a file or line that cannot be read.
    """
    suffix = path.suffix.lower()
    if suffix in {".csv", ".tsv"}:
        return [_any_text(row, path, line) for line, row in read_csv(path)]
    if suffix in {".jsonl", ".ndjson"}:
        return [_any_text(row, path, line) for line, row in read_jsonl(path)]
    lines = read_text(path).split("\n")
    return [line.removesuffix("\r") for line in (lines[:-1] if lines[-1] == "" else lines)]


def _any_text(row: Mapping[str, Any], path: Path, line: int) -> str:
    if not isinstance(text := row.get("text"), str):
        raise InputError(path, f"has no field text (found: {', '.join(sorted(row)) or 'none'}).", line=line)
    return text


def _files(path: Path) -> Iterator[Path]:
    if path.is_dir():
        yield from (
            file
            for file in sorted(path.rglob("*"))
            if file.suffix in {".yml", ".yaml"} and file.is_file() and _has_nlu(file)
        )
    elif path.suffix.lower() in _READERS:
        yield path
    elif not path.exists():
        raise InputError(path, "there is no such file or folder.")
    else:
        raise InputError(path, "is of no known kind.", remedy=f"Known: a folder, {', '.join(_READERS)}.")


def _has_nlu(file: Path) -> bool:
    return any(line.startswith(("nlu:", '"nlu":', "'nlu':")) for line in read_text(file).splitlines())


def _read_csv(path: Path) -> TrainingData:
    return _labelled(path, read_csv(path))


def _read_jsonl(path: Path) -> TrainingData:
    return _labelled(path, read_jsonl(path))


def _labelled(path: Path, rows: Iterable[tuple[int, Mapping[str, Any]]]) -> TrainingData:
    examples = [
        Example(
            text=text_field(row, ("text",), path, line),
            intent=text_field(row, LABELS, path, line).strip(),
            source=f"{path}:{line}",
        )
        for line, row in rows
    ]
    return TrainingData(examples=tuple(examples))


_READERS: dict[str, Callable[[Path], TrainingData]] = {
    ".yml": read_nlu_yaml,
    ".yaml": read_nlu_yaml,
    ".csv": _read_csv,
    ".tsv": _read_csv,
    ".jsonl": _read_jsonl,
    ".ndjson": _read_jsonl,
}
