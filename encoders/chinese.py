"""Words of Chinese, which writes none apart: jieba, one dictionary for everything in the process."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from encoders.cache import cache_folder


@lru_cache(maxsize=1)
def chinese_words() -> Any:
    """jieba's tokenizer, with its cache in our own folder instead of the system's temporary one."""
    import jieba

    jieba.setLogLevel(60)
    tokenizer = jieba.Tokenizer()
    folder = cache_folder()
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer.tmp_dir = str(folder)
    tokenizer.cache_file = "jieba.cache"
    tokenizer.initialize()
    return tokenizer
