"""JSON that a stranger sent: what passes here can be stored and written out again."""

from __future__ import annotations

import json
import math
from typing import Any, NoReturn

from bot.channels.base import BadMessage

# Deeper than any message, far shallower than the interpreter's recursion limit.
_DEEPEST = 32


def read_json(body: bytes) -> Any:
    """The JSON value in `body`.

    Raises:
        BadMessage: when it is not UTF-8, not JSON, nested too deeply, or has numbers that JSON does not know
            (NaN, Infinity, 1e999), which Python would read and the database refuse.
    """
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadMessage("The body is not UTF-8.") from None
    try:
        value = json.loads(text, parse_constant=_no_constant, parse_float=_finite)
    except RecursionError:
        raise BadMessage("The body is nested too deeply.") from None
    except ValueError:
        raise BadMessage("The body is not valid JSON.") from None
    if _deeper_than(value, _DEEPEST):
        raise BadMessage("The body is nested too deeply.")
    return value


def read_object(body: bytes) -> dict[str, Any]:
    """The JSON object in `body`.

    Raises:
        BadMessage: as `read_json`, and when it is another kind of value.
    """
    value = read_json(body)
    if not isinstance(value, dict):
        raise BadMessage("The body must be a JSON object.")
    return value


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError(digits)
    return number


def _deeper_than(value: Any, depth: int) -> bool:
    level = [value]
    for _ in range(depth):
        level = [child for parent in level for child in _children(parent)]
        if not level:
            return False
    return True


def _children(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []
