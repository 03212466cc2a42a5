"""Entities marked in an example's text, in each of Rasa's ways of writing them.

book a flight to [Berlin](city)
book a flight to [B]{"entity": "city", "value": "Berlin", "role": "destination", "group": "1"}
book a flight to [Berlin](city:BER)                     (Rasa 1, still read)
[London][{"entity": "city"}, {"entity": "province"}]    (several entities on the same words)
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from intents.examples import AnnotatedEntity

_MARKED = re.compile(
    r"\[(?P<text>[^\[\]\n]+)\]"
    r"(?:\((?P<entity>[^():\n]+)(?::(?P<value>[^()\n]+))?\)|(?P<one>\{[^{}\n]*\})|(?P<many>\[[^\[\]\n]*\]))"
)
_BROKEN = re.compile(r"\](?=[(\[{])")
_FIELDS = {"entity", "value", "role", "group"}


class AnnotationError(ValueError):
    """An annotation that cannot be read: the message says why."""


def read_annotations(marked: str) -> tuple[str, tuple[AnnotatedEntity, ...]]:
    """The plain text and its entities; offsets are characters of the plain text.

    Raises:
        AnnotationError: for an annotation whose braces hold no entity.
    """
    plain: list[str] = []
    entities: list[AnnotatedEntity] = []
    length = position = 0
    for match in _MARKED.finditer(marked):
        before, text = marked[position : match.start()], match["text"]
        start = length + len(before)
        plain += before, text
        position, length = match.end(), start + len(text)
        entities.extend(_entity(fields, text, start) for fields in _fields(match))
    return "".join((*plain, marked[position:])), tuple(entities)


def write_annotations(text: str, entities: Sequence[AnnotatedEntity]) -> str:
    """The text with its entities marked, for `read_annotations` to read.

    Rasa has no way to escape brackets: where the text itself reads like an annotation, as a Markdown
    link does, a space is put after its bracket.

    Raises:
        AnnotationError: for entities that overlap in part or lie outside the text.
    """
    parts: list[str] = []
    position = 0
    ordered = sorted(entities, key=lambda entity: (entity.start, entity.end))
    for (start, end), group in groupby(ordered, key=lambda entity: (entity.start, entity.end)):
        if not position <= start < end <= len(text):
            raise AnnotationError(f"entities overlap or lie outside the text: {text!r}")
        words = text[start:end]
        if set(words) & set("[]\n"):
            raise AnnotationError(f"brackets cannot be part of an entity: {words!r}")
        parts += text[position:start], _mark(words, list(group))
        position = end
    return "".join(
        _outside(part) if index % 2 == 0 else part for index, part in enumerate((*parts, text[position:]))
    )


def _outside(text: str) -> str:
    return _BROKEN.sub("] ", text)


def _mark(words: str, entities: list[AnnotatedEntity]) -> str:
    only = entities[0]
    simple = only.value == words and only.role is None and only.group is None
    if len(entities) == 1 and simple and not set(only.entity) & set("():\n"):
        return f"[{words}]({only.entity})"
    fields = [_written(entity, words) for entity in entities]
    # Braces and brackets inside the JSON would end the annotation early: JSON can write them as numbers.
    written = [json.dumps(one, ensure_ascii=False)[1:-1] for one in fields]
    for mark in "{}[]":
        written = [one.replace(mark, f"\\u{ord(mark):04x}") for one in written]
    whole = ", ".join(f"{{{one}}}" for one in written)
    return f"[{words}]" + (whole if len(written) == 1 else f"[{whole}]")


def _written(entity: AnnotatedEntity, words: str) -> dict[str, str]:
    fields = {"entity": entity.entity}
    if entity.value != words:
        fields["value"] = entity.value
    for name, value in (("role", entity.role), ("group", entity.group)):
        if value is not None:
            fields[name] = value
    return fields


def _fields(match: re.Match[str]) -> Iterator[dict[str, Any]]:
    """The fields of each entity that one annotation marks."""
    if match["entity"]:
        yield {"entity": match["entity"], "value": match["value"] or match["text"]}
        return
    written = match["one"] or match["many"]
    try:
        value = json.loads(written)
    except ValueError as error:
        raise AnnotationError(f"the annotation {written} is not JSON ({error})") from error
    for fields in [value] if isinstance(value, dict) else value:
        if not isinstance(fields, dict) or not isinstance(fields.get("entity"), str):
            raise AnnotationError(f'the annotation {written} names no "entity"')
        if unknown := fields.keys() - _FIELDS:
            raise AnnotationError(f"the annotation {written} has the unknown field {min(unknown)!r}")
        yield fields


def _entity(fields: dict[str, Any], text: str, start: int) -> AnnotatedEntity:
    role, group = fields.get("role"), fields.get("group")
    return AnnotatedEntity(
        entity=fields["entity"].strip(),
        value=str(fields.get("value", text)),
        start=start,
        end=start + len(text),
        role=None if role is None else str(role),
        group=None if group is None else str(group),
    )
