"""JSON schemas as the descriptions of endpoints spell them."""

from __future__ import annotations

from typing import Any, Final

from bot.web.operation import Content

Json = dict[str, Any]

ANY: Final[Json] = {}
NUMBER: Final[Json] = {"type": "number"}
FLAG: Final[Json] = {"type": "boolean"}
STATUS: Final[Json] = {
    "type": "object",
    "properties": {"status": {"const": "ok"}},
    "required": ["status"],
}
NOTHING: Final = Content()
PLAIN: Final = Content(types={"text/plain": {"type": "string"}})
PAGE: Final = Content(types={"text/html": {"type": "string"}})


def string(longest: int | None = None, *, empty: bool = True) -> Json:
    """A text of at most so many characters, with `empty=False` of at least one that is no space."""
    shape: Json = {"type": "string"}
    if longest is not None:
        shape["maxLength"] = longest
    return shape if empty else {**shape, "minLength": 1, "pattern": r"\S"}


def name(longest: int) -> Json:
    """A short text without control characters."""
    return {**string(longest), "pattern": r"^[^\u0000-\u001f\u007f-\u009f]*$"}


def whole(least: int, most: int | None = None, *, default: int | None = None) -> Json:
    """A whole number."""
    limits = {"minimum": least, "maximum": most, "default": default}
    return {"type": "integer", **{name: limit for name, limit in limits.items() if limit is not None}}


def one_of(*values: str) -> Json:
    """One of these texts."""
    return {"type": "string", "enum": list(values)}


def array(item: Json) -> Json:
    """A list of these."""
    return {"type": "array", "items": item}


def record(required: Json, optional: Json | None = None) -> Json:
    """An object with these fields; others may be there too."""
    shape: Json = {"type": "object", "properties": {**required, **(optional or {})}}
    return {**shape, "required": list(required)} if required else shape


def or_null(shape: Json) -> Json:
    """This, or null."""
    return {"anyOf": [shape, {"type": "null"}]}
