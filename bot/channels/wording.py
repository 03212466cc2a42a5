"""Text on its way in and out: made storable, cut to a platform's size, with sources and numbered choices."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from typing import Any

from bot.messages import Button, Part
from encoders.text import detect_language

_SOURCE = {"en": "Source: ", "zh": "来源："}
_CHOOSE = {"en": "Please choose:", "zh": "请选择："}

# Where a text may end, the best place first: after a paragraph, a line, a sentence, a clause, a word.
_ENDS = tuple(
    re.compile(pattern)
    for pattern in (r"\n[ \t]*\n", r"\n", r"[.!?…][)\"'”’]*\s|[。！？；][”’）]*", r"[,;:]\s|[，、：]", r"\s")
)
_JOINER = "\u200d"
Size = Callable[[str], int]


def clean(text: str) -> str:
    """The text without NUL and with halves of surrogate pairs joined or replaced by U+FFFD.

    JSON can spell both; databases, tokenisers and UTF-8 refuse them.
    """
    return text.replace("\0", "").encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def clean_json(value: Any) -> Any:
    """`clean` for every text in a JSON value, keys too."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, list):
        return [clean_json(item) for item in value]
    if isinstance(value, dict):
        return {clean(key): clean_json(item) for key, item in value.items()}
    return value


def render_citations(part: Part, language: str = "") -> str:
    """The part's text with a line for each source it quotes; `language` is that of the text unless given."""
    lines = [part.text] if part.text else []
    prefix = _words(_SOURCE, language or detect_language(part.text))
    for citation in part.citations:
        named = f"{citation.title}: {citation.url}" if citation.title and citation.url else ""
        lines.append(prefix + (named or citation.title or citation.url))
    return "\n".join(lines)


def numbered(text: str, buttons: Sequence[Button]) -> str:
    """The text with its choices as numbered lines, for where there are no buttons."""
    lines = [f"{number}. {button.title}" for number, button in enumerate(buttons, start=1)]
    return "\n".join([text, *lines] if text else lines)


def please_choose(language: str) -> str:
    """What stands above buttons that came without a text."""
    return _words(_CHOOSE, language)


def utf16_units(character: str) -> int:
    """How many UTF-16 units a character takes: 2 for most emoji."""
    return 2 if ord(character) > 0xFFFF else 1


def utf8_bytes(character: str) -> int:
    """How many bytes a character takes."""
    return len(character.encode("utf-8"))


def split_text(text: str, limit: int, *, size: Size = len) -> tuple[str, ...]:
    """Cut a text into pieces of at most `limit` units, `size` giving the units of one character.

    It is cut where it reads best in the second half of a piece, and never between a letter and its combining
    marks or inside an emoji that is joined of several, unless one such is larger than `limit`. Spaces at a
    cut go; all else stays, in order.
    """
    pieces = []
    rest = text.strip()
    while rest:
        end = _prefix(rest, limit, size)
        if end < len(rest):
            end = _good_end(rest, end)
        pieces.append(rest[:end].rstrip())
        rest = rest[end:].lstrip()
    return tuple(piece for piece in pieces if piece)


def _prefix(text: str, limit: int, size: Size) -> int:
    """How many characters fit; at least one, so that there is always an end."""
    used = 0
    for index, character in enumerate(text):
        used += size(character)
        if used > limit:
            return max(index, 1)
    return len(text)


def _good_end(text: str, end: int) -> int:
    for pattern in _ENDS:
        ends = [match.end() for match in pattern.finditer(text, end // 2, end)]
        if ends:
            return ends[-1]
    return next((place for place in range(end, 0, -1) if _between_characters(text, place)), end)


def _between_characters(text: str, place: int) -> bool:
    """Whether what a reader takes for one character is left whole: close to, and simpler than, UAX #29."""
    before, after = text[place - 1], text[place]
    if _JOINER in (before, after):
        return False
    if unicodedata.category(after)[0] == "M" or "\U0001f3fb" <= after <= "\U0001f3ff":
        return False
    if _is_flag_letter(before) and _is_flag_letter(after):  # flags are pairs of them
        run = next((n for n in range(place) if not _is_flag_letter(text[place - 1 - n])), place)
        return run % 2 == 0
    return not (before == "\r" and after == "\n")


def _is_flag_letter(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"


def _words(table: dict[str, str], language: str) -> str:
    return table["zh" if language.startswith("zh") else "en"]
