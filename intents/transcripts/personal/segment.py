"""Chinese text cut into the words of jieba's dictionary."""

from __future__ import annotations

import logging
from functools import lru_cache
from typing import Any

from encoders.cache import cache_folder

_FEW = 50  # a word that is more frequent than this is known for more than somebody's name


def words_of(text: str) -> list[tuple[int, str]]:
    """(start, word) of each word; what is in no dictionary, as most names are, comes character by character."""
    found: list[tuple[int, str]] = []
    place = 0
    for word in _tokenizer().cut(text, HMM=False):
        found.append((place, word))
        place += len(word)
    return found


def is_word(text: str) -> bool:
    """Whether the dictionary has it as something else than the name of a few people."""
    count = _tokenizer().FREQ.get(text)
    return bool(count) and (count > _FEW or _kinds().get(text) != "nr")


def kind_of(text: str) -> str:
    """The dictionary's part of speech (`n`, `v`, `t` for times, `nr` for people); "" for what it does not have."""
    return _kinds().get(text, "")


@lru_cache(maxsize=1)
def _kinds() -> dict[str, str]:
    with _tokenizer().get_dict_file() as file:
        parts = (line.decode("utf-8").split() for line in file)
        return {word: kind for word, _, kind in parts if 2 <= len(word) <= 4}


@lru_cache(maxsize=1)
def _tokenizer() -> Any:
    """jieba with its cache in our own folder instead of the system's temporary one."""
    import jieba

    jieba.setLogLevel(logging.WARNING)
    tokenizer = jieba.Tokenizer()
    folder = cache_folder()
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer.tmp_dir = str(folder)
    tokenizer.cache_file = "jieba.cache"
    tokenizer.initialize()
    return tokenizer
