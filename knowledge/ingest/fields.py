"""What the readers of documents share: languages, metadata and ids."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from encoders.text import detect_language


def document_language(given: str, text: str) -> str:
    """The language's first part in lower case (`zh-CN` → `zh`); detected from the text where none is given."""
    return given.replace("_", "-").split("-")[0].strip().lower() or detect_language(text)


def plain_metadata(values: Mapping[Any, Any]) -> dict[str, Any]:
    """The same with text keys and values that JSON can hold: dates and the like become text."""
    return {str(key): _plain(value) for key, value in values.items()}


def stable_id(name: str, content: str) -> str:
    """An id for an entry without one: the file's name and a hash of what it says."""
    return f"{name}-{hashlib.sha256(content.encode()).hexdigest()[:10]}"


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, Mapping):
        return plain_metadata(value)
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return str(value)
