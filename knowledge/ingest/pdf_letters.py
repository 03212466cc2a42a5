"""Letters as they are typed: a PDF may hold the shapes of its font instead, ligatures and the radicals of Chinese."""

from __future__ import annotations

import re
import unicodedata

_SHAPES = re.compile(r"[\ufb00-\ufb06\u2f00-\u2fd5\u2e80-\u2ef3]")
_RADICALS = str.maketrans(
    "\u2ea0\u2ec1\u2ec4\u2ec5\u2ec6\u2ec9\u2ecb\u2ed3\u2ed4\u2ed8\u2ed9\u2eda\u2edb\u2edc\u2edd"
    "\u2ee2\u2ee3\u2ee4\u2ee5\u2ee6\u2ee7\u2ee8\u2ee9\u2eec\u2eee\u2ef0",
    "民虎西见角贝车长门青韦页风飞食马骨鬼鱼鸟卤麦黄齐齿龙",
)
"""Those that Unicode's compatibility forms leave as they are, though they look the same as a character."""


def plain(text: str) -> str:
    """The text with plain letters and characters for such shapes."""
    return _SHAPES.sub(lambda shape: unicodedata.normalize("NFKC", shape[0]).translate(_RADICALS), text)
