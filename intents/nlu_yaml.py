"""Rasa 3.1 `nlu.yml`: reading it with the line of every mistake, and writing it."""

from __future__ import annotations

import io
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from encoders.errors import InputError
from encoders.records import read_text
from intents.annotations import AnnotationError, read_annotations, write_annotations
from intents.examples import Example, TrainingData

_KINDS = ("intent", "synonym", "regex", "lookup")
_RESPONSE = "utter_"


def read_nlu_yaml(path: Path) -> TrainingData:
    """Everything the file's `nlu:` and the retrieval intents' part of its `responses:` say.

    Lines that Rasa would skip with a warning are errors here. A file without `nlu:` gives no examples.

    Raises:
        InputError: with file and line, for what is not UTF-8, not YAML or not of Rasa's form.
    """
    return parse_nlu_yaml(read_text(path), path)


def parse_nlu_yaml(text: str, path: Path | str) -> TrainingData:
    """As `read_nlu_yaml`, from the file's text; `path` is only for messages and `Example.source`.

    Raises:
        InputError: as `read_nlu_yaml`.
    """
    document = _Document.compose(text, path)
    reading = _Reading(document)
    for item in document.items("nlu"):
        reading.item(item)
    return TrainingData(
        examples=tuple(reading.examples),
        synonyms=reading.synonyms,
        regexes={name: tuple(found) for name, found in reading.regexes.items()},
        lookups={name: tuple(found) for name, found in reading.lookups.items()},
        fuzzy=frozenset(reading.fuzzy),
        responses=document.responses(),
    )


def write_nlu_yaml(data: TrainingData, path: Path) -> None:
    """Write a Rasa 3.1 file that `read_nlu_yaml` reads as the same data (sources and synonyms' case aside).

    Raises:
        AnnotationError: for entities that cannot be marked in the text.
    """
    path.write_text(format_nlu_yaml(data), encoding="utf-8")


def format_nlu_yaml(data: TrainingData) -> str:
    """The text of an `nlu.yml` that holds the data.

    Raises:
        AnnotationError: as `write_nlu_yaml`.
    """
    from ruamel.yaml import YAML

    yaml = YAML()
    yaml.width = 2**16
    yaml.allow_unicode = True
    yaml.indent(mapping=2, sequence=2, offset=0)
    document: dict[str, Any] = {"version": _quoted("3.1"), "nlu": list(_written_items(data))}
    if data.responses:
        document["responses"] = {
            _RESPONSE + name: [dict(one) for one in found] for name, found in data.responses.items()
        }
    out = io.StringIO()
    yaml.dump(document, out)
    return out.getvalue().replace("\n- ", "\n\n- ")


@dataclass(frozen=True, slots=True)
class _Document:
    """A YAML file as nodes, which know their lines."""

    path: Path | str
    root: Mapping[str, Any]
    constructor: Any

    @classmethod
    def compose(cls, text: str, path: Path | str) -> _Document:
        from ruamel.yaml import YAML
        from ruamel.yaml.error import MarkedYAMLError, YAMLError

        yaml = YAML(typ="safe", pure=True)
        try:
            node = yaml.compose(text)
        except MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            problem = f"is not YAML: {error.problem or error.context}."
            raise InputError(path, problem, line=mark.line + 1 if mark else None) from error
        except YAMLError as error:
            raise InputError(path, f"is not YAML: {error}.") from error
        document = cls(path, {}, yaml.constructor)
        return document if node is None else cls(path, document.mapping(node), yaml.constructor)

    def error(self, node: Any, problem: str, *, remedy: str = "") -> InputError:
        return InputError(self.path, problem, line=node.start_mark.line + 1, remedy=remedy)

    def mapping(self, node: Any) -> dict[str, Any]:
        """A mapping node as name → node."""
        if node.id != "mapping":
            raise self.error(node, "a mapping (name: value) was expected here.")
        fields: dict[str, Any] = {}
        for key, value in node.value:
            if key.value in fields:
                raise self.error(key, f"{key.value!r} stands here a second time.")
            fields[key.value] = value
        return fields

    def items(self, name: str) -> list[Any]:
        node = self.root.get(name)
        if node is None or (node.id == "scalar" and not node.value):
            return []
        if node.id != "sequence":
            raise self.error(node, f"{name!r} must be a list.")
        return list(node.value)

    def plain(self, node: Any) -> Any:
        """A node's value as Python data."""
        from ruamel.yaml.error import YAMLError

        try:
            return self.constructor.construct_object(node, deep=True)
        except YAMLError as error:
            raise self.error(node, f"cannot be used: {error}.") from error

    def text(self, node: Any) -> str:
        if node.id != "scalar":
            raise self.error(node, "a text was expected here.")
        return str(node.value)

    def lines(self, node: Any) -> Iterator[tuple[int, str]]:
        """(line number, text) of each `- …` line of a literal block."""
        first = node.start_mark.line + (2 if node.style == "|" else 1)
        for offset, line in enumerate(node.value.split("\n")):
            stripped = line.strip()
            if stripped and not stripped.startswith("-"):
                raise InputError(
                    self.path,
                    f"{stripped[:40]!r} does not start with '- '.",
                    line=first + offset if node.style == "|" else first,
                    remedy="Write `examples: |` and one `- example` on each line.",
                )
            if example := stripped.removeprefix("-").strip():
                yield (first + offset if node.style == "|" else first), example

    def responses(self) -> dict[str, tuple[Mapping[str, Any], ...]]:
        """Retrieval intents' answers: those whose name has a slash."""
        node = self.root.get("responses")
        found: dict[str, tuple[Mapping[str, Any], ...]] = {}
        for name, variations in self.mapping(node).items() if node is not None else ():
            if "/" in name:
                value = self.plain(variations)
                if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
                    raise self.error(variations, f"the responses of {name!r} must be a list of mappings.")
                found[name.removeprefix(_RESPONSE)] = tuple(value)
        return found


@dataclass(slots=True)
class _Reading:
    """What the items read so far have given."""

    document: _Document
    examples: list[Example] = field(default_factory=list)
    synonyms: dict[str, str] = field(default_factory=dict)
    regexes: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    lookups: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    fuzzy: set[str] = field(default_factory=set)

    def item(self, node: Any) -> None:
        fields = self.document.mapping(node)
        kinds = [kind for kind in _KINDS if kind in fields]
        if len(kinds) != 1:
            found = ", ".join(fields) or "nothing"
            raise self.document.error(node, f"an item needs one of {', '.join(_KINDS)} (found: {found}).")
        kind = kinds[0]
        name = self.document.text(fields[kind]).strip()
        if not name:
            raise self.document.error(fields[kind], f"the {kind} has no name.")
        if (examples := fields.get("examples")) is None:
            raise self.document.error(node, f"the {kind} {name!r} has no examples.")
        if kind == "intent":
            shared = self.document.plain(fields["metadata"]) if "metadata" in fields else None
            self._intent(name, examples, shared)
        else:
            self._phrases(kind, name, [text for _, text in self._listed(examples)])
            if kind == "lookup" and self._is_fuzzy(fields):
                self.fuzzy.add(name)

    def _is_fuzzy(self, fields: Mapping[str, Any]) -> bool:
        """`metadata: {fuzzy: true}` beside a lookup table."""
        metadata = self.document.plain(fields["metadata"]) if "metadata" in fields else None
        return isinstance(metadata, dict) and metadata.get("fuzzy") is True

    def _phrases(self, kind: str, name: str, phrases: list[str]) -> None:
        if kind == "synonym":
            self.synonyms.update({phrase.lower(): name for phrase in phrases})
        elif kind == "regex":
            self.regexes[name] += phrases
        else:
            self.lookups[name] += phrases

    def _listed(self, node: Any) -> Iterator[tuple[int, str]]:
        """(line, text), from a block of `- …` lines or a list of texts."""
        if node.id == "scalar":
            yield from self.document.lines(node)
        elif node.id == "sequence":
            for item in node.value:
                if text := self.document.text(item).strip():
                    yield item.start_mark.line + 1, text
        else:
            raise self.document.error(node, "examples must be a block of '- …' lines or a list.")

    def _intent(self, intent: str, node: Any, shared: Any) -> None:
        metadata = {"intent": shared} if shared else {}
        if node.id == "sequence" and any(item.id == "mapping" for item in node.value):
            for item in node.value:
                self._example_mapping(intent, item, metadata)
            return
        for line, marked in self._listed(node):
            self._example(intent, marked, line, metadata)

    def _example_mapping(self, intent: str, node: Any, metadata: Mapping[str, Any]) -> None:
        if node.id == "scalar":
            self._example(intent, node.value.strip(), node.start_mark.line + 1, metadata)
            return
        fields = self.document.mapping(node)
        if "text" not in fields:
            raise self.document.error(node, "the example has no text.")
        own = {"example": self.document.plain(fields["metadata"])} if "metadata" in fields else {}
        text = self.document.text(fields["text"]).strip()
        self._example(intent, text, node.start_mark.line + 1, {**metadata, **own})

    def _example(self, intent: str, marked: str, line: int, metadata: Mapping[str, Any]) -> None:
        try:
            text, entities = read_annotations(marked)
        except AnnotationError as error:
            raise InputError(self.document.path, f"{error}.", line=line) from error
        if text.strip():
            source = f"{self.document.path}:{line}"
            self.examples.append(
                Example(text=text, intent=intent, entities=entities, metadata=metadata, source=source)
            )


def _written_items(data: TrainingData) -> Iterator[dict[str, Any]]:
    grouped: dict[tuple[str, str], list[Example]] = {}
    for example in data.examples:
        shared = json.dumps(example.metadata.get("intent"), sort_keys=True, default=str)
        grouped.setdefault((example.intent, shared), []).append(example)
    for (intent, _), examples in grouped.items():
        item: dict[str, Any] = {"intent": intent}
        if "intent" in examples[0].metadata:
            item["metadata"] = examples[0].metadata["intent"]
        yield item | {"examples": _written_examples(examples)}
    synonyms: dict[str, list[str]] = {}
    for phrase, value in data.synonyms.items():
        synonyms.setdefault(value, []).append(phrase)
    for kind, named in (("synonym", synonyms), ("regex", data.regexes), ("lookup", data.lookups)):
        for name, phrases in named.items():
            fuzzy = {"metadata": {"fuzzy": True}} if kind == "lookup" and name in data.fuzzy else {}
            yield {kind: name, **fuzzy, "examples": _block(phrases)}


def _written_examples(examples: list[Example]) -> Any:
    marked = [write_annotations(example.text, example.entities) for example in examples]
    if all(_fits_line(text) for text in marked) and not any("example" in one.metadata for one in examples):
        return _block(marked)
    items = []
    for text, example in zip(marked, examples, strict=True):
        item: dict[str, Any] = {"text": text if _fits_line(text) else _quoted(text)}
        if "example" in example.metadata:
            item["metadata"] = example.metadata["example"]
        items.append(item)
    return items


def _fits_line(text: str) -> bool:
    """Whether the text can stand on one line of a literal block."""
    return text.isprintable()


def _block(lines: Any) -> Any:
    from ruamel.yaml.scalarstring import LiteralScalarString

    return LiteralScalarString("".join(f"- {line}\n" for line in lines))


def _quoted(text: str) -> Any:
    from ruamel.yaml.scalarstring import DoubleQuotedScalarString

    return DoubleQuotedScalarString(text)
