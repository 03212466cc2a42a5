"""Texts → token ids, the same way in training and in serving."""

from __future__ import annotations

import hashlib
import threading
import weakref
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from encoders.errors import ArtifactError
from encoders.text import normalise

if TYPE_CHECKING:
    from tokenizers import Tokenizer

Ids = NDArray[np.int64]
Kind = Literal["query", "document"]
"""What a text is: something somebody says or asks, or something that may answer it."""


class _Shared:
    """A tokenizer that several encoders use: XLM-RoBERTa's takes 280 MB and a second to load."""

    __slots__ = ("__weakref__", "tokenizer")

    def __init__(self, tokenizer: Tokenizer) -> None:
        self.tokenizer = tokenizer


_loaded: weakref.WeakValueDictionary[tuple[str, int], _Shared] = weakref.WeakValueDictionary()
_loading = threading.Lock()


class Tokens:
    """Normalises a text, puts the prompt for its kind before it and cuts it into at most `max_length` ids."""

    def __init__(self, file: Path, *, max_length: int, pad_id: int, prompts: Mapping[Kind, str]) -> None:
        """`file` is a tokenizer.json.

        Raises:
            ArtifactError: when it cannot be read.
        """
        self.max_length = max_length
        self.pad_id = pad_id
        self.prompts = dict(prompts)
        self._shared = _load(file, max_length)

    def ids(self, texts: Sequence[str], *, kind: Kind = "query") -> list[list[int]]:
        """Each text's token ids, special tokens included, not padded."""
        prompt = self.prompts[kind]
        encode = self._shared.tokenizer.encode
        # One at a time: the tokenizer's own batches would take every core of a server.
        return [encode(prompt + normalise(text)).ids for text in texts]

    def padded(self, rows: Sequence[Sequence[int]]) -> tuple[Ids, Ids]:
        """(input ids, attention mask), both (n, longest row)."""
        shape = len(rows), max(map(len, rows))
        ids, mask = np.full(shape, self.pad_id, np.int64), np.zeros(shape, np.int64)
        for index, row in enumerate(rows):
            ids[index, : len(row)] = row
            mask[index, : len(row)] = 1
        return ids, mask


def _load(file: Path, max_length: int) -> _Shared:
    from tokenizers import Tokenizer

    try:
        data = file.read_bytes()
    except OSError as error:
        raise ArtifactError(f"{file} cannot be read: {error}") from error
    key = hashlib.sha256(data).hexdigest(), max_length
    with _loading:
        shared = _loaded.get(key)
        if shared is None:
            shared = _loaded[key] = _Shared(_tokenizer(Tokenizer, data, file))
            shared.tokenizer.no_padding()
            shared.tokenizer.enable_truncation(max_length)
    return shared


def _tokenizer(kind: Any, data: bytes, file: Path) -> Tokenizer:
    try:
        tokenizer: Tokenizer = kind.from_buffer(data)
    except Exception as error:  # tokenizers raises bare Exception
        raise ArtifactError(f"{file} is no tokenizer: {error}") from error
    return tokenizer
