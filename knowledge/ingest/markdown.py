"""Markdown articles with YAML front matter."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from encoders.errors import InputError
from encoders.records import read_text
from knowledge.documents import Document
from knowledge.ingest.fields import document_language, plain_metadata

_FENCE = re.compile(r"^---[ \t]*$", re.MULTILINE)
_HEADING = re.compile(r"^#{1,6}[ \t]+(.+?)[ \t#]*$", re.MULTILINE)
_KEYS = ("id", "title", "language", "url", "updated")


def read_markdown(path: Path, *, default_id: str) -> Document:
    """One article. Without front matter its id is `default_id` and its title the first heading.

    Raises:
        InputError: with file and line for broken front matter, and for an article without text.
    """
    front, text = _split(path, read_text(path).replace("\r\n", "\n"))
    if not text.strip():
        raise InputError(path, "has no text.")
    known = {key: _string(front, key, path) for key in _KEYS}
    heading = _HEADING.search(text)
    title = known["title"] or (heading.group(1) if heading else path.stem)
    return Document(
        id=known["id"] or default_id,
        title=title,
        text=text,
        url=known["url"],
        language=document_language(known["language"], f"{title}\n{text}"),
        updated=known["updated"],
        metadata=plain_metadata({key: value for key, value in front.items() if key not in _KEYS}),
    )


def _split(path: Path, source: str) -> tuple[Mapping[str, Any], str]:
    """(front matter, the rest); an empty front matter where the file does not begin with `---`."""
    opening = _FENCE.match(source)
    if opening is None:
        return {}, source.strip("\n")
    closing = _FENCE.search(source, opening.end())
    if closing is None:
        raise InputError(path, "the front matter has no closing '---'.", line=1)
    return _front(path, source[opening.end() : closing.start()]), source[closing.end() :].strip("\n")


def _front(path: Path, source: str) -> Mapping[str, Any]:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError

    try:
        value = YAML(typ="safe").load(source)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        problem = f"the front matter is not valid YAML: {error.problem or error.context}."
        raise InputError(path, problem, line=line) from error
    except ValueError as error:
        raise InputError(path, f"the front matter is not valid YAML: {error}.", line=1) from error
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise InputError(path, "the front matter must be keys and values.", line=1)
    return value


def _string(front: Mapping[str, Any], key: str, path: Path) -> str:
    value = front.get(key)
    if value is None:
        return ""
    if isinstance(value, dict | list):
        raise InputError(path, f"{key!r} in the front matter must be a text.", line=1)
    return str(value).strip()
