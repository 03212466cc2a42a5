"""Fields of what a platform sent, read with suspicion."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from bot.messages import Attachment

LONGEST_ID = 255
_KINDS = {"image": "image", "audio": "audio", "video": "video"}


def objects(value: Any) -> Iterator[dict[str, Any]]:
    """The objects in a list; nothing where there is none."""
    if isinstance(value, list):
        yield from (item for item in value if isinstance(item, dict))


def inner(value: Mapping[str, Any], name: str) -> dict[str, Any]:
    """The object under a name, an empty one where there is none."""
    found = value.get(name)
    return found if isinstance(found, dict) else {}


def text(value: Any) -> str:
    """A text as it is, nothing for anything else."""
    return value if isinstance(value, str) else ""


def identifier(value: Any) -> str:
    """An id as text; platforms write some of them as numbers.

    Raises:
        ValueError: when it is none.
    """
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**30:
        value = str(value)
    if not isinstance(value, str) or not value or len(value) > LONGEST_ID or not value.isprintable():
        raise ValueError("not an id")
    return value


def place(latitude: Any, longitude: Any, *, name: str = "") -> Attachment:
    """A point on the map.

    Raises:
        ValueError: when the numbers are none.
    """
    try:
        at = float(latitude), float(longitude)
    except TypeError:
        raise ValueError("not a place") from None
    if not all(map(math.isfinite, at)):
        raise ValueError("not a place")
    return Attachment(kind="location", reference=f"geo:{at[0]},{at[1]}", name=name)


def file(reference: str, *, mime_type: str = "", name: str = "", caption: str = "") -> Attachment:
    """A file, of the kind that its type says."""
    kind: Any = _KINDS.get(mime_type.partition("/")[0], "file")
    return Attachment(kind=kind, reference=reference, mime_type=mime_type, name=name, caption=caption)
