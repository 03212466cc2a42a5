"""Replies that agents keep at hand: `canned.yml` in the project's folder, read again when it changes.

greeting:
  en: Hello, {agent} here. How can I help you?
  zh: 您好，很高兴为您服务。
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from bot.dialog.definitions import LANGUAGE_SLOT
from bot.dialog.responses import filled
from bot.yaml_files import read_yaml
from encoders.errors import InputError

log = logging.getLogger("kefu.assist")

FILE: Final = "canned.yml"
Replies = Mapping[str, Mapping[str, str]]


class Canned:
    """The replies by name and language; what cannot be read leaves the old ones."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE
        self._stamp = 0
        self._replies: Replies = {}

    def read(self) -> Replies:
        """The replies as the file has them now."""
        stamp = self._path.stat().st_mtime_ns if self._path.is_file() else 0
        if stamp != self._stamp:
            self._stamp = stamp
            try:
                self._replies = read_canned(self._path) if stamp else {}
            except InputError as error:
                log.warning("the canned replies were not read: %s", error)
        return self._replies

    def for_conversation(
        self, slots: Mapping[str, Any], *, language: str, agent: str
    ) -> list[dict[str, str]]:
        """The replies in the conversation's language, filled; `{agent}` is who answers."""
        known = {name: value for name, value in slots.items() if value is not None and name != LANGUAGE_SLOT}
        values = {**known, "agent": agent}
        return [
            {"name": name, "text": filled(texts[language], values)}
            for name, texts in self.read().items()
            if language in texts
        ]


def read_canned(path: Path) -> Replies:
    """The replies of a file.

    Raises:
        InputError: when it is no mapping of names to texts by language.
    """
    found = read_yaml(path)
    for name, texts in found.items():
        right = isinstance(texts, Mapping) and all(
            isinstance(text, str) and text.strip() and isinstance(language, str)
            for language, text in texts.items()
        )
        if not right or not texts:
            raise InputError(path, f"{name!r} has no texts.", remedy="Write `en: …` and `zh: …` below it.")
    return {
        str(name): {str(key): str(text).strip() for key, text in texts.items()}
        for name, texts in found.items()
    }
