"""Cutting text into sentences, English and Chinese."""

from __future__ import annotations

import re

from encoders.text import HAN

_ABBREVIATIONS = (
    "e.g", "i.e", "etc", "approx", "no", "nr", "max", "min", "incl", "excl", "vs", "mr", "mrs", "ms", "dr",
    "st", "inc", "ltd", "co", "a.m", "p.m", "cf", "fig", "tel", "jan", "feb", "aug", "sept", "oct", "nov", "dec",
)  # fmt: skip
_END = re.compile(
    r"""(?<=[。！？；])[”’」』）)"]*        # Chinese: the mark itself ends the sentence
      | (?<=[.!?…])["'”’)\]]*(?=\s)      # others: white space must follow""",
    re.VERBOSE,
)
_LAST_WORD = re.compile(r"([\w.]+)\.$")
_NUMBER = re.compile(r"^\s*(?:-|\d+\.)\s*$")


def sentences(text: str) -> list[str]:
    """The text's sentences in order, stripped; every line ends one. Their words are the text's words."""
    return [sentence for line in text.splitlines() for sentence in _in_line(line)]


def length(text: str) -> float:
    """The text's length in words; a Chinese character counts as 0.6, as words are 1.7 characters long."""
    return 0.6 * len(HAN.findall(text)) + len(HAN.sub(" ", text).split())


def _in_line(line: str) -> list[str]:
    found: list[str] = []
    start = 0
    for mark in _END.finditer(line):
        piece = line[start : mark.end()]
        if _goes_on(piece, line[mark.end() :]):
            continue
        found.append(piece.strip())
        start = mark.end()
    found.append(line[start:].strip())
    return [sentence for sentence in found if sentence]


def _goes_on(piece: str, rest: str) -> bool:
    """Whether the full stop belongs to an abbreviation, a list's number or an initial."""
    if _NUMBER.match(piece):
        return True
    word = _LAST_WORD.search(piece)
    if word is None or not piece.endswith("."):
        return False
    if rest.lstrip()[:1].islower():
        return True
    return word.group(1).lower() in _ABBREVIATIONS or bool(re.fullmatch(r"[A-Z]", word.group(1)))
