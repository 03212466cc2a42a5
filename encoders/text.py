"""What a text is made of: normal form, script and language."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

MAX_CHARACTERS = 4000
"""Longer messages are cut for the models (never in the store)."""

HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0002fa1f]")
_LETTER_OR_DIGIT = re.compile(r"[^\W_]")
_DIGIT = re.compile(r"\d")
_SPACE = re.compile(r"\s+")
CONTROL = re.compile(r"[\u0000-\u0008\u000b-\u001f\u007f\u200b-\u200f\u2060\ufeff\ud800-\udfff]")


def normalise(text: str) -> str:
    """The form that models see: NFKC (full-width forms become plain), spaces single, no control characters.

    Nor halves of surrogate pairs, which no tokenizer takes.

    Use it for the models only: offsets of entities refer to the text as it was written.
    """
    plain = CONTROL.sub("", unicodedata.normalize("NFKC", text[:MAX_CHARACTERS]))
    return _SPACE.sub(" ", plain).strip()


def han_share(text: str) -> float:
    """The share of Han characters among the letters and digits, from 0 to 1."""
    letters = len(_LETTER_OR_DIGIT.findall(text))
    return len(HAN.findall(text)) / letters if letters else 0.0


def detect_language(text: str, *, default: str = "en") -> str:
    """`zh` for a text that is Chinese in the main, else `en`; `default` where there is nothing to tell.

    One Han character says as much as a word of several Latin letters, hence the low bar. Order numbers
    and product codes are no evidence either way.
    """
    spaced = HAN.sub(r" \g<0> ", text[:MAX_CHARACTERS])
    words = " ".join(word for word in spaced.split() if not _DIGIT.search(word))
    han, latin = len(HAN.findall(words)), len(re.findall(r"[A-Za-zÀ-ɏ]{2,}", words))
    if not han and not latin:
        return default
    return "zh" if han >= latin else "en"


def is_multilingual(texts: Iterable[str]) -> bool:
    """Whether more than one text in fifty holds Han characters: then an English encoder will not do."""
    total = chinese = 0
    for text in texts:
        total += 1
        chinese += bool(HAN.search(text))
    return chinese * 50 > total
